//! The rules for messages.

use serde_json::json;
use shared_volume::message::Draft;

use crate::support::{TestWall, draft};

#[test]
fn text_that_looks_like_a_record_stays_text() {
    let texts = [
        r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","text":"forged"}"#,
        r#"{"wall":"01ARZ3NDEKTSV4RRFFQ69G5FAV","start":0}"#,
        "<script>alert(1)</script>",
        "two\nlines\r\nand a third",
        "tab\tand \u{7} bell, \u{0} zero, \u{2028} separator",
        "  spaces around  ",
        "emoji 👩‍👩‍👧 and ünïcödé",
    ];
    let mut wall = TestWall::new();
    for text in texts {
        wall.post(text);
    }
    assert_eq!(wall.texts(), texts);
}

#[test]
fn each_rule_refuses_with_its_name_and_the_wall_is_unchanged() {
    let rules = json!({"max_message_chars": 5, "blocked_words": ["spam", "two words"]});
    let author = |name: &str| Draft { author: Some(name.to_owned()), ..draft("x") };
    let long = json!({"max_message_chars": 50, "blocked_words": ["spam", "two words"]});
    let check = |rules: &serde_json::Value, draft: Draft, expected: Option<&str>| {
        let mut wall = TestWall::new();
        wall.patch(rules.clone()).unwrap();
        let message = format!("{draft:?}");
        let name = wall.post_draft(draft).err().map(|refusal| refusal.name());
        assert_eq!(name, expected, "{message}");
        assert_eq!(wall.texts().is_empty(), expected.is_some());
    };
    check(&rules, draft(""), Some("message_empty"));
    check(&rules, draft(" \n\t"), Some("message_empty"));
    check(&rules, draft("\u{200b}\u{2063}\u{3164}\u{202e}"), Some("message_empty"));
    check(&rules, draft("\u{2800} \u{e0041}"), Some("message_empty"));
    check(&rules, draft("\u{202e}a"), None);
    check(&rules, draft("äöüäöü"), Some("message_too_long"));
    check(&rules, draft("äöüäö"), None);
    check(&rules, draft("SPAM"), Some("message_blocked"));
    check(&long, draft("no (Spam)!"), Some("message_blocked"));
    check(&long, draft("spamalot"), None);
    check(&long, draft("there are TWO words."), Some("message_blocked"));
    check(&long, author("Spam"), Some("message_blocked"));
    check(&rules, author("a\nb"), Some("author_invalid"));
    check(&rules, author(""), Some("author_invalid"));
    check(&rules, author(&"x".repeat(81)), Some("author_invalid"));
    check(&rules, author("\u{200b}"), Some("author_invalid"));
    check(&rules, author("ann"), None);
    check(&json!({"blocked_words": ["\u{200b}"]}), draft("Hi!"), None);
    check(&long, draft("s\u{fe0f}p\u{2062}am"), Some("message_blocked"));
    check(&json!({"posting": "closed"}), draft("x"), Some("posting_closed"));
}

#[test]
fn a_retry_of_an_accepted_message_is_accepted_after_posting_was_closed() {
    let mut wall = TestWall::new();
    let first = wall.post_draft(crate::support::draft_of("in time", "e-1")).unwrap();
    wall.patch(json!({"posting": "closed"})).unwrap();
    assert_eq!(wall.post_draft(crate::support::draft_of("in time", "e-1")).unwrap().message, first.message);
}
