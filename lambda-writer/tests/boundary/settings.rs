//! The settings, as the command line and Lambda give them.

use std::collections::HashMap;
use std::env::VarError;

use clap::Parser;
use lambda_writer::Arguments;
use lambda_writer::settings::{LogFormat, Settings, SettingsError};

const ON_LAMBDA: [(&str, &str); 4] = [
    ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"),
    ("AWS_LAMBDA_FUNCTION_NAME", "MessageWall"),
    ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
];

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    arguments: Arguments,
}

fn arguments(arguments: &[&str]) -> Result<Arguments, clap::Error> {
    let line = ["lambda-writer"].iter().chain(arguments);
    Cli::try_parse_from(line).map(|cli| cli.arguments)
}

fn settings(environment: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let environment: HashMap<_, _> = environment.iter().copied().collect();
    let look_up = |name: &str| environment.get(name).map(|value| (*value).to_owned()).ok_or(VarError::NotPresent);
    Settings::new(arguments(&[]).unwrap(), look_up)
}

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    ON_LAMBDA.iter().chain(more).copied().collect()
}

#[test]
fn the_variables_of_lambda_are_enough() {
    let settings = settings(&ON_LAMBDA).unwrap();
    assert_eq!(settings.process.log_format, LogFormat::Json);
    assert_eq!(settings.process.log_filter.to_string(), "info");
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
        let arguments = arguments(&[&format!("--retry-window={text}")]);
        let window = arguments.map(|arguments| arguments.retry_window.as_secs());
        assert_eq!(window.as_ref().ok(), seconds.as_ref(), "{text}");
        if let Err(error) = window {
            let error = error.to_string();
            assert!(error.contains("'--retry-window <DURATION>': must be a duration from 1s to 14d"), "{error}");
        }
    }
}

#[test]
fn the_directory_of_the_wall_need_not_exist_and_must_not_be_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (directory, fault) in [
        ("/nowhere", None),
        ("/", None),
        ("", Some("must not be empty")),
        (file.path().to_str().unwrap(), Some("is not a directory")),
    ] {
        match (arguments(&["--wall-dir", directory]), fault) {
            (Ok(arguments), None) => assert_eq!(arguments.wall_dir.to_str(), Some(directory)),
            (result, fault) => {
                let error = result.map(|_| directory).unwrap_err().to_string();
                assert!(error.contains(&format!("'--wall-dir <DIRECTORY>': {}", fault.unwrap())), "{error}");
            }
        }
    }
}

#[test]
fn every_wrong_variable_of_lambda_is_named_at_once() {
    let environment = [
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "big"),
        ("AWS_LAMBDA_LOG_LEVEL", "loud=="),
        ("AWS_LAMBDA_LOG_FORMAT", "XML"),
    ];
    let problems = settings(&environment).unwrap_err().problems;
    let named: Vec<&str> = problems.iter().map(|problem| problem.split(':').next().unwrap()).collect();
    let expected = [
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
        assert_eq!(settings(&environment).unwrap().process.log_filter.to_string(), filter);
    }
    let text = settings(&with(&[("AWS_LAMBDA_LOG_FORMAT", "Text")])).unwrap();
    assert_eq!(text.process.log_format, LogFormat::Text);
}

#[test]
fn the_files_to_follow_are_checked_at_the_start() {
    let fault = |files: &str| arguments(&["--files", files]).map(|_| ()).unwrap_err().to_string();
    arguments(&["--files", "app.yaml=s3://bucket/app.yaml,hosts=ssm:/hosts"]).unwrap();
    for (files, expected) in [
        ("app.yaml", "\"app.yaml\": must be NAME=SOURCE"),
        (".a=ssm:/a", "\".a\" cannot name a file"),
        ("a=https://host/a", "\"a=https://host/a\": the source must be s3://bucket/key or ssm:/parameter"),
        ("a=ssm:/a,a=ssm:/b", "\"a=ssm:/b\": another entry has the same name"),
    ] {
        let fault = fault(files);
        assert!(fault.contains("'--files <NAME=SOURCE>'") && fault.contains(expected), "{fault}");
    }
    let twice = arguments(&["--config-parameter", "/hosts", "--files", "a=ssm:/hosts"]).unwrap();
    let on_lambda: HashMap<_, _> = ON_LAMBDA.into_iter().collect();
    let look_up = |name: &str| on_lambda.get(name).map(|value| (*value).to_owned()).ok_or(VarError::NotPresent);
    let problems = Settings::new(twice, look_up).unwrap_err().problems;
    assert_eq!(problems, ["FILES: ssm:/hosts is followed as the configuration already"]);
}
