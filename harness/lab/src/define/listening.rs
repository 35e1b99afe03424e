//! Where a server that is none of the lab's own listens: it is told by its arguments and variables,
//! or has a port that it always takes.

use std::net::SocketAddr;

use super::Workload;
use super::fault::{Fault, at};
use super::requests::check_path;

/// What stands for the port, the address without it, and both.
pub(super) const PLACES: [&str; 3] = ["{port}", "{ip}", "{address}"];

impl Workload {
    /// Whether the lab builds it of a package, which keeps to what the lab asks of its workloads.
    pub fn is_ours(&self) -> bool {
        self.artifacts.is_empty() && self.build.is_empty()
    }

    /// The arguments of a server; none of one that is told by `--listen`.
    pub fn server_args(&self) -> Option<&[String]> {
        let own = self.serve.as_ref()?.args.as_deref();
        own.or_else(|| (!self.is_ours()).then_some(&[][..]))
    }

    /// The port that a server always takes; none where it is told one.
    pub fn fixed_port(&self) -> Option<u16> {
        if self.is_told_port() {
            return None;
        }
        self.serve.as_ref()?.port
    }

    /// Whether a server is told where to listen, by its arguments or variables or as the lab's own are;
    /// one that is not has one port. Nothing else listens.
    pub fn is_told_port(&self) -> bool {
        let Some(args) = self.server_args() else {
            return true;
        };
        let mut said = args
            .iter()
            .chain(self.environment.variables().map(|(_, value)| value));
        said.any(|text| PLACES.iter().any(|place| text.contains(place)))
    }

    /// Takes the one port that an image says it listens on, where nothing else is said.
    pub(crate) fn take_port(&mut self, exposed: &[u16]) -> Result<(), String> {
        let port = self.port_of(exposed)?;
        if let (Some(port), Some(serve)) = (port, self.serve.as_mut()) {
            serve.port = Some(port);
        }
        Ok(())
    }

    /// The port of an image that exposes these, where the workload does not say it; none where it does, or is
    /// no server. One that neither says is not guessed.
    pub fn port_of(&self, exposed: &[u16]) -> Result<Option<u16>, String> {
        let serve = self.serve.as_ref();
        if serve.is_none_or(|serve| serve.port.is_some()) || self.is_told_port() {
            return Ok(None);
        }
        let [port] = exposed else {
            let ports: Vec<String> = exposed.iter().map(u16::to_string).collect();
            let exposed = match &ports[..] {
                [] => "the image exposes none".to_owned(),
                ports => format!("the image exposes {}", ports.join(", ")),
            };
            return Err(format!(
                "it is not said on which port it listens, and {exposed}: give its port (--port N, or port = N in [serve]), or write {{port}} \
                 where its arguments or variables tell it one"
            ));
        };
        Ok(Some(*port))
    }

    /// That it says where it listens, if it has to, and what it is asked.
    pub(super) fn check_serve(&self) -> Result<(), Fault> {
        if let Some(serve) = &self.serve {
            check_path(&serve.request)
                .map_err(|why| at(&["request"])(format!("request is {why}")))?;
            if serve.port == Some(0) {
                return Err(at(&["port"])("port is 0, and has to be 1 to 65535"));
            }
        }
        let told = self.server_args().map_or(&[][..], |args| args).iter();
        let mut told = told.chain(self.env.values());
        let serves_natively =
            self.server_args().is_some() && self.targets.contains(&labrun_record::Target::Native);
        let has_port = self
            .serve
            .as_ref()
            .is_some_and(|serve| serve.port.is_some());
        let [port, _, both] = PLACES;
        let tells = |text: &String| text.contains(port) || text.contains(both);
        if serves_natively && !has_port && !told.any(tells) {
            return Err(
                "it is not said on which port it listens: give its port (--port N, or port = N in \
                 [serve]), or write {port} where its arguments or variables tell it one, which is then a free one in each launch"
                    .into(),
            );
        }
        match self.serve.as_ref().and_then(|serve| serve.status) {
            Some(status) if !(200..600).contains(&status) => {
                let reason = format!("status is {status}, and has to be 200 to 599");
                Err(at(&["status"])(reason))
            }
            _ => Ok(()),
        }
    }
}

/// A text in which it is put in where to listen.
pub fn listening(text: &str, address: SocketAddr) -> String {
    let [port, ip, both] = PLACES;
    text.replace(port, &address.port().to_string())
        .replace(ip, &address.ip().to_string())
        .replace(both, &address.to_string())
}
