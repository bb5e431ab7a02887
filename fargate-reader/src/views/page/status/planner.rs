//! The planner: does the throughput of EFS last for functions that load from it?

use efs_throughput::{Field, Mode, OutOfBounds, Plan, Rules, Until, Workload};

use super::content::PlannerForm;
use super::numbers::{bytes, count, decimal, dollars, span, throughput};

/// The longest time that a function may run, in seconds.
const LONGEST_FUNCTION: f64 = 900.0;

/// The timeout of the function in the post, in seconds.
const TIMEOUT_OF_POST: f64 = 300.0;

/// The size of the plot, in its own units: left, right, top and foot of the curves.
const PLOT: (f64, f64, f64, f64) = (30.0, 300.0, 26.0, 150.0);

/// The largest number of days in the plot.
const MOST_DAYS: f64 = 60.0;

/// The result.
#[derive(Debug)]
pub(super) struct Planner<'a> {
    pub(super) form: &'a PlannerForm,
    /// The fields that are out of bounds.
    pub(super) faults: &'a [OutOfBounds],
    pub(super) result: Option<PlanView>,
}

/// A plan, rendered.
#[derive(Debug)]
pub(super) struct PlanView {
    /// The answer, and what follows from it.
    pub(super) answer: String,
    pub(super) why: String,
    pub(super) rows: Vec<Row>,
    pub(super) plot: Option<Plot>,
    /// The price of the same loads in the mode Elastic.
    pub(super) elastic: String,
    pub(super) is_bursting: bool,
}

/// A figure by the rules of today and by those of 2020; empty where there is none.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) today: String,
    pub(super) then: String,
}

/// The credits over time.
#[derive(Debug)]
pub(super) struct Plot {
    /// The area between the fastest and the slowest loss of today.
    pub(super) area: String,
    pub(super) then: String,
    pub(super) label: String,
    pub(super) label_then: String,
    pub(super) ticks: Vec<(String, String)>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(form: &'a PlannerForm) -> Self {
        let (faults, result) = match &form.workload {
            Ok(workload) => (&[][..], Some(view(workload))),
            Err(faults) => (&faults[..], None),
        };
        Self { form, faults, result }
    }

    /// Returns the fault of a field.
    pub(super) fn fault_of(&self, field: &str) -> Option<&str> {
        self.faults.iter().find(|fault| fault.field.name() == field).map(|fault| fault.problem.as_str())
    }

    /// Returns true if the form has this mode. Bursting stands in for one that is unknown.
    pub(super) fn is_mode(&self, mode: &str) -> bool {
        let is_known = self.fault_of(Field::Mode.name()).is_none();
        if is_known { self.form.mode.trim() == mode } else { mode == "bursting" }
    }
}

fn view(workload: &Workload) -> PlanView {
    let (today, then) = (Plan::new(workload, &Rules::TODAY), Plan::new(workload, &Rules::IN_2020));
    let is_elastic = workload.mode == Mode::Elastic;
    let elastic = Plan::new(&Workload { mode: Mode::Elastic, ..*workload }, &Rules::TODAY);
    let both = |id, name, value: &dyn Fn(&Plan) -> String| {
        // There was no mode Elastic in 2020.
        let then = if is_elastic { "–".to_owned() } else { value(&then) };
        Row { id, name, today: value(&today), then }
    };
    let has_credits = today.credits_first_mib.is_some();
    let mut rows = Vec::new();
    if !is_elastic {
        rows.push(both("baseline", "baseline, 50 KiB/s per GiB", &baseline));
    }
    if has_credits {
        rows.push(both("burst", "burst", &|plan| plan.burst_mib_s.map(throughput).unwrap_or_default()));
        rows.push(both("credits", "credits at first, and at most", &credits));
    }
    rows.push(both("metered-at", "a read is metered at", &|plan| {
        if plan.read_metered < 1.0 { "⅓".to_owned() } else { "1".to_owned() }
    }));
    rows.push(both("metered", "metered a day", &|plan| bytes(mebibytes(plan.metered_mib_a_day))));
    let name = if has_credits { "one load, with credits" } else { "one load" };
    rows.push(both("load", name, &|plan| span(plan.load_s)));
    if has_credits {
        rows.push(both("load-empty", "one load, once empty", &|plan| span(plan.load_empty_s)));
    }
    if !is_elastic {
        rows.push(both("loads", "loads a day that last", &|plan| count(plan.whole_loads_a_day())));
    }
    if has_credits {
        rows.push(both("hours", "hours until empty", &hours));
    }
    rows.push(both("usd", "dollars a month", &|plan| dollars(plan.usd_a_month)));
    let (answer, why) = answer(workload, &today);
    PlanView {
        answer,
        why,
        rows,
        plot: plot(&today, &then),
        elastic: dollars(elastic.usd_a_month),
        is_bursting: has_credits,
    }
}

