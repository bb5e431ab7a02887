//! Odd values that parsers get wrong.

use serde_json::{Value, json};

/// Bytes that have a meaning in some format, or in none.
pub(super) const BYTES: &[&[u8]] = &[
    b"\0",
    b"\n",
    b"\r",
    b"\r\n",
    b"\t",
    b" ",
    b"\x1b[31m",
    b"\x7f",
    b"\x85",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xc2\xa0",
    b"\xe2\x80\xa8",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x92\xa5",
    b"\"",
    b"'",
    b"\\",
    b"\\ud83d",
    b"\\u0000",
    b"{",
    b"}",
    b"[",
    b"]",
    b"<",
    b">",
    b"(",
    b",",
    b":",
    b";",
    b"=",
    b"&",
    b"%",
    b"%00",
    b"%FF",
    b"%E2%80",
    b"/",
    b"../",
    b"#",
    b"*",
    b"-",
    b"+",
    b"null",
    b"true",
    b"NaN",
    b"1e400",
    b"-0",
];

/// Numbers at the edges of types.
pub(super) const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "00",
    "007",
    "+1",
    "1.0",
    "0.5",
    "5e2",
    "255",
    "256",
    "65536",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740991",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "1e308",
    "1e400",
    "-1e400",
];

/// Brackets that can be nested.
pub(super) const BRACKETS: &[(&str, &str)] =
    &[("[", "]"), ("{\"a\":", "}"), ("(", ")"), ("- ", ""), ("\n ", ""), ("\"", "\""), ("[[", "]]"), ("{", "}")];

/// Lengths at the edges of limits.
pub(super) const LENGTHS: &[usize] = &[81, 101, 121, 256, 257, 501, 1001, 4001, 4097, 16_385, 65_537];

/// JSON values that a field rarely has.
pub(super) fn values() -> Vec<Value> {
    let edges = [80, 81, 100, 101, 120, 121, 500, 501, 5000].map(|length| json!("x".repeat(length)));
    let others = [
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(500.0),
        json!(1e300),
        json!(u64::MAX),
        json!((1_u64 << 53) - 1),
        json!(""),
        json!(" "),
        json!("\u{0}"),
        json!("two\nlines"),
        json!("\u{1f4a5}\u{202e}"),
        json!("7"),
        json!([]),
        json!({}),
        json!([[null]]),
        json!({ "a": { "b": 1 } }),
    ];
    others.into_iter().chain(edges).collect()
}
