//! A product's arguments, its placeholders filled in.

use std::collections::BTreeMap;

use super::Product;

/// What the placeholders stand for.
#[derive(Debug, Default)]
pub(super) struct Filling {
    /// Those that stand inside an argument, by name without braces.
    pub(super) words: BTreeMap<&'static str, String>,
    /// What `{args}` stands for.
    pub(super) args: Vec<String>,
    /// The granted directory: on the host, and what the guest calls it.
    pub(super) directory: Option<(String, String)>,
    /// Variables that the guest is to have.
    pub(super) variables: Vec<(String, String)>,
}

impl Filling {
    /// Fills in a product's arguments.
    pub(super) fn fill(&self, product: &Product, args: &[String]) -> Vec<String> {
        let mut filled = Vec::with_capacity(args.len() + self.args.len());
        for arg in args {
            match arg.as_str() {
                "{args}" => filled.extend(self.args.iter().cloned()),
                "{directory}" => filled.extend(self.directory(product)),
                "{variable}" => filled.extend(self.variables(product)),
                _ => filled.push(self.text(arg)),
            }
        }
        filled
    }

    /// Fills in the placeholders inside a text.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.words {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    fn directory(&self, product: &Product) -> Vec<String> {
        let Some((host, guest)) = &self.directory else {
            return Vec::new();
        };
        let form = product.definition.grants.directory.iter().flatten();
        form.map(|arg| arg.replace("{host}", host).replace("{guest}", guest))
            .collect()
    }

    fn variables(&self, product: &Product) -> Vec<String> {
        let form = product
            .definition
            .grants
            .variable
            .as_deref()
            .unwrap_or_default();
        let each = |(name, value): &(String, String)| {
            let put = |arg: &String| arg.replace("{name}", name).replace("{value}", value);
            form.iter().map(put).collect::<Vec<_>>()
        };
        self.variables.iter().flat_map(each).collect()
    }
}
