//! The requests that take turns in a load, as the generator takes them, and what is wrong where their
//! answers are.

use std::sync::Arc;

use labrun_load::{Check, Plan, Report, Request};

use crate::isolation::Job;
use crate::outcome::{Failure, shown};
use crate::task::{self, Expected, OUTPUT_LIMIT, Task};

/// Requests that are named where their answers are wrong.
const NAMED: usize = 3;

/// What a server is asked: the requests of its workload, or the one by which it was seen to serve.
pub(super) fn requests(job: &Job) -> Result<Vec<Request>, Failure> {
    let Task::Serve { request, right } = &job.task else {
        return Err(Failure::failed("it is no server"));
    };
    if !job.workload.requests.is_empty() {
        return Ok(job.workload.requests.iter().map(sent).collect());
    }
    Ok(vec![Request {
        status: right.status,
        // A body that is not known byte for byte is looked at where the server begins to answer.
        check: match &right.body {
            Expected::Whole(whole) => Check::Whole(whole.clone()),
            Expected::Line(_) => Check::Status,
        },
        ..Request::get(request)
    }])
}

/// A request of a workload as the generator takes it.
fn sent(request: &task::Request) -> Request {
    let headers = request.headers.iter();
    Request {
        method: request.method.name().to_owned(),
        path: request.path.clone(),
        weight: request.weight,
        headers: headers.map(|(n, v)| (n.clone(), v.clone())).collect(),
        body: request.body.clone(),
        status: request.status,
        check: match &request.expected {
            None => Check::Status,
            Some(Expected::Whole(whole)) => Check::Whole(whole.clone()),
            Some(expected @ Expected::Line(_)) => {
                let expected = expected.clone();
                Check::Beginning {
                    bytes: OUTPUT_LIMIT,
                    holds: Arc::new(move |body| expected.is_right(body)),
                }
            }
        },
    }
}

/// Why a report has no throughput. Wrong answers are named by their requests, three at most.
pub(super) fn wrong(plan: &Plan, report: &Report) -> Failure {
    if report.errors.is_empty() {
        return Failure::failed(format!(
            "no request was answered in the {} s that count, nor went wrong: it may need longer for one than \
             those (`duration_s` of the scenario's load)",
            report.seconds
        ));
    }
    let both = plan.requests.iter().zip(&report.by_request);
    let mut answers: Vec<String> = both
        .filter_map(|(request, own)| {
            let first = own
                .first_wrong
                .as_ref()
                .filter(|_| own.is_answered_wrongly())?;
            Some(format!(
                "{} {}: {} of {} were answered wrongly, the first by status {} and {:?}",
                request.method,
                request.path,
                own.mistaken,
                own.requests,
                first.status,
                shown(&first.begins)
            ))
        })
        .collect();
    let is_mismatch = !answers.is_empty();
    if answers.len() > NAMED {
        let more = answers.split_off(NAMED).len();
        answers.push(format!("so were {more} more of its requests"));
    }
    let kinds: Vec<String> = report
        .errors
        .iter()
        .map(|(kind, count)| format!("{count} by {kind}"))
        .collect();
    answers.push(format!(
        "{:.2}% of {} requests went wrong: {}",
        report.error_share() * 100.0,
        report.requests,
        kinds.join(", ")
    ));
    let reason = answers.join("; ");
    if is_mismatch {
        Failure::mismatch(reason)
    } else {
        Failure::failed(reason)
    }
}
