//! The price of looking at files again and again, as a network mount needs it.

use crate::price::{ELASTIC_READ_GIB_USD, HOURS_A_MONTH};
use crate::rules::Rules;
use crate::units::{KIB_PER_GIB, KIB_PER_MIB, SECONDS_PER_HOUR};

/// The least that a request is metered with, in KiB. Sources: EFS user guide, "Throughput metering" (Bursting, Provisioned: 4 KB);
/// AWS re:Post, "How do I estimate the cost of EFS Elastic throughput" (metadata in steps of 1 KiB after the first 4).
const REQUEST_KIB: f64 = 4.0;

/// Requests for attributes, an open and a close for each file, all month long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Polling {
    requests_s: f64,
}

impl Polling {
    /// Counts `requests` a second. Anything but a finite number above 0 is none.
    #[must_use]
    pub fn new(requests: f64) -> Self {
        let requests_s = if requests.is_finite() { requests.max(0.0) } else { 0.0 };
        Self { requests_s }
    }

    /// Returns the requests a second.
    #[must_use]
    pub fn requests_s(self) -> f64 {
        self.requests_s
    }

    /// Returns the metered throughput in KiB/s.
    #[must_use]
    pub fn kib_s(self) -> f64 {
        self.requests_s * REQUEST_KIB
    }

    /// Returns the price in the mode Elastic, in US dollars a month. In the mode Bursting it is 0.
    #[must_use]
    pub fn elastic_usd_a_month(self) -> f64 {
        self.kib_s() * HOURS_A_MONTH * SECONDS_PER_HOUR / KIB_PER_GIB * ELASTIC_READ_GIB_USD
    }

    /// Returns the part of the throughput that is always there in the mode Bursting, 1 MiB/s, which it uses up.
    #[must_use]
    pub fn part_of_floor(self) -> f64 {
        self.kib_s() / (Rules::TODAY.floor_mib_s * KIB_PER_MIB)
    }
}
