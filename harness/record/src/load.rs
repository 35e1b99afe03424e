//! What a server is asked under load.

use serde::{Deserialize, Serialize};

/// The load on the servers of a workload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Load {
    /// Name of the workload.
    pub workload: String,
    /// Connections that are kept open.
    pub connections: u32,
    /// Seconds that count, of each rate.
    pub duration_s: f64,
    /// Seconds of load before them.
    pub warmup_s: f64,
    /// Seconds of load before what counts first of each server, where the workload says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_warmup_s: Option<f64>,
    /// What takes turns, in the order of the workload's definition; empty where it is the one request
    /// that a server is first asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<LoadRequest>,
}

/// One of the requests that take turns in a load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LoadRequest {
    /// `GET`, `POST` ...
    pub method: String,
    /// Path and query.
    pub path: String,
    /// How often it comes, beside the weights of the others.
    pub weight: u32,
    /// SHA-256 of all that is sent and that is right, 64 hex digits.
    pub sha256: String,
}
