//! What the program is told when it starts.

use std::collections::HashMap;
use std::env::VarError;

use lambda_writer::Arguments;
use lambda_writer::settings::{Settings, SettingsError};

const ON_LAMBDA: [(&str, &str); 4] = [
    ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"),
    ("AWS_LAMBDA_FUNCTION_NAME", "MessageWall"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
];

fn settings(wall_dir: &str, environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let environment: HashMap<_, _> = environment.iter().copied().collect();
    let look_up = |name: &str| environment.get(name).map(|value| (*value).to_owned()).ok_or(VarError::NotPresent);
    let window = look_up("RETRY_WINDOW").unwrap_or_else(|_| "24h".to_owned());
    Settings::new(Arguments { wall_dir: wall_dir.to_owned(), retry_window: window, require_mount: false }, look_up)
}

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    ON_LAMBDA.iter().chain(more).copied().collect()
}

#[test]
fn what_lambda_sets_is_enough() {
    let settings = settings("/mnt/msg", &ON_LAMBDA).unwrap();
    assert!(settings.log_json);
    assert_eq!(settings.log_filter.to_string(), "info");
}

#[test]
fn the_retry_window_is_a_duration_of_at_most_14_days() {
    for (text, seconds) in [
        ("24h", Some(86_400)),
        ("14d", Some(1_209_600)),
        ("90m", Some(5400)),
        ("1s", Some(1)),
        ("15d", None),
        ("0s", None),
        ("-1h", None),
        ("24", None),
        ("a day", None),
        ("", None),
    ] {
        let settings = settings("/mnt/msg", &with(&[("RETRY_WINDOW", text)]));
        let window = settings.map(|settings| settings.retry_window.as_secs());
        assert_eq!(window.as_ref().ok(), seconds.as_ref(), "{text}");
        if let Err(error) = window {
            assert!(error.problems[0].starts_with("RETRY_WINDOW: must be a duration from 1s to 14d"), "{error}");
        }
    }
}

#[test]
fn everything_that_is_wrong_is_named_at_once() {
    let environment = [
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "big"),
        ("AWS_LAMBDA_LOG_LEVEL", "loud=="),
        ("AWS_LAMBDA_LOG_FORMAT", "XML"),
    ];
    let problems = settings("", &environment).unwrap_err().problems;
    let named: Vec<&str> = problems.iter().map(|problem| problem.split(':').next().unwrap()).collect();
    let expected = [
        "WALL_DIR",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_LOG_LEVEL",
        "AWS_LAMBDA_LOG_FORMAT",
    ];
    assert_eq!(named, expected);
}

#[test]
fn the_functions_logging_configuration_is_honoured() {
    for (environment, filter) in [
        (with(&[("AWS_LAMBDA_LOG_LEVEL", "DEBUG"), ("RUST_LOG", "warn")]), "debug"),
        (with(&[("AWS_LAMBDA_LOG_LEVEL", "FATAL")]), "error"),
        (with(&[("RUST_LOG", "warn")]), "warn"),
    ] {
        assert_eq!(settings("/mnt/msg", &environment).unwrap().log_filter.to_string(), filter);
    }
    assert!(!settings("/mnt/msg", &with(&[("AWS_LAMBDA_LOG_FORMAT", "Text")])).unwrap().log_json);
}
