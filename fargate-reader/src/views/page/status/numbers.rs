//! Sizes, times and prices, for people.

use crate::views::page::figures::grouped;

/// Returns a number of bytes, such as `48.4 KiB`.
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut size, mut unit) = (bytes as f64 / 1024.0, 0);
    // 1,023.96 KiB would be rounded to 1024.0.
    while size >= 1023.95 && unit + 1 < UNITS.len() {
        (size, unit) = (size / 1024.0, unit + 1);
    }
    format!("{size:.1} {}", UNITS[unit])
}

/// Returns a count with its thousands apart.
pub(super) fn count(count: u64) -> String {
    grouped(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Returns a span of time in its two largest units, such as `11 min 23 s`.
pub(super) fn span(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "never".to_owned();
    }
    if seconds < 59.95 {
        return format!("{seconds:.1} s").replace(".0 s", " s");
    }
    let in_units = |unit: f64| (seconds / unit).round().min(1e15) as u64;
    let (large, small) = match seconds {
        ..3_570.0 => ((in_units(1.0) / 60, "min"), (in_units(1.0) % 60, "s")),
        ..84_600.0 => ((in_units(60.0) / 60, "h"), (in_units(60.0) % 60, "min")),
        _ => ((in_units(3_600.0) / 24, "d"), (in_units(3_600.0) % 24, "h")),
    };
    let one = |(number, unit): (u64, &str)| format!("{} {unit}", count(number));
    if small.0 == 0 { one(large) } else { format!("{} {}", one(large), one(small)) }
}

/// Returns a time in milliseconds, without its unit.
pub(super) fn millis(milliseconds: f64) -> String {
    if milliseconds < 0.95 { "<1".to_owned() } else { count(milliseconds.round().min(1e15) as u64) }
}

/// Returns an amount in US dollars.
pub(super) fn dollars(amount: f64) -> String {
    if amount == 0.0 {
        return "$0".to_owned();
    }
    let cents = (amount * 100.0).round().min(1e17) as u64;
    format!("${}.{:02}", count(cents / 100), cents % 100)
}

/// Returns a throughput in MiB/s, in KiB/s if it is less than one.
pub(super) fn throughput(mib_s: f64) -> String {
    if mib_s < 1.0 { format!("{} KiB/s", decimal(mib_s * 1024.0)) } else { format!("{} MiB/s", decimal(mib_s)) }
}

/// Returns a number with at most one decimal place.
pub(super) fn decimal(number: f64) -> String {
    let tenths = (number * 10.0).round().min(1e17) as u64;
    match tenths % 10 {
        0 => count(tenths / 10),
        tenth => format!("{}.{tenth}", count(tenths / 10)),
    }
}

/// Returns the singular for one, else the plural.
pub(super) fn plural<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_unit_that_fits() {
        let plain = |text: String| text.replace('\u{202f}', " ");
        assert_eq!([0, 612, 1_024, 49_562, 1_048_570].map(bytes), ["0 B", "612 B", "1.0 KiB", "48.4 KiB", "1.0 MiB"]);
        assert_eq!(bytes(u64::MAX), "16384.0 PiB");
        let spans = [6.83, 20.48, 59.0, 682.7, 4_194.3, 120.0, 90_000.0, f64::INFINITY].map(span);
        assert_eq!(spans, ["6.8 s", "20.5 s", "59 s", "11 min 23 s", "1 h 10 min", "2 min", "1 d 1 h", "never"]);
        assert_eq!([0.0, 5.0, 547.5, 1_234.567].map(dollars).map(plain), ["$0", "$5.00", "$547.50", "$1 234.57"]);
        assert_eq!([0.488_281_25, 1.0, 1.5, 100.0].map(throughput), ["500 KiB/s", "1 MiB/s", "1.5 MiB/s", "100 MiB/s"]);
        assert_eq!([0.2, 0.95, 81.4].map(millis), ["<1", "1", "81"]);
        assert!(dollars(f64::MAX).len() < 40 && span(f64::MAX).len() < 40 && decimal(f64::MAX).len() < 40);
    }
}
