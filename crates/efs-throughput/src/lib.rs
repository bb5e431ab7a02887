//! Plans the throughput of an Amazon EFS file system that functions load libraries or a model from at every cold start.
//!
//! Pure functions: they read nothing and write nothing. Every constant names its source.
//!
//! - [`Workload`]: what is asked, parsed from text and within bounds. [`OutOfBounds`]: the refusal, by the name of the field.
//! - [`Rules`]: those of AWS today, and those of the blog post of 16 June 2020.
//! - [`Plan`]: the throughput, the credits and the price of a workload under these rules.
//! - [`Polling`]: the price of looking at files again and again.
//!
//! ```
//! use efs_throughput::{Plan, Rules, Until, Workload};
//!
//! let workload = Workload::parse("10", "bursting", "", "2048", "300")?;
//! let plan = Plan::new(&workload, &Rules::TODAY);
//! assert_eq!(plan.whole_loads_a_day(), 126);
//! let Until::Between { least, most } = plan.empty_after_hours else { unreachable!() };
//! assert_eq!((least.round(), most.round()), (325.0, 446.0));
//! # Ok::<(), efs_throughput::OutOfBounds>(())
//! ```

mod credits;
mod plan;
mod polling;
mod price;
mod rules;
mod units;
mod workload;

pub use credits::Until;
pub use plan::Plan;
pub use polling::Polling;
pub use price::{ELASTIC_READ_GIB_USD, HOURS_A_MONTH, PROVISIONED_MIB_S_USD};
pub use rules::Rules;
pub use workload::{Field, Mode, OutOfBounds, Workload};

#[cfg(test)]
mod tests;
