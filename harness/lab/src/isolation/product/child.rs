//! One launch of a product: a HOME of its own, its arguments, its files.

use std::fs;
use std::path::Path;
use std::rc::Rc;

use labrun_record::Outcome;

use super::Product;
use super::arguments::Filling;
use crate::define::{GUEST_GRANT, Hosting};
use crate::isolation::child::{Child, Clock, HOLD, LaunchRequest, Plain};
use crate::outcome::Failure;
use crate::process::{Exit, Isolate};
use crate::site::Grant;

/// A product that is ready to be started, and then runs.
pub(super) struct Launched<'a> {
    plain: Plain,
    host: Option<&'a Hosting>,
    // Held until the launch is over.
    _home: Rc<Grant>,
    _files: Option<Grant>,
}

/// Makes everything that the start needs.
pub(super) fn prepare<'a>(
    product: &'a Product,
    order: &LaunchRequest<'a>,
) -> Result<Launched<'a>, Failure> {
    product.found()?;
    let (site, job) = (order.site, order.job);
    let home = product.home(order)?;
    let address = order.free_address()?;
    let host = product.definition.host.as_ref();
    let module = job.precompiled.as_ref().unwrap_or(&job.artifact);
    let mut filling = Filling::default();
    filling.words.extend([
        ("module", module.display().to_string()),
        ("folder", product.definition.folder.display().to_string()),
        ("home", home.path().display().to_string()),
    ]);
    if let Some(policy) = product.configuration.policy {
        filling.words.insert("policy", policy.name().to_owned());
    }
    if let Some(address) = address {
        filling.words.extend([
            ("address", address.to_string()),
            ("ip", address.ip().to_string()),
            ("port", address.port().to_string()),
        ]);
    }
    let mut named = String::new();
    if let Some(folder) = order.folder() {
        let folder = folder.display().to_string();
        named = if product.definition.grants.same_path {
            folder.clone()
        } else {
            GUEST_GRANT.to_owned()
        };
        filling.words.insert("grant", folder.clone());
        filling.directory = Some((folder, named.clone()));
    }
    filling.args = order.args(&named, None);
    filling.variables = job.variables();
    let passes_none = product.definition.grants.variable.is_none();
    let cannot = |what: &str| {
        let name = &product.definition.name;
        let reason = format!("{name} passes the guest no variables{what}");
        Failure::new(Outcome::Unsupported, reason)
    };
    if passes_none && !filling.variables.is_empty() {
        return Err(cannot(""));
    }
    if order.hold && host.is_none() {
        if passes_none {
            return Err(cannot(", so that it cannot be told to stay"));
        }
        filling
            .variables
            .push((HOLD.0.to_owned(), HOLD.1.to_owned()));
    }
    let files = host.filter(|host| !host.files.is_empty());
    let files = files
        .map(|host| copy(product, order, host, &mut filling, module))
        .transpose()?;
    let program = product.program(site, &home, &filling, &product.configuration.args)?;
    Ok(Launched {
        plain: Plain::new(order, address, program)?,
        host,
        _home: home,
        _files: files,
    })
}

/// A folder with the product's own files, placeholders filled in, and the module.
fn copy(
    product: &Product,
    order: &LaunchRequest<'_>,
    host: &Hosting,
    filling: &mut Filling,
    module: &Path,
) -> Result<Grant, Failure> {
    let cannot = |error: std::io::Error| {
        Failure::failed(format!(
            "cannot copy the files of {}: {error}",
            product.definition.name
        ))
    };
    let folder = order.site.folder().map_err(cannot)?;
    filling
        .words
        .insert("files", folder.path().display().to_string());
    fs::copy(module, folder.path().join("module.wasm")).map_err(cannot)?;
    for file in &host.files {
        let text = fs::read_to_string(product.definition.folder.join(file)).map_err(cannot)?;
        let name = file.file_name().unwrap_or_default();
        fs::write(folder.path().join(name), filling.text(&text)).map_err(cannot)?;
    }
    Ok(folder)
}

impl Child for Launched<'_> {
    fn start(&mut self, clock: &mut Clock<'_>) -> Result<Box<dyn Isolate>, Failure> {
        self.plain.start(clock)
    }

    fn stop(&self, isolate: &dyn Isolate) {
        let signal = self.host.map_or(libc::SIGTERM, |host| host.stop.number());
        isolate.signal(signal);
    }

    fn stopped_well(&self, exit: Exit) -> bool {
        let by_signal = |host: &Hosting| host.ends_by_signal && exit.is_by(host.stop.number());
        exit.is_success() || self.host.is_some_and(by_signal)
    }
}
