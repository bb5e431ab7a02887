//! The figures against those of the sources, and the properties that hold for all of them.

use proptest::prelude::*;

use super::*;

fn workload(storage: &str, mode: &str, load: &str, loads: &str) -> Workload {
    Workload::parse(storage, mode, "10", load, loads).unwrap()
}

fn between(until: Until) -> (f64, f64) {
    match until {
        Until::Between { least, most } => (least.round(), most.round()),
        Until::Never => panic!("never"),
    }
}

/// The figures of the planner's picture: 10 GiB, loads of 2,048 MiB, 300 a day.
#[test]
fn the_figures_of_today_and_of_2020_are_those_of_the_sources() {
    let workload = workload("10", "bursting", "2 048", "300");
    let (today, then) = (Plan::new(&workload, &Rules::TODAY), Plan::new(&workload, &Rules::IN_2020));
    assert_eq!((today.baseline_mib_s, today.is_floor), (Some(1.0), true));
    assert_eq!((then.baseline_mib_s.map(|mib| mib * 1024.0), then.is_floor), (Some(500.0), false));
    for plan in [&today, &then] {
        assert_eq!(plan.burst_mib_s, Some(100.0));
        assert_eq!((plan.credits_first_mib, plan.credits_most_mib), (Some(2.1 * 1_048_576.0), Some(2.1 * 1_048_576.0)));
    }
    assert_eq!((today.metered_mib_a_day, then.metered_mib_a_day), (204_800.0, 614_400.0));
    assert_eq!((round(today.load_s, 1), round(then.load_s, 1)), (6.8, 20.5));
    assert_eq!((today.load_empty_s.round(), then.load_empty_s.round()), (683.0, 4_194.0));
    assert_eq!((today.whole_loads_a_day(), then.whole_loads_a_day()), (126, 20));
    assert_eq!((between(today.empty_after_hours), between(then.empty_after_hours)), ((325.0, 446.0), (92.0, 92.0)));
    assert_eq!((today.usd_a_month, then.usd_a_month), (0.0, 0.0));
}

#[test]
fn the_corrections_of_the_post_are_those_that_were_worked_out() {
    let day = |plan: Plan| plan.baseline_mib_s.unwrap() * 86_400.0 / 1024.0;
    let then = |mode| Plan::new(&workload("10", mode, "2048", "0"), &Rules::IN_2020);
    assert_eq!((round(day(then("bursting")), 1), day(then("provisioned"))), (41.2, 843.75));
    let today = Plan::new(&workload("10", "provisioned", "2048", "0"), &Rules::TODAY);
    assert_eq!(today.whole_loads_a_day(), 1_265);
    // A model of 200 MB, in MiB.
    let model = Plan::new(&workload("10", "bursting", "190.73", "0"), &Rules::TODAY);
    assert_eq!((round(model.load_s, 2), model.load_empty_s.round()), (0.64, 64.0));
    // A new file system bursts for 6.12 h.
    assert_eq!(round(model.credits_first_mib.unwrap() / 100.0 / 3_600.0, 2), 6.12);
}

#[test]
fn elastic_and_provisioned_have_their_prices() {
    let elastic = Plan::new(&workload("10", "elastic", "2048", "300"), &Rules::TODAY);
    assert_eq!((round(elastic.usd_a_month, 2), elastic.loads_a_day), (547.5, f64::INFINITY));
    assert_eq!((elastic.empty_after_hours, elastic.baseline_mib_s), (Until::Never, None));
    let provisioned = Plan::new(&workload("10", "provisioned", "2048", "300"), &Rules::TODAY);
    assert_eq!(round(provisioned.usd_a_month, 2), round((10.0 - 10.0 * 50.0 / 1024.0) * 6.0, 2));
    // A large file system has more than 10 MiB/s anyway, and pays nothing for it.
    let large = Plan::new(&workload("1024", "provisioned", "2048", "300"), &Rules::TODAY);
    assert_eq!((large.usd_a_month, large.baseline_mib_s), (0.0, Some(50.0)));
}

