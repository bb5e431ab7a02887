use serde_json::json;

use super::*;

fn is_shown(error: &str, event: Value) -> bool {
    let (file, message) = ("rejected/1.json".to_owned(), String::new());
    is_about_configuration(&RefusedEvent { file, at: None, error: error.to_owned(), message, event })
}

fn sample(name: &str) -> Value {
    let path = format!("{}/../events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs_err::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn of_the_samples_those_of_the_configuration_are_shown() {
    for (name, is_configuration) in [
        ("direct-change-config", true),
        ("direct-publish-config", true),
        ("direct-rollback-config", true),
        ("eventbridge-config-change", true),
        ("eventbridge-config-rollback", true),
        ("ssm-parameter-update", true),
        ("s3-object-created", true),
        ("s3-notification", true),
        ("sqs-s3-notification", true),
        ("appconfig-deployment-complete", true),
        ("scheduler", true),
        ("sns", true),
        ("direct-post", false),
        ("direct-post-list", false),
        ("direct-remove", false),
        ("direct-publish-file", false),
        ("eventbridge-message-posted", false),
        ("eventbridge-file-publication", false),
        ("sqs-eventbridge", false),
        ("unserved/autoscaling", false),
        ("unserved/dynamodb", false),
    ] {
        assert_eq!(is_shown("generation_conflict", sample(name)), is_configuration, "{name}");
        assert!(!is_shown("event_unsupported", sample(name)) && !is_shown("file_invalid", sample(name)), "{name}");
        assert!(is_shown("config_invalid", sample(name)), "{name}");
    }
}

#[test]
fn a_long_event_is_recognised_by_its_beginning_and_a_text_is_not_taken_for_it() {
    let cut = |event: Value| Value::from(format!("{}…", &event.to_string()[..80]));
    let long = "x".repeat(200);
    assert!(is_shown("generation_conflict", cut(json!({ "command": "publish_config", "config": { "title": long } }))));
    let message = json!({ "command": "post", "text": format!("{{\"command\":\"publish_config\"}}{long}") });
    assert!(!is_shown("text_too_long", cut(message)));
    assert!(!is_shown("json_invalid", json!("no JSON")) && !is_shown("json_invalid", json!([[[[[["x"]]]]]])));
}

#[test]
fn the_names_are_those_of_the_contract() {
    let contract: Value = serde_json::from_str(include_str!("../../../../contract.json")).unwrap();
    let events = &contract["events"];
    assert_eq!(events["source"], OWN.0);
    for kind in OWN.1 {
        assert!(events["detail_types"].as_array().unwrap().contains(&json!(kind)), "{kind}");
    }
    for part in ["parameter", "object", "appconfig", "schedule"] {
        assert!(DOCUMENTS.contains(&events[part]["source"].as_str().unwrap()), "{part}");
    }
    assert!(COMMANDS.iter().all(|command| wall_api::Command::NAMES.contains(command)));
}
