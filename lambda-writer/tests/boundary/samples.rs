//! The samples in `events/`, and the answers that `docs/events.md` promises.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::Function;

/// Samples about documents that are followed. The end-to-end tests send them, with the services that have the documents.
const FOLLOWED: [&str; 8] = [
    "appconfig-deployment-complete",
    "s3-object-created",
    "s3-notification",
    "schedule-rule",
    "scheduler",
    "sqs-s3-notification",
    "ssm-parameter-create",
    "ssm-parameter-update",
];

/// Fields whose values differ between two runs.
const VOLATILE: [&str; 9] = ["id", "at", "received", "wall", "cursor", "published_at", "request", "event", "config"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns the samples in a directory, by their names.
fn samples(directory: &str) -> BTreeMap<String, Value> {
    let files = fs_err::read_dir(root().join(directory)).unwrap().map(|file| file.unwrap().path());
    let named = files.filter_map(|path| Some((path.file_name()?.to_str()?.strip_suffix(".json")?.to_owned(), path)));
    named.map(|(name, path)| (name, serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap())).collect()
}

/// Returns the answers in the tables of `docs/events.md`, by the names of the samples.
fn documented() -> BTreeMap<String, String> {
    let text = fs_err::read_to_string(root().join("docs/events.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| [`")?.split_once("`](../events/"));
    rows.filter_map(|(name, rest)| Some((name.to_owned(), rest.rsplit_once("| `")?.1.strip_suffix("` |")?.to_owned())))
        .collect()
}

/// Returns an answer in one line, without the values that differ between two runs.
fn summary(answer: &Value) -> String {
    if answer["statusCode"].is_u64() {
        let body = answer["body"].as_str().unwrap_or_default();
        let json = serde_json::from_str(body).ok().map(|json: Value| stable(&json).to_string());
        return format!("{} {}", answer["statusCode"], json.unwrap_or_else(|| format!("{body:?}")));
    }
    stable(answer).to_string()
}

fn stable(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<_, _> = fields.iter().filter(|(name, _)| !VOLATILE.contains(&name.as_str())).collect();
            Value::Object(sorted.into_iter().map(|(name, value)| (name.clone(), stable(value))).collect())
        }
        Value::Array(items) => items.iter().map(stable).collect(),
        other => other.clone(),
    }
}

/// Returns the answer to a sample on a wall that has one message and follows the documents of the samples.
async fn answer(event: Value) -> String {
    let function = Function::new().following("/messagewall/config", "s3://messagewall-config/walls/wall.yaml");
    function.post("First").await;
    match function.invoke(event).await {
        Ok(answer) => summary(&answer),
        Err(error) => format!("function error {}: {}", error.error_type, error.error_message),
    }
}

#[tokio::test]
async fn each_sample_is_answered_as_documented() {
    let documented = documented();
    let mut table = String::new();
    for directory in ["events", "events/unserved"] {
        for (name, event) in samples(directory) {
            if FOLLOWED.contains(&name.as_str()) {
                assert!(documented.contains_key(&name), "docs/events.md lacks {name}");
                continue;
            }
            // A table has no line breaks and no bars in its cells.
            let answer = answer(event).await.replace('|', "/").replace("\\n", " ");
            if documented.get(&name) != Some(&answer) {
                let file = format!("{}.json", Path::new(directory).join(&name).display());
                table.push_str(&format!("| [`{name}`](../{file}) | | `{answer}` |\n"));
            }
        }
    }
    assert!(table.is_empty(), "docs/events.md should say:\n{table}");
}

#[tokio::test]
async fn no_damage_to_a_sample_makes_the_function_panic() {
    let function = Function::new();
    let odd = [Value::Null, json!(7), json!("\u{0}"), json!([]), json!([[null]]), json!({}), json!({"a": {"b": 1}})];
    for (name, event) in samples("events") {
        for place in crate::unknown::places(&event) {
            for odd in &odd {
                let mut event = event.clone();
                *event.pointer_mut(&place).unwrap() = odd.clone();
                // Every event has an answer: a reply, or a function error with a name.
                if let Err(error) = function.invoke(event).await {
                    assert!(error.error_type.starts_with("event_"), "{name}{place} = {odd}: {error:?}");
                }
            }
        }
    }
}

/// The samples of the crate whose types this function uses. They are the events of most services of AWS.
#[tokio::test]
async fn each_sample_of_a_public_library_is_answered_by_name() {
    let samples = public_samples();
    assert!(samples.len() > 150, "{}", samples.len());
    let mut served = Vec::new();
    for (name, event) in samples {
        let function = Function::new();
        match function.invoke(event).await {
            Err(error) => assert!(error.error_type.starts_with("event_"), "{name}: {error:?}"),
            Ok(answer) if answer["error"].is_string() => {
                assert!(answer["message"].as_str().unwrap().len() > 20, "{name}: {answer}");
                assert!(!function.rejected().is_empty(), "{name} is lost");
            }
            Ok(Value::Array(answers)) => assert!(answers.iter().all(|answer| answer["error"].is_string()), "{name}"),
            Ok(answer) if answer["batchItemFailures"].is_array() => {
                assert_ne!(answer["batchItemFailures"], json!([]), "{name} is no command");
            }
            Ok(answer) => served.push(format!("{name} {}", summary(&answer).chars().take(60).collect::<String>())),
        }
    }
    let http = |line: &String| line.contains("apigw") || line.contains("alb") || line.contains("schedule");
    let others: Vec<_> = served.iter().filter(|line| !http(line)).collect();
    assert!(others.is_empty(), "these events were taken for others: {others:#?}");
}

/// Returns the samples in the package of `aws_lambda_events`, from which Cargo has built this test.
fn public_samples() -> BTreeMap<String, Value> {
    let cargo = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let version = String::from_utf8(cargo(&["-vV"])).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Cargo has downloaded the packages of other platforms only on some machines.
    let metadata = cargo(&["metadata", "--format-version=1", "--offline", "--locked", "--filter-platform", host]);
    let metadata: Value = serde_json::from_slice(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "aws_lambda_events").unwrap();
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    let files = fs_err::read_dir(manifest.parent().unwrap().join("src/fixtures")).unwrap();
    let paths = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "json"));
    let parsed = paths.filter_map(|path| {
        let name = path.file_stem()?.to_str()?.to_owned();
        Some((name, serde_json::from_slice(&fs_err::read(&path).ok()?).ok()?))
    });
    parsed.collect()
}
