//! A plan: what a workload gets from a file system, and what it pays.

use crate::credits::Until;
use crate::price::{ELASTIC_READ_GIB_USD, HOURS_A_MONTH, PROVISIONED_MIB_S_USD};
use crate::rules::Rules;
use crate::units::{GIB_PER_TIB, KIB_PER_MIB, MIB_PER_GIB, MIB_PER_TIB, SECONDS_PER_DAY};
use crate::workload::{Mode, Workload};

/// The throughput, the credits and the price of a workload. Throughput is as EFS meters it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// The throughput that is always there, in MiB/s; `None` in the mode Elastic, which has no such limit.
    pub baseline_mib_s: Option<f64>,
    /// True if the baseline is more than what the storage earns: the floor.
    pub is_floor: bool,
    /// The throughput while there are credits, in MiB/s; `None` in modes without credits.
    pub burst_mib_s: Option<f64>,
    /// The credits of a new file system, in MiB; `None` in modes without credits.
    pub credits_first_mib: Option<f64>,
    /// The most credits that it can have, in MiB; `None` in modes without credits.
    pub credits_most_mib: Option<f64>,
    /// The part of a read that is metered.
    pub read_metered: f64,
    /// The reads of a day as they are metered, in MiB.
    pub metered_mib_a_day: f64,
    /// The time of one load alone, in seconds, while there are credits.
    pub load_s: f64,
    /// The time of one load alone, in seconds, without credits; infinite if nothing is stored and there is no floor.
    pub load_empty_s: f64,
    /// The loads a day that the baseline allows for ever; infinite in the mode Elastic.
    pub loads_a_day: f64,
    /// The hours until the credits are gone.
    pub empty_after_hours: Until,
    /// The price of the throughput, in US dollars a month. Storage is paid in every mode and not part of it.
    pub usd_a_month: f64,
}

impl Plan {
    /// Makes the plan of a workload. All its loads are spread evenly over the day.
    #[must_use]
    pub fn new(workload: &Workload, rules: &Rules) -> Self {
        let earned = workload.storage_gib * rules.kib_s_per_gib / KIB_PER_MIB;
        match workload.mode {
            Mode::Bursting => Self::bursting(workload, rules, earned),
            Mode::Provisioned(provisioned) => Self::provisioned(workload, rules, earned, provisioned),
            Mode::Elastic => Self::elastic(workload, rules),
        }
    }

    /// Returns the number of whole loads a day that the baseline allows for ever.
    #[must_use]
    pub fn whole_loads_a_day(&self) -> u64 {
        // A cast of a float saturates.
        self.loads_a_day as u64
    }

    fn bursting(workload: &Workload, rules: &Rules, earned: f64) -> Self {
        let (baseline, tib) = (earned.max(rules.floor_mib_s), (workload.storage_gib / GIB_PER_TIB).max(1.0));
        let burst = (rules.burst_mib_s_per_tib * tib).max(baseline);
        let first = rules.credits_tib * MIB_PER_TIB;
        let metered = metered_mib_a_day(workload, rules) / SECONDS_PER_DAY;
        Self {
            is_floor: baseline > earned,
            burst_mib_s: Some(burst),
            credits_first_mib: Some(first),
            credits_most_mib: Some(first * tib),
            load_s: load_s(workload, rules, burst),
            // AWS does not say if the floor also earns credits.
            empty_after_hours: Until::empty(first, metered, (earned, baseline)),
            ..Self::at(workload, rules, baseline)
        }
    }

    fn provisioned(workload: &Workload, rules: &Rules, earned: f64, provisioned: f64) -> Self {
        // Provisioned throughput that the storage earns anyway is not paid.
        let usd_a_month = (provisioned - earned).max(0.0) * PROVISIONED_MIB_S_USD;
        Self { usd_a_month, ..Self::at(workload, rules, provisioned.max(earned)) }
    }

    fn elastic(workload: &Workload, rules: &Rules) -> Self {
        // Elastic throughput has its price for what is read, and no part of it is left out.
        let rules = Rules { read_metered: 1.0, ..*rules };
        let gib_a_day = metered_mib_a_day(workload, &rules) / MIB_PER_GIB;
        let load_s = load_s(workload, &rules, f64::INFINITY);
        Self {
            baseline_mib_s: None,
            loads_a_day: f64::INFINITY,
            load_s,
            load_empty_s: load_s,
            usd_a_month: gib_a_day * HOURS_A_MONTH / 24.0 * ELASTIC_READ_GIB_USD,
            ..Self::at(workload, &rules, 0.0)
        }
    }

    /// Returns the plan of a file system with this throughput and nothing else.
    fn at(workload: &Workload, rules: &Rules, throughput: f64) -> Self {
        let load_s = load_s(workload, rules, throughput);
        Self {
            baseline_mib_s: Some(throughput),
            is_floor: false,
            burst_mib_s: None,
            credits_first_mib: None,
            credits_most_mib: None,
            read_metered: rules.read_metered,
            metered_mib_a_day: metered_mib_a_day(workload, rules),
            load_s,
            load_empty_s: load_s,
            loads_a_day: throughput * SECONDS_PER_DAY / (workload.load_mib * rules.read_metered),
            empty_after_hours: Until::Never,
            usd_a_month: 0.0,
        }
    }
}

fn metered_mib_a_day(workload: &Workload, rules: &Rules) -> f64 {
    workload.loads_a_day * workload.load_mib * rules.read_metered
}

/// Returns the time of one load at a metered throughput in MiB/s, which one client cannot always use.
fn load_s(workload: &Workload, rules: &Rules, throughput: f64) -> f64 {
    workload.load_mib / (throughput / rules.read_metered).min(rules.client_mib_s)
}
