//! Differences between configurations.

use serde_json::{Value, json};
use shared_volume::config::{Config, Fields, diff};

fn config(document: Value) -> Config {
    Config::from_value(document).unwrap()
}

#[test]
fn two_configurations_differ_field_by_field() {
    let before = config(json!({ "title": "One", "blocked_words": ["giveaway", "freebie"], "posting": "closed" }));
    let after = config(json!({
        "title": "One", "blocked_words": ["giveaway", "jackpot"], "banner": { "text": "Read only.", "tone": "danger" }
    }));
    assert_eq!(
        serde_json::to_value(diff(&before, &after)).unwrap(),
        json!([
            { "field": "banner.text", "before": null, "after": "Read only." },
            { "field": "banner.tone", "before": null, "after": "danger" },
            { "field": "blocked_words", "before": ["giveaway", "freebie"], "after": ["giveaway", "jackpot"],
              "added": ["jackpot"], "removed": ["freebie"] },
            { "field": "posting", "before": "closed", "after": "open" },
        ])
    );
    let back = diff(&after, &before);
    assert_eq!((&back[0].before, &back[0].after), (&json!("Read only."), &Value::Null));
    assert!(diff(&after, &after.clone()).is_empty());
}

#[test]
fn every_field_of_a_configuration_is_compared() {
    let other = config(json!({
        "title": "Another", "banner": { "text": "x", "tone": "success" }, "accent": "#123456", "posting": "closed",
        "max_message_chars": 7, "keep_messages": 8, "blocked_words": ["x"]
    }));
    let fields: Vec<_> = diff(&Config::default(), &other).into_iter().map(|change| change.field).collect();
    let properties = Config::schema()["properties"].as_object().unwrap().len();
    let top: std::collections::BTreeSet<_> = fields.iter().map(|field| field.split('.').next().unwrap()).collect();
    assert_eq!(top.len(), properties, "{fields:?}");
}

#[test]
fn a_list_in_another_order_differs_without_gains_and_losses() {
    let list = |words: &[&str]| config(json!({ "blocked_words": words }));
    let changed = diff(&list(&["a", "b"]), &list(&["b", "a"]));
    assert_eq!((changed.len(), changed[0].added.len(), changed[0].removed.len()), (1, 0, 0));
    let twice = diff(&list(&["a"]), &list(&["a", "a"]));
    assert_eq!((&twice[0].added, twice[0].removed.len()), (&vec![json!("a")], 0));
}

#[test]
fn shared_values_change_nothing() {
    let (before, after) = (Fields::of(&config(json!({ "title": "x" }))), Fields::of(&Config::default()));
    let mut shared = after.clone();
    shared.share_with(&before);
    assert_eq!((&shared, shared.changes_since(&before)), (&after, after.changes_since(&before)));
}
