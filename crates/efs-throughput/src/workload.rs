//! A workload: what is asked, within bounds.

use std::fmt;

/// The largest file system, in GiB: a pebibyte. EFS has no limit; more is a slip of the pen.
const MAX_STORAGE_GIB: f64 = 1_048_576.0;

/// The largest load, in MiB: a tebibyte.
const MAX_LOAD_MIB: f64 = 1_048_576.0;

/// The largest number of loads a day: more than eleven every second.
const MAX_LOADS: f64 = 1_000_000.0;

/// The least and the largest throughput that can be provisioned, in MiB/s. Sources: the post ("from 1 to 1024 MiB/s"); EFS quotas
/// of today, up to 10 GiB/s of reads for a Regional file system.
const PROVISIONED_MIB_S: (f64, f64) = (1.0, 10_240.0);

/// The longest text of a number. Nothing longer is within any bounds, and it would be repeated in the refusal.
const MAX_TEXT: usize = 20;

/// The throughput mode of a file system.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mode {
    /// Throughput grows with storage; credits allow more for a while.
    Bursting,
    /// So many MiB/s, metered, whatever is stored.
    Provisioned(f64),
    /// As much as is needed, paid by GiB.
    Elastic,
}

/// The loads of a file system. Every number is finite and within its bounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Workload {
    /// The data in the class Standard, in GiB: 0 to 1,048,576.
    pub storage_gib: f64,
    /// The throughput mode. Provisioned throughput is 1 to 10,240 MiB/s.
    pub mode: Mode,
    /// The data that one load reads, in MiB: more than 0, up to 1,048,576.
    pub load_mib: f64,
    /// The loads a day: 0 to 1,000,000.
    pub loads_a_day: f64,
}

/// A field of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// [`Workload::storage_gib`]
    Storage,
    /// [`Workload::mode`]
    Mode,
    /// The throughput of [`Mode::Provisioned`].
    Provisioned,
    /// [`Workload::load_mib`]
    Load,
    /// [`Workload::loads_a_day`]
    Loads,
}

/// The refusal of a number or a word that is not within the bounds of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct OutOfBounds {
    /// The field.
    pub field: Field,
    /// The bounds, and what was found.
    pub problem: String,
}

impl Workload {
    /// Parses the fields of a form. `provisioned` counts only if the mode is `provisioned`. Numbers are decimal, with a point; spaces
    /// between digits are allowed, as this page writes them.
    ///
    /// # Errors
    /// Returns the first field that is out of bounds, with its bounds.
    pub fn parse(storage: &str, mode: &str, provisioned: &str, load: &str, loads: &str) -> Result<Self, OutOfBounds> {
        Ok(Self {
            storage_gib: self::storage(storage)?,
            mode: self::mode(mode, provisioned)?,
            load_mib: self::load(load)?,
            loads_a_day: self::loads(loads)?,
        })
    }

    /// Returns all fields that are out of bounds, each with its bounds: none if [`parse`](Self::parse) accepts the form.
    #[must_use]
    pub fn faults(storage: &str, mode: &str, provisioned: &str, load: &str, loads: &str) -> Vec<OutOfBounds> {
        let faults = [
            self::storage(storage).err(),
            self::mode(mode, provisioned).err(),
            self::load(load).err(),
            self::loads(loads).err(),
        ];
        faults.into_iter().flatten().collect()
    }
}

fn storage(text: &str) -> Result<f64, OutOfBounds> {
    number(Field::Storage, text, (0.0, MAX_STORAGE_GIB), "GiB")
}

fn mode(text: &str, provisioned: &str) -> Result<Mode, OutOfBounds> {
    match text.trim() {
        "bursting" => Ok(Mode::Bursting),
        "elastic" => Ok(Mode::Elastic),
        "provisioned" => number(Field::Provisioned, provisioned, PROVISIONED_MIB_S, "MiB/s").map(Mode::Provisioned),
        other => {
            let problem = format!("must be bursting, provisioned or elastic, is {}", shown(other));
            Err(OutOfBounds { field: Field::Mode, problem })
        }
    }
}

fn load(text: &str) -> Result<f64, OutOfBounds> {
    // A load of less than a page is no load.
    number(Field::Load, text, (1.0, MAX_LOAD_MIB), "MiB")
}

fn loads(text: &str) -> Result<f64, OutOfBounds> {
    number(Field::Loads, text, (0.0, MAX_LOADS), "a day")
}

fn number(field: Field, text: &str, (least, most): (f64, f64), unit: &str) -> Result<f64, OutOfBounds> {
    let digits: String = text.chars().filter(|char| !char.is_whitespace()).collect();
    let is_decimal = digits.len() <= MAX_TEXT && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = digits.parse::<f64>().ok().filter(|_| is_decimal);
    number.filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        let found = if digits.is_empty() { "is missing".to_owned() } else { format!("is {}", shown(text)) };
        OutOfBounds { field, problem: format!("must be {} to {} {unit}, {found}", grouped(least), grouped(most)) }
    })
}

/// Returns the beginning of a text, in quotes.
fn shown(text: &str) -> String {
    let beginning: String = text.chars().take(MAX_TEXT).collect();
    let more = if beginning.len() < text.len() { "…" } else { "" };
    format!("{beginning:?}{more}")
}

/// Formats a whole number with narrow spaces between its thousands.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join("\u{202f}")
}

impl Field {
    /// Returns the name of the field in a form: `storage`, `mode`, `provisioned`, `load` or `loads`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::Mode => "mode",
            Self::Provisioned => "provisioned",
            Self::Load => "load",
            Self::Loads => "loads",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
