//! Compares the constants of this crate with `contract.json`.

use clap::{Args, Command};
use serde_json::{Value, json};

use crate::defaults;
use crate::doors::STATUS_PATH;
use crate::doors::event_bus;
use crate::doors::http_api::event::STAGE;
use crate::doors::http_api::{INFERENCE_PATH, NAMED_WALL_PATH, WALL_PATH};
use crate::doors::invoke_api::INVOKE_PATH;
use crate::lambda::Settings;
use crate::post::{MESSAGES_PATH, PICTURES_PATH};
use crate::up::Arguments;
use crate::up::admin_token::ADMIN_TOKEN;
use crate::up::functions::{MODELS_DIR, UPLOADS, UPLOADS_DIR, WALL_DIR};
use crate::up::reader::LIVE_PATH;
use crate::up::welcome::{CONFIG_CHANGE, EVENT_SOURCE};

fn contract() -> Value {
    serde_json::from_str(include_str!("../../contract.json")).unwrap()
}

/// Returns the default of an argument of `messagewall up`.
fn default(id: &str) -> String {
    let command = Arguments::augment_args(Command::new("up"));
    let argument = command.get_arguments().find(|argument| argument.get_id() == id).unwrap();
    argument.get_default_values()[0].to_str().unwrap().to_owned()
}

#[test]
fn the_routes_of_the_api_are_those_of_the_contract() {
    let contract = contract();
    let (api, local_cloud) = (&contract["routes"]["api"], &contract["routes"]["local_cloud"]);
    assert_eq!(api["stage"], STAGE);
    let path = |name: &str| format!("/{STAGE}{}", api[name].as_str().unwrap());
    assert_eq!((path("wall"), path("named_wall")), (WALL_PATH.to_owned(), NAMED_WALL_PATH.to_owned()));
    assert_eq!(path("inference"), INFERENCE_PATH);
    let parameter = format!("{{{}}}", api["wall_parameter"].as_str().unwrap());
    assert!(NAMED_WALL_PATH.ends_with(&parameter), "{NAMED_WALL_PATH} does not end with {parameter}");
    assert_eq!(local_cloud["status"], STATUS_PATH);
    assert_eq!(local_cloud["invoke"], INVOKE_PATH);
    let reader = &contract["routes"]["reader"];
    assert_eq!(reader["pictures"], PICTURES_PATH);
    assert_eq!((&reader["live"], &reader["messages"]), (&json!(LIVE_PATH), &json!(MESSAGES_PATH)));
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let contract = contract();
    let address = |port: &str| format!("127.0.0.1:{}", contract["ports"][port]);
    assert_eq!(default("listen"), address("reader"));
    assert_eq!(default("api"), address("api"));
    assert_eq!(default("runtime_api"), address("runtime_api"));
    assert_eq!(defaults::API_URL, format!("http://{}", address("api")));
    assert_eq!(defaults::WALL_URL, format!("http://{}", address("reader")));
    assert_eq!(contract["paths"]["local_volume"], default("volume"));
    assert_eq!(contract["times"]["function_timeout_s"].to_string(), default("timeout"));
}

#[test]
fn the_functions_are_those_of_the_contract() {
    let (contract, writer, inference) = (contract(), Settings::default(), Settings::of_inference());
    let (functions, times) = (&contract["functions"], &contract["times"]);
    assert_eq!((&functions["writer"], &functions["inference"]), (&json!(writer.function), &json!(inference.function)));
    assert_eq!(times["function_timeout_s"], writer.timeout.as_secs());
    assert_eq!(times["inference_timeout_s"], inference.timeout.as_secs());
    assert_eq!(contract["limits"]["inference_memory_mb"], defaults::INFERENCE_MEMORY_MB);
    assert_eq!(inference.destination, Some(writer.function));
}

#[test]
fn the_variables_of_the_children_are_those_of_the_contract() {
    let environment = &contract()["environment"];
    assert_eq!(environment["both"]["wall_dir"], WALL_DIR);
    let inference = &environment["inference"];
    assert_eq!((&inference["models_dir"], &inference["uploads_dir"]), (&json!(MODELS_DIR), &json!(UPLOADS_DIR)));
    let paths = &contract()["paths"];
    assert_eq!((&paths["models"], &paths["uploads"]), (&json!(defaults::MODELS), &json!(UPLOADS)));
    assert_eq!(environment["reader"]["admin_token"], ADMIN_TOKEN);
}

#[test]
fn the_rules_of_the_bus_send_the_events_of_the_contract() {
    let (contract, events) = (contract(), &contract()["events"]);
    assert_eq!(events["source"], event_bus::SOURCE);
    assert_eq!(events["detail_types"], json!(event_bus::DETAIL_TYPES));
    assert_eq!(contract["functions"]["writer"], event_bus::BUSES[1], "the stack names the bus after the function");
}

#[test]
fn the_event_of_the_welcome_is_one_of_the_contract() {
    let events = &contract()["events"];
    assert_eq!(events["source"], EVENT_SOURCE);
    assert!(events["detail_types"].as_array().unwrap().contains(&json!(CONFIG_CHANGE)));
}
