//! Compares the constants of this crate with `contract.json`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::{Args, Command};
use serde_json::{Value, json};
use shared_volume::uploads::UNUSED_FOR;

use crate::doors::{UPLOAD_TIMEOUT, paths};
use crate::settings::Arguments;
use crate::views::frames;
use crate::{follow, invoke, pictures, serve, status_log};

fn contract() -> Value {
    serde_json::from_str(include_str!("../../contract.json")).unwrap()
}

/// Returns the variable and the default of each argument, by the argument's name.
fn arguments() -> BTreeMap<String, (String, Option<String>)> {
    let command = Arguments::augment_args(Command::new("fargate-reader"));
    let text = |text: &std::ffi::OsStr| text.to_str().unwrap().to_owned();
    let argument = |argument: &clap::Arg| {
        let default = argument.get_default_values().first().map(|value| text(value));
        (argument.get_id().to_string(), (text(argument.get_env().unwrap()), default))
    };
    command.get_arguments().map(argument).collect()
}

#[test]
fn the_routes_are_those_of_the_contract() {
    let routes = json!({
        "page": paths::PAGE,
        "named_page": paths::NAMED_PAGE,
        "history": paths::HISTORY,
        "status_page": paths::STATUS_PAGE,
        "admin": paths::ADMIN,
        "login": paths::LOGIN,
        "logout": paths::LOGOUT,
        "asset": paths::ASSET,
        "accent": paths::ACCENT,
        "events": paths::EVENTS,
        "messages": paths::MESSAGES,
        "messages_restore": paths::MESSAGES_RESTORE,
        "message": paths::MESSAGE,
        "pictures": paths::PICTURES,
        "picture": paths::PICTURE,
        "config": paths::CONFIG,
        "config_schema": paths::CONFIG_SCHEMA,
        "config_history": paths::CONFIG_HISTORY,
        "config_diff": paths::CONFIG_DIFF,
        "config_rejected": paths::CONFIG_REJECTED,
        "config_rollback": paths::CONFIG_ROLLBACK,
        "session": paths::SESSION,
        "status": paths::STATUS,
        "live": paths::LIVE,
        "ready": paths::READY,
        "metrics": paths::METRICS,
    });
    assert_eq!(contract()["routes"]["reader"], routes);
    let internal = json!({ "look": paths::LOOK, "status": paths::STATUS, "metrics": paths::METRICS });
    assert_eq!(contract()["routes"]["internal"], internal);
}

#[test]
fn the_page_uses_the_routes_of_the_contract() {
    let routes = &contract()["routes"]["reader"];
    let uses = [
        (include_str!("../templates/composer.html"), "messages", "\""),
        (include_str!("../templates/composer.html"), "pictures", "\""),
        (include_str!("../assets/outbox.js"), "messages", "\""),
        (include_str!("../assets/composer.js"), "messages", "\""),
        (include_str!("../assets/clock.js"), "live", "\""),
        (include_str!("../templates/admin.html"), "admin", "\""),
        (include_str!("../assets/admin.js"), "messages_restore", "\""),
        (include_str!("../assets/pictures.js"), "pictures", "\""),
        (include_str!("../templates/accent.html"), "accent", "?"),
        (include_str!("../templates/nav.html"), "page", "\""),
        (include_str!("../templates/nav.html"), "history", "\""),
        (include_str!("../templates/nav.html"), "status_page", "\""),
        (include_str!("../templates/history.html"), "history", "\""),
        (include_str!("../assets/feeds.js"), "events", "?"),
        (include_str!("../assets/admin.js"), "messages", "/$"),
    ];
    for (text, route, end) in uses {
        let path = routes[route].as_str().unwrap();
        assert!(text.contains(&format!("{path}{end}")), "{route}: {path}");
    }
}

#[test]
fn the_page_waits_for_two_beats_before_a_connection_counts_as_lost() {
    let most = 2 * contract()["times"]["keep_alive_s"].as_u64().unwrap() * 1000;
    assert!(include_str!("../assets/feeds.js").contains(&format!("const SILENT = {most};")));
}

