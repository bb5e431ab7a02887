//! Times, sizes, modes and owners, as people write them in settings.

use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

/// The longest time that a setting accepts.
const MAX_TIME: Duration = Duration::from_secs(24 * 3600);

/// A time such as `250ms`, `10s`, `5m` or `1h`, of at most 24 h. A unit is required, except for `0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Time(pub(crate) Duration);

/// A number of bytes such as `4096`, `64KiB`, `16MiB` or `1GiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Size(pub(crate) u64);

/// A mode in octal digits, such as `0640`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Mode(pub(crate) u32);

/// An owner and a group as numbers, such as `101:101`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Owner(pub(crate) u32, pub(crate) u32);

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no time; write 250ms, 10s, 5m or 1h, at most 24h");
        let (number, unit) = split(text);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "" if number == 0 => 0,
            _ => return Err(wrong()),
        };
        let time = Duration::from_millis(number.checked_mul(millis).ok_or_else(wrong)?);
        if time <= MAX_TIME { Ok(Self(time)) } else { Err(wrong()) }
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no size; write 4096, 64KiB, 16MiB or 1GiB");
        let (number, unit) = split(text);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let unit: u64 = match unit {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            _ => return Err(wrong()),
        };
        number.checked_mul(unit).map(Self).ok_or_else(wrong)
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mode = u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777);
        mode.map(Self).ok_or_else(|| format!("{text:?} is no mode; write three octal digits, such as 0640"))
    }
}

impl FromStr for Owner {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once(':').and_then(|(user, group)| Some((user.parse().ok()?, group.parse().ok()?)));
        // The largest number means "unchanged" to the kernel.
        let numbers = numbers.filter(|(user, group)| *user != u32::MAX && *group != u32::MAX);
        numbers
            .map(|(user, group)| Self(user, group))
            .ok_or_else(|| format!("{text:?} is no owner; write the numbers of a user and a group, such as 101:101"))
    }
}

fn split(text: &str) -> (&str, &str) {
    text.split_at(text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len()))
}

macro_rules! from_string {
    ($($kind:ty),*) => {$(
        impl TryFrom<String> for $kind {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }
    )*};
}

from_string!(Time, Size, Mode, Owner);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_a_bound() {
        for (text, millis) in [("250ms", 250), ("10s", 10_000), ("5m", 300_000), ("24h", 86_400_000), ("0", 0)] {
            assert_eq!(text.parse(), Ok(Time(Duration::from_millis(millis))), "{text}");
        }
        for text in ["", "10", "s", "-1s", "1.5s", "25h", "10 s", "99999999999999999999s", "18446744073709551615h"] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_modes_and_owners_are_read_and_nonsense_is_refused() {
        assert_eq!("64KiB".parse(), Ok(Size(65_536)));
        assert_eq!("0640".parse(), Ok(Mode(0o640)));
        assert_eq!("101:102".parse(), Ok(Owner(101, 102)));
        assert!("64KB".parse::<Size>().is_err() && "18446744073709551615GiB".parse::<Size>().is_err());
        assert!("4755".parse::<Mode>().is_err() && "999".parse::<Mode>().is_err());
        assert!("nginx".parse::<Owner>().is_err() && "4294967295:0".parse::<Owner>().is_err());
    }
}
