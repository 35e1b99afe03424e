//! What it was measured on: the machine, the plan, and what the lab's own instruments cost there.

use labrun_analysis::{Disturbance, ProbeMedians};
use labrun_record::{CgroupVersion, Plan, Replay, Row, Run};
use maud::{Markup, html};

use crate::page::view::View;
use crate::units;

pub(super) fn machine(view: &View<'_>) -> Markup {
    html! {
        h3 id=(view.id("machine")) { "The machine" }
        (facts(view.run))
        (instruments(view.run))
    }
}

fn facts(run: &Run) -> Markup {
    let machine = &run.machine;
    let known = |value: &Option<String>, otherwise: &str| {
        value.clone().unwrap_or_else(|| otherwise.to_owned())
    };
    let unknown = "not shown by the kernel";
    let cgroup = match machine.cgroup {
        CgroupVersion::V1 => "v1",
        CgroupVersion::V2 => "v2",
        CgroupVersion::None => "none",
    };
    let emulated = if machine.emulated { "yes" } else { "no" };
    let (cpu, cores, arch) = (&machine.cpu, machine.cores, &machine.arch);
    let processor = format!("{cpu}, {cores} logical, {arch}");
    let (lab, method, schema) = (&run.lab_version, run.method_version, run.schema_version);
    let facts = [
        ("machine class", run.machine_class.clone()),
        ("host", machine.host.clone()),
        ("processor", processor),
        ("memory", units::bytes(machine.memory_bytes)),
        ("kernel", machine.kernel.clone()),
        ("system", machine.os.clone()),
        ("governor", known(&machine.governor, unknown)),
        ("hypervisor", known(&machine.hypervisor, "none seen")),
        ("cgroup", cgroup.to_owned()),
        ("huge pages", known(&machine.transparent_hugepages, unknown)),
        ("emulated", emulated.to_owned()),
        ("began", run.started.clone()),
        ("time", spent(run)),
        ("used by others", used(run)),
        ("labrun", format!("{lab}, method {method}, files {schema}")),
    ];
    html! {
        dl.facts {
            @for (name, value) in facts { div { dt { (name) } dd { (value) } } }
            @if let Some(by) = &run.emulator { div { dt { "emulator" } dd { (by.name) " " (by.version) ", as " (by.processor) } } }
            @if let Some(probes) = ProbeMedians::of(run) { div { dt { "fixed work" } dd { (probed(&probes)) } } }
            @if let Some(replay) = &run.replay { div { dt { "plan" } dd { (quads(&run.plan, replay)) } } }
            @else if run.parts.is_empty() { div { dt { "plan" } dd { (plan(run, &run.plan, &run.rows)) } } }
            @for part in &run.parts { div { dt { "plan of " (part.scenario) } dd { (plan(run, &part.plan, &run.rows[part.first_row..part.first_row + part.rows])) } } }
        }
    }
}

/// What the lab's own instruments cost here.
fn instruments(run: &Run) -> Markup {
    html! {
        @if !run.calibration.is_empty() {
            h4 { "Calibration: what the lab\u{2019}s own instruments cost" }
            div.scroll tabindex="0" role="region" aria-label="Calibration" {
                table {
                    thead { tr {
                        th scope="col" { "instrument" } th scope="col" { "concerns" } th.number scope="col" { "median" }
                        th.number scope="col" { "n" } th scope="col" { "note" }
                    } }
                    tbody {
                        @for c in &run.calibration {
                            tr {
                                th scope="row" { (c.name) }
                                td { (c.technology.as_deref().unwrap_or("all")) }
                                td.number { (units::duration(c.median_ns)) }
                                td.number { (c.n) }
                                td { (c.note) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How long it took, and how much of it were launches.
fn spent(run: &Run) -> String {
    let of = |spent: labrun_record::Spent| {
        let share = 100.0 * spent.launches_s / spent.total_s;
        format!("{:.0} s, {share:.1}% of it in launches", spent.total_s)
    };
    run.spent.map_or_else(|| "not recorded".to_owned(), of)
}

/// What else used the processors.
fn used(run: &Run) -> String {
    let Some(found) = Disturbance::of(run) else {
        return "not recorded".to_owned();
    };
    let share = |share: f64| format!("{:.1}%", share * 100.0);
    let others = match found.others.zip(found.others_most) {
        Some((others, most)) => format!(
            "{} of the processors\u{2019} time, at most {}",
            share(others),
            share(most)
        ),
        None => "not told from what a daemon did for the lab".to_owned(),
    };
    format!("{others}; given to other machines: {}", share(found.steal))
}

/// What the machine took for work that is the same in every run.
fn probed(probes: &ProbeMedians) -> String {
    let named = |name| match name {
        "cpu" => "processor",
        "fsync" => "fdatasync",
        other => other,
    };
    let taken = probes.each.iter();
    let taken = taken.filter_map(|(name, ns)| Some((named(*name), (*ns)?)));
    let mut said: Vec<String> = taken
        .map(|(name, ns)| format!("{name} {}", units::duration(ns)))
        .collect();
    if said.is_empty() {
        said.push("none could be done".to_owned());
    }
    let readings = units::plural(probes.readings, "reading");
    format!("{} (medians of {readings})", said.join(", "))
}

/// How many launches, and how that was decided.
fn plan(run: &Run, plan: &Plan, rows: &[Row]) -> String {
    let limit_s = plan.limit_s(rows.iter().any(|row| run.is_emulated(row)));
    if rows.iter().all(|row| row.metric.is_exact()) {
        return format!(
            "one launch a row, which is counted and not measured; at most {:.0} s; a launch is given up after {:.0} s",
            plan.time_budget_s, limit_s
        );
    }
    let how = if plan.min_samples >= plan.max_samples {
        "as many for each".to_owned()
    } else if !plan.pilot {
        "the least for each, and more for rows whose launches cost next to nothing".to_owned()
    } else {
        format!(
            "how many was fixed after a pilot, and they are spread evenly over the run; \
             {:.0}% of the median to either side is narrow enough",
            plan.half_width * 100.0
        )
    };
    format!(
        "{} to {} launches a row after {} discarded, each from process right after a discarded one: {how}; at most {:.0} s; a launch is given up after {:.0} s",
        plan.min_samples, plan.max_samples, plan.warmup, plan.time_budget_s, limit_s
    )
}

/// How a replay launches.
fn quads(plan: &Plan, replay: &Replay) -> String {
    format!(
        "quads of launches A, B, B, A and B, A, A, B in turn, before the first one a discarded launch of each side, {} interleaved, \
         until {:.0} s are over; a launch is given up after {:.0} s",
        units::plural(replay.pairs.len(), "row"),
        plan.time_budget_s,
        plan.timeout_s
    )
}
