//! A sheet to draw on, in CSS pixels, over plotters' SVG backend.

use std::fmt::Write as _;

use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, FontStyle, IntoDrawingArea, PathElement, Rectangle, SVGBackend, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, TextStyle};

use super::Chart;
use super::classes::classed;
use super::compact::compact;
use super::ink::{Ink, Inks};
use crate::RenderError;

/// plotters rounds to whole units: so a pixel has four of them.
pub(crate) const UNITS: f64 = 4.0;

/// Where text is held.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hold {
    Left,
    Middle,
    Right,
}

/// A sheet of fixed size. Drawing errors are kept and reported at the end.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    inks: Inks,
    /// Paths of many points, which plotters would draw as an element each.
    points: String,
    error: Option<String>,
}

/// What need not be said on every mark: what an SVG has by itself, or from the chart's own element.
const DEFAULTS: [&str; 7] = [
    " opacity=\"1\"",
    " font-family=\"sans-serif\"",
    " stroke=\"none\"",
    " stroke-width=\"1\"",
    " text-anchor=\"start\"",
    " font-size=\"48\"",
    " fill=\"var(--text)\"",
];

/// Draws a chart of `size` pixels with `draw`; its title and `description` are for those
/// who hear the page.
pub(crate) fn svg(
    Chart { id, title, .. }: &Chart<'_>,
    description: &str,
    size: (f64, f64),
    draw: impl FnOnce(&mut Canvas<'_>),
) -> Result<String, RenderError> {
    let units = (size.0 * UNITS, size.1 * UNITS);
    let mut text = String::new();
    let failed = |reason: String| RenderError::Chart {
        chart: title.clone(),
        reason,
    };
    let (inks, points) = {
        let backend = SVGBackend::with_string(&mut text, (units.0 as u32, units.1 as u32));
        let mut canvas = Canvas {
            area: backend.into_drawing_area(),
            inks: Inks::default(),
            points: String::new(),
            error: None,
        };
        draw(&mut canvas);
        if let Some(reason) = canvas.error.take() {
            return Err(failed(reason));
        }
        canvas.area.present().map_err(|e| failed(e.to_string()))?;
        (canvas.inks, canvas.points)
    };
    let (_, inside) = text
        .split_once('>')
        .ok_or_else(|| failed("no svg came out".to_owned()))?;
    // compact: what is the default need not be said on every mark
    let mut inside = inks.with_variables(inside);
    for default in DEFAULTS {
        inside = inside.replace(default, "");
    }
    inside = classed(&compact(&inside));
    // before the end of the element
    let end = inside.rfind("</svg>").unwrap_or(inside.len());
    inside.insert_str(end, &points);
    let escaped = |text: &str| maud::html! { (text) }.into_string();
    Ok(format!(
        "<svg class=\"chart\" viewBox=\"0 0 {} {}\" fill=\"var(--text)\" font-size=\"48\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
         <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>\n{inside}",
        units.0,
        units.1,
        escaped(title),
        escaped(description)
    ))
}

impl Canvas<'_> {
    fn keep<E: std::fmt::Display>(&mut self, drawn: Result<(), E>) {
        if let Err(error) = drawn {
            self.error.get_or_insert(error.to_string());
        }
    }

    /// A filled rectangle.
    pub(crate) fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), ink: Ink) {
        let corners = [at(x, y), at(x + width, y + height)];
        let style = self.inks.sentinel(ink).filled();
        let drawn = self.area.draw(&Rectangle::new(corners, style));
        self.keep(drawn);
    }

    /// A filled circle.
    pub(crate) fn dot(&mut self, (x, y): (f64, f64), radius: f64, ink: Ink) {
        let radius = (radius * UNITS).round() as i32;
        let style = self.inks.sentinel(ink).filled();
        let drawn = self.area.draw(&Circle::new(at(x, y), radius, style));
        self.keep(drawn);
    }

    /// A circle's line, `width` wide and inside its radius.
    pub(crate) fn ring(&mut self, (x, y): (f64, f64), radius: f64, width: f64, ink: Ink) {
        let radius = ((radius - width / 2.0) * UNITS).round() as i32;
        let width = (width * UNITS).round() as u32;
        let style = self.inks.sentinel(ink).stroke_width(width);
        let drawn = self.area.draw(&Circle::new(at(x, y), radius, style));
        self.keep(drawn);
    }

    /// Many points of one `radius`, over everything else: one path of lines without length whose
    /// ends are round.
    pub(crate) fn points(&mut self, points: &[(f64, f64)], radius: f64, ink: Ink) {
        if points.is_empty() {
            return;
        }
        let width = 2.0 * radius * UNITS;
        let variable = ink.variable();
        let mut path = String::new();
        let mut before = None;
        for (x, y) in points.iter().map(|point| at(point.0, point.1)) {
            let _ = match before.replace((x, y)) {
                None => write!(path, "M{x} {y}h0"),
                Some((from, above)) => write!(path, "m{} {}h0", x - from, y - above),
            };
        }
        let _ = write!(
            self.points,
            "<path class=\"o\" stroke=\"var({variable})\" stroke-width=\"{width:.0}\" d=\"{path}\"/>"
        );
    }

    /// A rectangle of strokes that lean, for what is not known.
    pub(crate) fn hatch(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), ink: Ink) {
        let steps = (width / HATCH).floor().max(1.0) as usize;
        let step = width / steps as f64;
        let heights = [y + height, y].into_iter().cycle();
        let zigzag = heights.take(steps + 1).enumerate();
        let zigzag: Vec<(f64, f64)> = zigzag.map(|(i, at)| (x + i as f64 * step, at)).collect();
        self.path(&zigzag, 1.25, ink);
        let (right, below) = (x + width, y + height);
        let edge = [(x, y), (right, y), (right, below), (x, below), (x, y)];
        self.path(&edge, 0.75, ink);
    }

    /// A line through points; `width` in pixels.
    pub(crate) fn path(&mut self, points: &[(f64, f64)], width: f64, ink: Ink) {
        self.steps(points.iter().map(|p| at(p.0, p.1)).collect(), width, ink);
    }

    /// A path of whole units, as [`super::scale::steps`] makes it.
    pub(crate) fn steps(&mut self, units: Vec<(i32, i32)>, width: f64, ink: Ink) {
        let width = (width * UNITS).round() as u32;
        let style = self.inks.sentinel(ink).stroke_width(width);
        let drawn = self.area.draw(&PathElement::new(units, style));
        self.keep(drawn);
    }

    /// Words, held at their vertical middle.
    pub(crate) fn text(&mut self, (x, y): (f64, f64), hold: Hold, size: f64, ink: Ink, text: &str) {
        self.words((x, y), hold, (size, FontStyle::Normal), ink, text);
    }

    /// Words in bold.
    pub(crate) fn bold(&mut self, (x, y): (f64, f64), hold: Hold, size: f64, ink: Ink, text: &str) {
        self.words((x, y), hold, (size, FontStyle::Bold), ink, text);
    }

    /// Words over a part of the chart, from its left edge on.
    pub(crate) fn heading(&mut self, y: f64, text: &str) {
        let text = cut(text, HEADING);
        self.bold((0.0, y), Hold::Left, 13.0, Ink::Text, &text);
    }

    fn words(
        &mut self,
        (x, y): (f64, f64),
        hold: Hold,
        (size, weight): (f64, FontStyle),
        ink: Ink,
        text: &str,
    ) {
        let horizontal = match hold {
            Hold::Left => HPos::Left,
            Hold::Middle => HPos::Center,
            Hold::Right => HPos::Right,
        };
        let font = FontDesc::new(FontFamily::SansSerif, size * UNITS * 1.24, weight);
        let colour = self.inks.sentinel(ink);
        let style = TextStyle::from(font)
            .color(&colour)
            .pos(Pos::new(horizontal, VPos::Center));
        let drawn = self.area.draw(&Text::new(text.to_owned(), at(x, y), style));
        self.keep(drawn);
    }
}

