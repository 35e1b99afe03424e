//! Load on a server: how many requests it answers, and how long each takes at fixed rates.

use labrun_record::{LoadRequest, Metric, Outcome, Row, Target};

use super::context::{Kind, case};
use super::{Case, Measure};
use crate::define::{Arrivals, LoadPlan, Workload};
use crate::outcome::Failure;
use crate::task::{Policy, Request};

/// The percentiles that are rows of their own.
const PERCENTILES: [&str; 2] = ["p50", "p99"];

/// The cases of a kind under load: one for each policy and each way to the server.
pub(super) fn cases(cases: &mut Vec<Case>, kind: Kind<'_>, load: &LoadPlan) {
    let rates = load.rates(kind.is_quick());
    let workload = kind.workload().ok();
    let first_warmup_s = workload.and_then(Workload::first_warmup_s);
    let requests = workload.map(|workload| workload.requests.iter());
    let requests: Vec<LoadRequest> = requests
        .into_iter()
        .flatten()
        .map(Request::record)
        .collect();
    let policies: &[Policy] = match kind.target {
        Target::Wasip1 | Target::Wasip2 => &[Policy::Fresh, Policy::Reused],
        // A process, in a container or not, serves one request after another.
        Target::Native | Target::Image => &[Policy::Reused],
    };
    for &policy in policies {
        for &(network, name) in &kind.profile.networks {
            let mut shared = kind.identity().params;
            shared.extend([
                ("policy".to_owned(), policy.name().to_owned()),
                ("network".to_owned(), name.to_owned()),
                ("connections".to_owned(), load.connections.to_string()),
            ]);
            let row = |metric: Metric, own: &[(&str, &str)]| {
                let mut params = shared.clone();
                params.extend(own.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
                Row {
                    metric,
                    params,
                    ..kind.identity()
                }
            };
            let mut rows = vec![row(Metric::RequestsPerSecond, &[("pace", "closed")])];
            for (rate, arrivals) in load.offered(&rates) {
                let rate = rate.to_string();
                let of_percentile = |name: &&str| {
                    let own = [("percentile", *name), ("rate", &rate)];
                    // Those that are even say nothing of it.
                    let spread = arrivals.param().map(|name| (Arrivals::PARAM, name));
                    row(
                        Metric::Latency,
                        &own.into_iter().chain(spread).collect::<Vec<_>>(),
                    )
                };
                rows.extend(PERCENTILES.iter().map(of_percentile));
            }
            let measure = Measure::Load {
                connections: load.connections,
                duration_s: load.duration_s,
                warmup_s: load.warmup_s,
                rates: rates.clone(),
                arrivals: load.arrivals.clone(),
                first_warmup_s,
                requests: requests.clone(),
            };
            let launch = match kind.refuses(policy) {
                Some(reason) => Err(Failure::new(Outcome::Unsupported, reason)),
                None => kind.launch(measure).map(|mut spec| {
                    spec.policy = policy;
                    spec.network = network;
                    spec.instances = 1;
                    spec
                }),
            };
            cases.push(case(rows, launch));
        }
    }
}
