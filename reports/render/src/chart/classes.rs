//! What marks of a chart say again and again, as classes of the page's style (`page/style/base.css`).

/// Attributes as plotters writes them, and the class that says the same. What holds words at their
/// vertical middle is said of all of them.
const CLASSES: [(&str, &str); 6] = [
    (" dy=\"0.5ex\"", ""),
    (" text-anchor=\"end\"", "e"),
    (" text-anchor=\"middle\"", "m"),
    (" fill=\"var(--muted)\"", "q"),
    (" font-weight=\"bold\"", "s"),
    (" fill=\"none\" stroke=\"var(--grid)\"", "g"),
];

/// A chart whose words and lines have classes in the place of attributes.
pub(super) fn classed(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    for (place, piece) in svg.split('<').enumerate() {
        if place > 0 {
            out.push('<');
        }
        let name = ["text ", "path "]
            .into_iter()
            .find(|name| piece.starts_with(name));
        match (name, piece.split_once('>')) {
            (Some(name), Some((tag, rest))) => {
                let (name, tag) = tag.split_at(name.len() - 1);
                out.push_str(&shorter(name, tag));
                out.push('>');
                out.push_str(rest);
            }
            _ => out.push_str(piece),
        }
    }
    out
}

/// A tag by its name and attributes.
fn shorter(name: &str, attributes: &str) -> String {
    let mut left = attributes.to_owned();
    let mut classes = Vec::new();
    for (said, class) in CLASSES {
        if left.contains(said) {
            left = left.replace(said, "");
            classes.push(class);
        }
    }
    classes.retain(|class| !class.is_empty());
    if classes.is_empty() {
        return format!("{name}{left}");
    }
    format!("{name} class=\"{}\"{left}", classes.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_again_and_again_is_a_class() {
        let text = "<text x=\"1\" y=\"2\" dy=\"0.5ex\" text-anchor=\"end\" fill=\"var(--muted)\">a dy=\"0.5ex\"</text>";
        let short = "<text class=\"e q\" x=\"1\" y=\"2\">a dy=\"0.5ex\"</text>";
        assert_eq!(classed(text), short);
        let lines = "<path fill=\"none\" stroke=\"var(--grid)\" stroke-width=\"4\" d=\"M1 2h3\"/><path fill=\"none\" d=\"M1 2h3\"/>";
        let short =
            "<path class=\"g\" stroke-width=\"4\" d=\"M1 2h3\"/><path fill=\"none\" d=\"M1 2h3\"/>";
        assert_eq!(classed(lines), short);
        assert_eq!(
            classed("<text x=\"1\" y=\"2\" dy=\"0.5ex\">b</text>"),
            "<text x=\"1\" y=\"2\">b</text>"
        );
        assert_eq!(classed("<rect fill=\"none\"/>"), "<rect fill=\"none\"/>");
    }
}
