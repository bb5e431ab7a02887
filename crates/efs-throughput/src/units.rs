//! Units.

pub(crate) const KIB_PER_MIB: f64 = 1024.0;
pub(crate) const KIB_PER_GIB: f64 = 1024.0 * 1024.0;
pub(crate) const MIB_PER_GIB: f64 = 1024.0;
pub(crate) const MIB_PER_TIB: f64 = 1024.0 * 1024.0;
pub(crate) const GIB_PER_TIB: f64 = 1024.0;
pub(crate) const SECONDS_PER_HOUR: f64 = 3_600.0;
pub(crate) const SECONDS_PER_DAY: f64 = 86_400.0;
