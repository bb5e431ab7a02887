//! Prices: list prices of us-east-1 in US dollars, without free tier. `cdk/cost/prices.ts` has the same.

/// The hours of a month in the prices of AWS. Source: <https://aws.amazon.com/efs/pricing/>, whose examples use 730 hours.
pub const HOURS_A_MONTH: f64 = 730.0;

/// The price of a GiB that is read in the mode Elastic, also of metadata. Source: <https://aws.amazon.com/efs/pricing/>.
pub const ELASTIC_READ_GIB_USD: f64 = 0.03;

/// The price of 1 MiB/s for a month in the mode Provisioned, beyond what the storage includes (50 KiB/s for each GiB). Source:
/// <https://aws.amazon.com/efs/pricing/>.
pub const PROVISIONED_MIB_S_USD: f64 = 6.0;
