//! Every isolation that the lab knows, here or not.

use crate::define::{ProductDefinition, RunnerDefinition};
use crate::isolation::oci::Oci;
use crate::isolation::runner::{Runner, State};
use crate::isolation::{Bubblewrap, Isolation, Landlock, Native, Product, containerd, docker};

/// Every isolation. A runner that is not in `states` is listed as missing.
pub fn isolations(
    runners: &[RunnerDefinition],
    products: &[ProductDefinition],
    states: &[(String, State)],
) -> Vec<Box<dyn Isolation>> {
    let mut all: Vec<Box<dyn Isolation>> = Vec::new();
    all.extend(Native::all().map(|native| Box::new(native) as Box<dyn Isolation>));
    all.push(Box::new(Landlock));
    all.push(Box::new(Bubblewrap::default()));
    all.extend(Oci::all().map(|oci| Box::new(oci) as Box<dyn Isolation>));
    all.extend(docker::isolations());
    all.extend(containerd::isolations(&state(containerd::HELPER, states)));
    for definition in runners {
        let state = state(&definition.name, states);
        all.extend(
            Runner::all(definition, &state)
                .into_iter()
                .map(|runner| Box::new(runner) as Box<dyn Isolation>),
        );
    }
    let products = Product::all(products).into_iter();
    all.extend(products.map(|product| Box::new(product) as Box<dyn Isolation>));
    all
}

/// The state of a runner or a helper.
fn state(name: &str, states: &[(String, State)]) -> State {
    states.iter().find(|(known, _)| known == name).map_or_else(
        || State::Missing("it was not looked for".to_owned()),
        |(_, state)| state.clone(),
    )
}

/// Names of every isolation, in the order of [`isolations`].
pub fn names(runners: &[RunnerDefinition], products: &[ProductDefinition]) -> Vec<String> {
    isolations(runners, products, &[])
        .iter()
        .map(|isolation| isolation.name().to_owned())
        .collect()
}
