//! Names beside marks, each where it covers the least of what is there already.

use super::canvas::Hold;

/// How high a name is.
const HEIGHT: f64 = 15.0;
/// Pixels from a mark to its name.
const GAP: f64 = 4.0;
/// How far up or down of its mark a name may be.
const ASIDE: [f64; 7] = [0.0, -16.0, 16.0, -32.0, 32.0, -48.0, 48.0];

/// Where a name goes.
pub(super) struct Label {
    /// The mark that it is of.
    pub mark: usize,
    pub at: (f64, f64),
    pub hold: Hold,
    /// Whether it is so far away that a line has to lead to it.
    pub is_far: bool,
}

/// Left, top, right, bottom.
type Area = [f64; 4];

/// Places the names, of each the mark and its width, in their order; `frame` is what they stay in.
pub(super) fn place(
    marks: &[(f64, f64)],
    radius: f64,
    names: &[(usize, f64)],
    frame: Area,
) -> Vec<Label> {
    let around = |(x, y): &(f64, f64)| [x - radius, y - radius, x + radius, y + radius];
    let marks_around: Vec<Area> = marks.iter().map(around).collect();
    let mut taken: Vec<Area> = Vec::new();
    let mut labels = Vec::new();
    for (mark, width) in names {
        let (x, y) = marks[*mark];
        let away = radius + GAP;
        let mut best: Option<(f64, Area, Label)> = None;
        for aside in ASIDE {
            let sides = [
                (Hold::Left, x + away, x + away),
                (Hold::Right, x - away, x - away - width),
            ];
            for (hold, at, left) in sides {
                let middle = y + aside;
                let area = [
                    left,
                    middle - HEIGHT / 2.0,
                    left + width,
                    middle + HEIGHT / 2.0,
                ];
                let outside = f64::from(u8::from(!is_within(area, frame)));
                let over = |others: &[Area]| others.iter().filter(|o| touch(**o, area)).count();
                let covered = over(&marks_around) as f64 + 4.0 * over(&taken) as f64;
                let cost = 40.0 * outside + covered + aside.abs() / 100.0;
                if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                    let label = Label {
                        mark: *mark,
                        at: (at, middle),
                        hold,
                        is_far: aside.abs() > 1.0,
                    };
                    best = Some((cost, area, label));
                }
            }
        }
        if let Some((_, area, label)) = best {
            taken.push(area);
            labels.push(label);
        }
    }
    labels
}

fn is_within(area: Area, frame: Area) -> bool {
    area[0] >= frame[0] && area[1] >= frame[1] && area[2] <= frame[2] && area[3] <= frame[3]
}

fn touch(a: Area, b: Area) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Area = [0.0, 0.0, 400.0, 200.0];

    #[test]
    fn a_name_is_right_of_its_mark_where_there_is_room_and_else_left() {
        let labels = place(
            &[(50.0, 100.0), (390.0, 100.0)],
            9.0,
            &[(0, 80.0), (1, 80.0)],
            FRAME,
        );
        assert!(matches!(labels[0].hold, Hold::Left) && labels[0].at.0 > 50.0);
        assert!(matches!(labels[1].hold, Hold::Right) && labels[1].at.0 < 390.0);
        assert!(labels.iter().all(|label| !label.is_far));
    }

    #[test]
    fn names_of_marks_in_one_place_do_not_touch() {
        let marks = [(200.0, 100.0); 5];
        let names: Vec<(usize, f64)> = (0..5).map(|mark| (mark, 90.0)).collect();
        let labels = place(&marks, 9.0, &names, FRAME);
        let areas: Vec<Area> = labels
            .iter()
            .map(|label| {
                let (x, y) = label.at;
                let left = if matches!(label.hold, Hold::Left) {
                    x
                } else {
                    x - 90.0
                };
                [left, y - 7.0, left + 90.0, y + 7.0]
            })
            .collect();
        for (place, area) in areas.iter().enumerate() {
            assert!(is_within(*area, FRAME));
            assert!(areas[place + 1..].iter().all(|other| !touch(*area, *other)));
        }
    }
}