fn baseline(plan: &Plan) -> String {
    let baseline = plan.baseline_mib_s.map(throughput).unwrap_or_default();
    if plan.is_floor { format!("{baseline}, the floor") } else { baseline }
}

fn credits(plan: &Plan) -> String {
    let first = plan.credits_first_mib.map(|credits| bytes(mebibytes(credits))).unwrap_or_default();
    match plan.credits_most_mib.filter(|most| Some(*most) != plan.credits_first_mib) {
        Some(most) => format!("{first}, {}", bytes(mebibytes(most))),
        None => first,
    }
}

fn mebibytes(mib: f64) -> u64 {
    // A cast of a float saturates.
    (mib * 1024.0 * 1024.0) as u64
}

fn hours(plan: &Plan) -> String {
    let whole = |hours: f64| count(hours.round().min(1e15) as u64);
    match plan.empty_after_hours {
        Until::Never => "never".to_owned(),
        Until::Between { least, most } if most.is_infinite() => format!("{}, or never", whole(least)),
        Until::Between { least, most } if whole(least) == whole(most) => whole(least),
        Until::Between { least, most } => format!("{} to {}", whole(least), whole(most)),
    }
}

/// Returns the hours with their unit.
fn with_unit(plan: &Plan) -> String {
    let hours = hours(plan);
    match hours.split_once(", or") {
        Some((least, rest)) => format!("{least} h, or{rest}"),
        None if plan.empty_after_hours == Until::Never => hours,
        None => format!("{hours} h"),
    }
}

/// Answers the question of the section.
fn answer(workload: &Workload, plan: &Plan) -> (String, String) {
    let asked = decimal(workload.loads_a_day);
    match (workload.mode, plan.empty_after_hours) {
        (Mode::Elastic, _) => (
            format!("Yes, for {}.", per_month(plan)),
            "Elastic throughput has no credits that could run out: what is read is paid.".to_owned(),
        ),
        (Mode::Provisioned(_), _) if workload.loads_a_day <= plan.loads_a_day => (
            format!("Yes: for up to {} loads a day.", count(plan.whole_loads_a_day())),
            format!(
                "A load takes {} and the throughput costs {}, whatever is read.",
                span(plan.load_s),
                per_month(plan)
            ),
        ),
        (Mode::Provisioned(_), _) => (
            format!("No: for {} loads a day, not for {asked}.", count(plan.whole_loads_a_day())),
            format!("A load alone takes {}; {asked} of them need more than a day.", span(plan.load_s)),
        ),
        (Mode::Bursting, Until::Never) => (
            format!("Yes: for up to {} loads a day.", count(plan.whole_loads_a_day())),
            format!("Credits come back faster than {asked} loads a day use them. A load takes {}.", span(plan.load_s)),
        ),
        (Mode::Bursting, Until::Between { most, .. }) if most.is_infinite() => (
            format!("Perhaps: {asked} loads a day are within the floor of 1 MiB/s."),
            format!(
                "The credits are gone after {}, if the floor earns none. Then a load takes {} instead of {}.",
                days(plan),
                span(plan.load_empty_s),
                span(plan.load_s)
            ),
        ),
        (Mode::Bursting, Until::Between { .. }) => (
            format!("No: for {} loads a day, not for {asked}.", count(plan.whole_loads_a_day())),
            format!(
                "The credits are gone after {}. Then a load takes {} instead of {}{}.",
                days(plan),
                span(plan.load_empty_s),
                span(plan.load_s),
                timeout(plan.load_empty_s)
            ),
        ),
    }
}