/// Letters of a heading.
const HEADING: usize = 130;

/// How many narrow letters a text is as wide as: those of East Asia and pictures are as wide as two.
pub(super) fn letters(text: &str) -> usize {
    text.chars().map(wide).sum()
}

fn wide(letter: char) -> usize {
    if u32::from(letter) < 0x1100 { 1 } else { 2 }
}

/// A text of so many narrow letters at most.
pub(super) fn cut(text: &str, most: usize) -> String {
    if letters(text) <= most {
        return text.to_owned();
    }
    let mut width = 1;
    let fits = |letter: &char| {
        width += wide(*letter);
        width <= most
    };
    let kept: String = text.chars().take_while(fits).collect();
    kept + "\u{2026}"
}

/// Pixels between the strokes of a hatched rectangle.
const HATCH: f64 = 5.0;

fn at(x: f64, y: f64) -> (i32, i32) {
    ((x * UNITS).round() as i32, (y * UNITS).round() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_by_its_width() {
        assert_eq!(cut("wasmtime/aot", 12), "wasmtime/aot");
        assert_eq!(cut("wasmtime/aot", 9), "wasmtime\u{2026}");
        let wide = cut(&"\u{6f22}".repeat(200), 9);
        assert_eq!(wide, "\u{6f22}".repeat(4) + "\u{2026}");
        assert!(letters(&wide) <= 10);
    }

    #[test]
    fn many_points_are_one_path_and_a_hatched_part_two_lines() {
        let chart = Chart {
            id: "c".into(),
            title: "<b>&\"".into(),
            technologies: &[],
        };
        let points: Vec<(f64, f64)> = (0..49).map(|i| (f64::from(i), 2.0)).collect();
        let drawn = svg(&chart, "</desc>", (100.0, 50.0), |canvas| {
            canvas.points(&points, 2.0, Ink::Technology(3));
            canvas.hatch((0.0, 0.0), (40.0, 10.0), Ink::Muted);
        })
        .expect("a chart");
        assert_eq!(drawn.matches("<path").count(), 3);
        assert_eq!(drawn.matches("h0").count(), 49);
        assert_eq!(drawn.matches("<polyline").count(), 0);
        assert!(drawn.ends_with("</svg>\n") && drawn.contains("&lt;b&gt;&amp;&quot;"));
        assert!(drawn.contains("&lt;/desc&gt;") && drawn.contains("var(--t3)"));
    }
}