#[test]
fn a_large_file_system_bursts_higher_and_one_client_does_not() {
    let plan = Plan::new(&workload("10240", "bursting", "2048", "300"), &Rules::TODAY);
    assert_eq!((plan.burst_mib_s, plan.baseline_mib_s, plan.is_floor), (Some(1_000.0), Some(500.0), false));
    assert_eq!(plan.credits_most_mib, Some(21.0 * 1_048_576.0));
    assert_eq!(plan.load_s, 2_048.0 / 500.0);
    assert_eq!(plan.empty_after_hours, Until::Never);
}

/// The requests a second of `docs/nfs.md`.
#[test]
fn polling_costs_what_the_table_says() {
    let watched = Polling::new(16.625);
    assert_eq!((round(watched.kib_s(), 1), round(watched.elastic_usd_a_month(), 2)), (66.5, 5.0));
    let idle = Polling::new(2.625);
    assert_eq!((round(idle.kib_s(), 1), round(idle.elastic_usd_a_month(), 2)), (10.5, 0.79));
    let three = Polling::new(2.0 * 16.625 + 2.625);
    assert_eq!((round(three.kib_s(), 1), round(three.elastic_usd_a_month(), 2)), (143.5, 10.79));
    assert_eq!((three.part_of_floor() * 100.0).round(), 14.0);
    assert_eq!(round(Polling::new(40.625).elastic_usd_a_month(), 2), 12.22);
    for none in [f64::NAN, f64::INFINITY, -1.0] {
        assert_eq!(Polling::new(none).kib_s(), 0.0);
    }
}

#[test]
fn a_field_that_is_out_of_bounds_is_refused_by_its_name_with_the_bounds() {
    let parse =
        |storage, mode, provisioned, load, loads| Workload::parse(storage, mode, provisioned, load, loads).unwrap_err();
    let cases = [
        (parse("-1", "bursting", "", "1", "1"), Field::Storage, "0 to 1 048 576 GiB"),
        (parse("1e400", "bursting", "", "1", "1"), Field::Storage, "\"1e400\""),
        (parse("NaN", "bursting", "", "1", "1"), Field::Storage, "\"NaN\""),
        (parse("", "bursting", "", "1", "1"), Field::Storage, "is missing"),
        (parse("1", "<b>", "", "1", "1"), Field::Mode, "bursting, provisioned or elastic"),
        (parse("1", "provisioned", "0", "1", "1"), Field::Provisioned, "1 to 10 240 MiB/s"),
        (parse("1", "bursting", "", "0", "1"), Field::Load, "1 to 1 048 576 MiB"),
        (parse("1", "bursting", "", "1.1.1", "1"), Field::Load, "\"1.1.1\""),
        (parse("1", "bursting", "", "1", "1000001"), Field::Loads, "0 to 1 000 000 a day"),
        (parse("1", "bursting", "", "1", &"9".repeat(100_000)), Field::Loads, "…"),
    ];
    for (error, field, problem) in cases {
        assert_eq!(error.field, field, "{error}");
        let text = error.to_string().replace('\u{202f}', " ");
        assert!(text.contains(problem) && text.len() < 200, "{text}");
    }
}

#[test]
fn all_fields_that_are_out_of_bounds_are_named() {
    let fields = |mode, provisioned| -> Vec<_> {
        Workload::faults("-1", mode, provisioned, "0", "x").into_iter().map(|fault| fault.field).collect()
    };
    assert_eq!(fields("y", ""), [Field::Storage, Field::Mode, Field::Load, Field::Loads]);
    assert_eq!(fields("provisioned", "0"), [Field::Storage, Field::Provisioned, Field::Load, Field::Loads]);
    assert_eq!(Workload::faults("1", "bursting", "", "1", "1"), []);
}

fn round(number: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (number * scale).round() / scale
}

