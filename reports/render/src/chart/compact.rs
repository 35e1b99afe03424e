//! A drawn chart in fewer bytes: the same marks, said shorter. A page holds dozens of charts.

use std::fmt::Write as _;

/// What plotters' SVG backend wrote, of one element a line: words without the lines around them, and lines
/// through points as paths of steps, those of one kind that follow one another as one path.
pub(super) fn compact(svg: &str) -> String {
    let mut short = String::with_capacity(svg.len());
    let mut run = Run::default();
    let mut lines = svg.lines();
    while let Some(line) = lines.next() {
        if run.take(line) {
            continue;
        }
        run.end(&mut short);
        if run.take(line) {
            continue;
        }
        if line.starts_with("<text") && !line.contains("</text>") {
            short.push_str(&rounded(line));
            let inside: Vec<&str> = lines
                .by_ref()
                .take_while(|line| *line != "</text>")
                .collect();
            short.push_str(&inside.join(" "));
            short.push_str("</text>");
        } else {
            short.push_str(line);
        }
    }
    run.end(&mut short);
    short.push('\n');
    short
}

/// The beginning of words without the digits of their size that are not seen.
fn rounded(text: &str) -> String {
    const SIZE: &str = " font-size=\"";
    let size = text.split_once(SIZE).and_then(|(before, rest)| {
        let (size, after) = rest.split_once('"')?;
        let size: f64 = size.parse().ok()?;
        let size = (size * 10.0).round() / 10.0;
        Some(format!("{before}{SIZE}{size}\"{after}"))
    });
    size.unwrap_or_else(|| text.to_owned())
}

/// Lines in one ink that follow one another: which of them is above another is not seen.
#[derive(Debug, Default)]
struct Run<'a> {
    /// What is said of the ink of all of them.
    ink: &'a str,
    /// Each kind with its path.
    paths: Vec<(&'a str, String)>,
}

impl<'a> Run<'a> {
    /// Takes a line, if it is one that belongs to those so far, or the first.
    fn take(&mut self, line: &'a str) -> bool {
        let Some((kind, points)) = polyline(line) else {
            return false;
        };
        let ink = kind.split(" stroke-width").next().unwrap_or(kind);
        if !self.paths.is_empty() && ink != self.ink {
            return false;
        }
        self.ink = ink;
        let known = self.paths.iter_mut().find(|(known, _)| *known == kind);
        let path = steps(&points);
        match known {
            Some((_, paths)) => paths.push_str(&path),
            None => self.paths.push((kind, path)),
        }
        true
    }

    fn end(&mut self, short: &mut String) {
        for (kind, path) in self.paths.drain(..) {
            // Writing to a string cannot fail.
            let _ = write!(short, "<path {kind} d=\"{path}\"/>");
        }
    }
}

/// What is said of a line through points, and the points.
fn polyline(line: &str) -> Option<(&str, Vec<(i32, i32)>)> {
    let inside = line.strip_prefix("<polyline ")?.strip_suffix("\"/>")?;
    let (kind, points) = inside.split_once(" points=\"")?;
    let pair = |point: &str| {
        let (x, y) = point.split_once(',')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    let points: Option<Vec<_>> = points.split_whitespace().map(pair).collect();
    Some((kind, points.filter(|points| !points.is_empty())?))
}

/// A line through points as a path: where it begins, and then how far it goes each time.
pub(super) fn steps(points: &[(i32, i32)]) -> String {
    let mut path = String::new();
    let mut before = None;
    let mut letter = ' ';
    for &(x, y) in points {
        let Some((from, above)) = before.replace((x, y)) else {
            let _ = write!(path, "M{x} {y}");
            continue;
        };
        let step = match (x - from, y - above) {
            (0, 0) => continue,
            (right, 0) => ('h', right.to_string()),
            (0, down) => ('v', down.to_string()),
            (right, down) => (
                'l',
                format!("{right}{}{down}", if down < 0 { "" } else { " " }),
            ),
        };
        match (letter == step.0, step.1.starts_with('-')) {
            (false, _) => path.push(step.0),
            (true, false) => path.push(' '),
            // A sign parts numbers by itself.
            (true, true) => {}
        }
        path.push_str(&step.1);
        letter = step.0;
    }
    // A line without length has round ends, or none.
    if letter == ' ' {
        path.push_str("h0");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_steps_and_those_of_a_kind_are_one() {
        let grid = |width: u8, points: &str| {
            format!(
                "<polyline fill=\"none\" stroke=\"g\" stroke-width=\"{width}\" points=\"{points} \"/>"
            )
        };
        let drawn = [
            grid(4, "200,496 200,1096"),
            grid(2, "482,496 482,1096"),
            grid(4, "9,9 5,12 1,3 1,3 8,3 9,3"),
            "<polyline fill=\"none\" stroke=\"t\" stroke-width=\"4\" points=\"1,1 2,2 3,3 \"/>"
                .to_owned(),
            "<text x=\"1\" font-size=\"52.00000000000001\" y=\"2\">\na &lt;b\nc\n</text>"
                .to_owned(),
            "</svg>".to_owned(),
        ];
        assert_eq!(
            compact(&drawn.join("\n")),
            "<path fill=\"none\" stroke=\"g\" stroke-width=\"4\" d=\"M200 496v600M9 9l-4 3-4-9h7 1\"/>\
             <path fill=\"none\" stroke=\"g\" stroke-width=\"2\" d=\"M482 496v600\"/>\
             <path fill=\"none\" stroke=\"t\" stroke-width=\"4\" d=\"M1 1l1 1 1 1\"/>\
             <text x=\"1\" font-size=\"52\" y=\"2\">a &lt;b c</text></svg>\n"
        );
    }

    #[test]
    fn what_is_no_line_stays_as_it_is() {
        let other = "<rect x=\"1\"/><polyline points=\"a,b\"/></svg>\n";
        assert_eq!(compact(other), other);
        assert_eq!(steps(&[(3, 4), (3, 4)]), "M3 4h0");
    }
}
