//! Tests of cutting and printing texts.

use std::time::{Duration, Instant};

use super::*;

/// Expects `text` to be cut so that it is `expected` with links in brackets.
fn check(text: &str, expected: &str) {
    let shown = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Link(address) => format!("[{address}]"),
    });
    assert_eq!(shown.collect::<String>(), expected);
}

#[test]
fn an_address_becomes_a_link() {
    check("https://example.com/runs/1189", "[https://example.com/runs/1189]");
    check("see http://a.example/x?y=1&z#top now", "see [http://a.example/x?y=1&z#top] now");
    check("one\nHTTPS://A.example\ntwo", "one\n[HTTPS://A.example]\ntwo");
    check("http://a.example http://b.example", "[http://a.example] [http://b.example]");
}

#[test]
fn the_punctuation_of_the_sentence_is_no_part_of_the_address() {
    check("Look at https://a.example/b.", "Look at [https://a.example/b].");
    check("(https://a.example/b), or", "([https://a.example/b]), or");
    check("https://a.example/b_(c)", "[https://a.example/b_(c)]");
    check("<https://a.example>", "<[https://a.example]>");
    check("“https://a.example/ü”", "“[https://a.example/ü]”");
}

#[test]
fn an_address_ends_where_an_invisible_character_would_make_it_look_like_another_one() {
    check("https://a.example/\u{202e}gnp.exe", "[https://a.example/]\u{202e}gnp.exe");
    check("https://a.exam\u{200b}ple", "[https://a.exam]\u{200b}ple");
    check("https://a.example/\u{2067}x", "[https://a.example/]\u{2067}x");
}

#[test]
fn nothing_but_http_is_linked() {
    check("javascript:alert(1)", "javascript:alert(1)");
    check("javascript://a.example/%0aalert(1)", "javascript://a.example/%0aalert(1)");
    check("file:///etc/passwd data://x ftp://a", "file:///etc/passwd data://x ftp://a");
    check("xhttp://a.example", "xhttp://a.example");
    check("http:// and https://", "http:// and https://");
    check("http://... https://)", "http://... https://)");
}

#[test]
fn text_without_addresses_is_unchanged() {
    check("", "");
    check("<b>\"&'</b>", "<b>\"&'</b>");
    check("ü://é :// 𝕏http://a", "ü://é :// 𝕏http://a");
}

/// Returns random text that is hard to cut.
fn random_text(random: &mut fastrand::Rng) -> String {
    const HARD: [&str; 16] =
        ["://", "http://", "HTTPS://", "s3://", "http", "a", "é", ".", ")", "(", "]", "[", "…", " ", "\n", "\u{85}"];
    (0..random.usize(..40)).map(|_| HARD[random.usize(..HARD.len())]).collect()
}

#[test]
fn the_pieces_one_after_another_are_the_text() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..20_000 {
        let text = random_text(&mut random);
        let pieces = pieces(&text);
        let again: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) | Piece::Link(text) => *text,
            })
            .collect();
        assert_eq!(again, text);
        for piece in pieces {
            let Piece::Link(address) = piece else { continue };
            let (scheme, rest) = address.split_once("://").unwrap();
            assert!(["http", "https"].contains(&scheme.to_lowercase().as_str()) && !rest.is_empty(), "{text:?}");
        }
    }
}

/// Returns the shortest of several times that cutting takes.
fn time(text: &str) -> Duration {
    let once = |_| {
        let begun = Instant::now();
        assert!(!pieces(text).is_empty());
        begun.elapsed()
    };
    (0..5).map(once).min().unwrap()
}

#[test]
fn a_text_sixteen_times_as_long_takes_about_sixteen_times_as_long() {
    for (begin, again) in [
        ("", "://"),
        ("", "s3://"),
        ("", "http://"),
        ("", "http://."),
        ("", "http://a "),
        ("http://a", ")"),
        ("http://a", "([{)]}"),
        ("http://a((", ")]}."),
        ("http://", "…"),
        ("", "ü"),
    ] {
        let long = |times: usize| begin.to_owned() + &again.repeat(times / again.len());
        let (short, long) = (time(&long(65_536)), time(&long(1_048_576)));
        // Quadratic work would take 256 times as long.
        let limit = short.max(Duration::from_micros(50)) * 80;
        assert!(long < limit, "{begin:?} and many {again:?}: {short:?} became {long:?}");
    }
}

#[test]
fn control_characters_never_get_onto_a_page() {
    assert_eq!(printable("a\0b\u{1b}[31mc\u{9b}d\u{7f}"), "a\u{fffd}b\u{fffd}[31mc\u{fffd}d\u{fffd}");
    assert_eq!(printable("a\r\nb\rc\n\td"), "a\nb\nc\n\td");
    assert!(matches!(printable("as it is\n"), Cow::Borrowed(_)));
}