fn any_workload() -> impl Strategy<Value = Workload> {
    let mode =
        prop_oneof![Just(Mode::Bursting), Just(Mode::Elastic), (1.0..=10_240.0_f64).prop_map(Mode::Provisioned),];
    let sizes = (0.0..=1_048_576.0_f64, 1.0..=1_048_576.0_f64, 0.0..=1_000_000.0_f64);
    (sizes, mode).prop_map(|((storage_gib, load_mib, loads_a_day), mode)| Workload {
        storage_gib,
        mode,
        load_mib,
        loads_a_day,
    })
}

/// Returns the hours until the credits are gone, at worst and at best.
fn hours(plan: &Plan) -> (f64, f64) {
    match plan.empty_after_hours {
        Until::Never => (f64::INFINITY, f64::INFINITY),
        Until::Between { least, most } => (least, most),
    }
}

proptest! {
    #[test]
    fn no_figure_is_negative_or_not_a_number(workload in any_workload()) {
        for rules in [Rules::TODAY, Rules::IN_2020] {
            let plan = Plan::new(&workload, &rules);
            for figure in [plan.metered_mib_a_day, plan.load_s, plan.usd_a_month] {
                prop_assert!(figure.is_finite() && figure >= 0.0, "{plan:?}");
            }
            prop_assert!(plan.load_empty_s >= plan.load_s && plan.loads_a_day >= 0.0, "{plan:?}");
            let (least, most) = hours(&plan);
            prop_assert!(least >= 0.0 && most >= least, "{plan:?}");
            prop_assert!(rules.floor_mib_s == 0.0 || workload.mode == Mode::Elastic || plan.load_empty_s.is_finite());
        }
    }

    #[test]
    fn more_storage_never_makes_anything_worse(workload in any_workload(), more in 0.0..=1_048_576.0_f64) {
        let larger = Workload { storage_gib: workload.storage_gib + more, ..workload };
        let [plan, better] = [&workload, &larger].map(|workload| Plan::new(workload, &Rules::TODAY));
        prop_assert!(better.load_s <= plan.load_s && better.load_empty_s <= plan.load_empty_s);
        prop_assert!(better.loads_a_day >= plan.loads_a_day && better.usd_a_month <= plan.usd_a_month);
        prop_assert!(hours(&better).0 >= hours(&plan).0 && hours(&better).1 >= hours(&plan).1);
    }

    #[test]
    fn more_loads_never_make_anything_better(workload in any_workload(), more in 0.0..=1_000_000.0_f64) {
        let busier = Workload { loads_a_day: workload.loads_a_day + more, ..workload };
        let [plan, worse] = [&workload, &busier].map(|workload| Plan::new(workload, &Rules::TODAY));
        prop_assert!(worse.metered_mib_a_day >= plan.metered_mib_a_day && worse.usd_a_month >= plan.usd_a_month);
        prop_assert!(hours(&worse).0 <= hours(&plan).0 && hours(&worse).1 <= hours(&plan).1);
    }

    #[test]
    fn loads_that_last_never_empty_the_credits(workload in any_workload()) {
        let plan = Plan::new(&workload, &Rules::TODAY);
        if workload.loads_a_day <= plan.loads_a_day * 0.999_999 {
            prop_assert!(hours(&plan).1.is_infinite(), "{plan:?}");
        }
    }

    #[test]
    fn any_text_is_parsed_or_refused(fields in proptest::array::uniform5("\\PC{0,40}|[0-9. ]{0,30}")) {
        let [storage, mode, provisioned, load, loads] = &fields;
        for mode in [mode.as_str(), "bursting", "provisioned", "elastic"] {
            match Workload::parse(storage, mode, provisioned, load, loads) {
                Ok(workload) => prop_assert!(!Plan::new(&workload, &Rules::TODAY).usd_a_month.is_nan()),
                Err(error) => prop_assert!(error.to_string().len() < 400, "{error}"),
            }
        }
    }
}