fn per_month(plan: &Plan) -> String {
    format!("{} a month", dollars(plan.usd_a_month))
}

/// Says when the credits are gone: in days, or in hours if that is sooner.
fn days(plan: &Plan) -> String {
    let Until::Between { least, most } = plan.empty_after_hours else { return "no time".to_owned() };
    let (scale, unit) = if least < 48.0 { (1.0, "hours") } else { (24.0, "days") };
    let whole = |hours: f64| count((hours / scale).floor().min(1e15) as u64);
    let (least, most) = (whole(least), if most.is_infinite() { String::new() } else { whole(most) });
    if most.is_empty() || least == most { format!("{least} {unit}") } else { format!("{least} to {most} {unit}") }
}

fn timeout(seconds: f64) -> &'static str {
    if seconds > LONGEST_FUNCTION {
        ", longer than any function may run (15 minutes)"
    } else if seconds > TIMEOUT_OF_POST {
        ", and a function with the post’s timeout of 5 minutes never starts"
    } else {
        ""
    }
}

/// Draws the credits over time; `None` if they do not run out.
fn plot(today: &Plan, then: &Plan) -> Option<Plot> {
    let Until::Between { least, most } = today.empty_after_hours else { return None };
    let of_post = match then.empty_after_hours {
        Until::Between { least, .. } => least,
        Until::Never => f64::INFINITY,
    };
    let (left, right, top, foot) = PLOT;
    let shown = if most.is_finite() { most } else { least * 2.0 };
    let days = (shown.max(if of_post.is_finite() { of_post } else { 0.0 }) / 24.0 * 1.05).clamp(0.05, MOST_DAYS);
    let step = step(days);
    let x = |hours: f64| left + (right - left) * hours / 24.0 / days;
    // A line that ends beyond the plot is cut at its edge.
    let end = |hours: f64| {
        if hours.is_infinite() {
            return (right, top);
        }
        let part = (days * 24.0 / hours).min(1.0);
        (x(hours).min(right), top + (foot - top) * part)
    };
    let ((fast_x, fast_y), (slow_x, slow_y)) = (end(least), end(most));
    let (then_x, then_y) = end(of_post);
    let corner = if slow_y < foot && fast_y >= foot { format!("L{right:.1} {foot:.1}") } else { String::new() };
    let ticks = (0..).map(|index| f64::from(index) * step).take_while(|day| *day <= days).map(|day| {
        let label = if day == 0.0 {
            "now".to_owned()
        } else if step < 1.0 {
            format!("{:.0} h", day * 24.0)
        } else {
            format!("{day:.0} d")
        };
        (format!("{:.1}", x(day * 24.0)), label)
    });
    Some(Plot {
        area: format!("M{left:.1} {top:.1}L{slow_x:.1} {slow_y:.1}{corner}L{fast_x:.1} {fast_y:.1}Z"),
        then: format!("M{left:.1} {top:.1}L{then_x:.1} {then_y:.1}"),
        label: format!("empty in {}", with_unit(today)),
        label_then: with_unit(then),
        ticks: ticks.collect(),
    })
}

/// Returns a distance of ticks, in days, of which at most six fit.
fn step(days: f64) -> f64 {
    let steps = [1.0 / 24.0, 2.0 / 24.0, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0];
    steps.into_iter().find(|step| days / step <= 5.5).unwrap_or(20.0)
}
