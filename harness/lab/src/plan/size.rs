//! Size: what has to be shipped, and apart what has to be there already.

use labrun_record::Row;

use super::context::{PlanContext, case};
use super::{Case, Form, Measure};

/// Every case of the scenario.
pub(super) fn cases(context: &PlanContext<'_>) -> Vec<Case> {
    let metrics = context.metrics();
    let kinds = context.kinds().into_iter();
    let of_kind = kinds.map(|kind| {
        let forms = Form::of_kind(kind.profile, kind.target).into_iter();
        let identities = forms.map(Form::identity);
        let rows = identities.filter(|(metric, _)| metrics.contains(metric));
        let row = |(metric, params)| Row {
            metric,
            params,
            ..kind.identity()
        };
        // A size needs nothing that only a launch would.
        let launch = kind.launch_with(&[], None, Measure::Size);
        case(rows.map(row).collect(), launch)
    });
    of_kind.collect()
}