#[test]
fn the_environment_and_its_defaults_are_those_of_the_contract() {
    let contract = contract();
    let (both, reader) = (&contract["environment"]["both"], &contract["environment"]["reader"]);
    let named = both.as_object().unwrap().iter().chain(reader.as_object().unwrap());
    let named: BTreeMap<_, _> = named.map(|(name, variable)| (name.clone(), variable.clone())).collect();
    let arguments = arguments();
    let variables: BTreeMap<_, _> = arguments.iter().map(|(name, (env, _))| (name.clone(), json!(env))).collect();
    assert_eq!(named, variables);

    let default = |name: &str| arguments[name].1.clone().unwrap();
    assert_eq!(contract["paths"]["wall_dir"], json!(default("wall_dir")));
    assert_eq!(format!("0.0.0.0:{}", contract["ports"]["reader"]), default("listen"));
    for interval in ["watch_interval_ms", "announced_interval_ms"] {
        assert_eq!(contract["times"][interval].to_string(), default(interval));
    }
}

#[test]
fn the_watch_interval_has_the_range_of_the_contract() {
    let contract = contract();
    let accepts = |milliseconds: u64| {
        let command = Arguments::augment_args(Command::new("fargate-reader"));
        let milliseconds = milliseconds.to_string();
        command.try_get_matches_from(["fargate-reader", "--watch-interval-ms", &milliseconds]).is_ok()
    };
    let limit = |name: &str| contract["times"][name].as_u64().unwrap();
    let (min, max) = (limit("watch_interval_min_ms"), limit("watch_interval_max_ms"));
    assert_eq!([min - 1, min, max, max + 1].map(accepts), [false, true, true, false]);
}

#[test]
fn the_times_are_those_of_the_contract() {
    let contract = contract();
    for (name, value) in [
        ("reader_call_s", invoke::CALL_TIMEOUT),
        ("keep_alive_s", frames::KEEP_ALIVE),
        ("status_log_s", status_log::INTERVAL),
        ("shutdown_s", serve::SHUTDOWN_TIMEOUT),
        ("upload_s", UPLOAD_TIMEOUT),
        ("picture_unused_s", UNUSED_FOR),
    ] {
        assert_eq!(contract["times"][name], json!(value.as_secs()), "times.{name}");
    }
    let idle = contract["times"]["connection_idle_s"].as_u64().unwrap();
    assert!(serve::HEAD_TIMEOUT.as_secs() > idle, "the load balancer closes idle connections first");
    assert_eq!(contract["times"]["watch_interval_idle_ms"], json!(follow::IDLE_INTERVAL.as_millis()));
}

#[test]
fn the_limits_of_pictures_are_those_of_the_contract() {
    let contract = contract();
    for (name, value) in [
        ("picture_bytes", pictures::MAX_UPLOAD_BYTES as u64),
        ("picture_megapixels", pictures::MAX_MEGAPIXELS.into()),
        ("picture_side", pictures::MAX_SIDE.into()),
        ("picture_small_side", pictures::MAX_SMALL_SIDE.into()),
    ] {
        assert_eq!(contract["limits"][name], json!(value), "limits.{name}");
    }
    let picture = contract["routes"]["reader"]["picture"].as_str().unwrap();
    assert_eq!(picture.replace("{file}", ""), crate::views::paths::PICTURES);
}

/// The bytes that were logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_status_is_logged_with_the_names_of_the_contract() {
    let log = Log::default();
    let writer = log.clone();
    let logs = tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone());
    tracing::subscriber::with_default(logs.finish(), || status_log::log(Duration::from_millis(1_500), true));

    let line: Value = serde_json::from_slice(&log.0.lock().unwrap()).unwrap();
    let logs = &contract()["logs"];
    let field = |name: &Value| &line[name.as_str().unwrap()];
    assert_eq!(field(&logs["message_field"]), &logs["reader_status"]["message"]);
    assert_eq!(field(&logs["reader_status"]["age_field"]), &json!(1.5));
    assert_eq!(field(&logs["reader_status"]["rejected_field"]), &json!(true));
}
