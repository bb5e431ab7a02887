//! Compares the constants of this crate with `contract.json`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wall_api::{
    DEFAULT_READ, MAX_BATCH, MAX_BODY_BYTES, MAX_EVENT_CHARS, MAX_READ, MAX_REPLY_BYTES, PAGE_MESSAGES, VolumeProblem,
};

fn contract() -> serde_json::Result<Value> {
    serde_json::from_str(include_str!("../../../contract.json"))
}

#[test]
fn the_limits_are_those_of_the_contract() -> serde_json::Result<()> {
    let contract = contract()?;
    let limits = &contract["limits"];
    for (name, value) in [
        ("read_max", MAX_READ),
        ("read_default", DEFAULT_READ),
        ("batch_max", MAX_BATCH),
        ("page_messages", PAGE_MESSAGES),
        ("body_bytes", MAX_BODY_BYTES),
        ("event_bytes", MAX_EVENT_CHARS),
        ("reply_bytes", MAX_REPLY_BYTES),
    ] {
        assert_eq!(limits[name], json!(value), "limits.{name}");
    }
    Ok(())
}

#[test]
fn the_problems_of_the_volume_have_the_names_and_statuses_of_the_contract() -> serde_json::Result<()> {
    let problems: BTreeMap<_, _> =
        VolumeProblem::ALL.iter().map(|problem| (problem.name(), problem.status())).collect();
    assert_eq!(contract()?["errors"]["transient"], json!(problems));
    Ok(())
}
