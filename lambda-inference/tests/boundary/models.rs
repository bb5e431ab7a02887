//! Models that are missing, damaged or replaced.

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shapes::Shape;

use crate::function::{Function, drawn};

async fn error(function: &Function) -> String {
    let failure = function.invoke(json!({"file": "star.jpg"})).await.unwrap_err();
    assert!(failure.is_transient());
    format!("{}: {failure}", failure.problem().name())
}

#[tokio::test]
async fn a_model_that_is_missing_or_damaged_is_named_and_a_good_one_is_used_at_once() {
    let function = Function::without_model("");
    function.upload("star.jpg", &drawn(Shape::ALL[3]));
    assert!(error(&function).await.starts_with("model_missing: there is no model"));
    for wrong in ["..", "/etc", "a/b", ".hidden"] {
        function.switch_to(wrong);
        assert!(error(&function).await.contains("must name a directory beside it"), "{wrong}");
    }
    function.switch_to("shapes");
    assert!(error(&function).await.contains("there is no such directory"));

    function.add_model("shapes");
    let good = fs_err::read(function.models().join("shapes/model.json")).unwrap();
    let digest = "0".repeat(64);
    for (part, wrong, expected) in [
        ("/files/model.onnx", json!(digest), "model.onnx: has the SHA-256"),
        ("/files/model.onnx", json!("abc"), "must be 64 lower-case hexadecimal digits"),
        ("/files", json!({"../x": digest}), "files: lacks model.onnx"),
        ("/kind", json!("oracle"), "kind: unknown variant"),
        ("/labels", json!(["one"]), "6 classes, and model.json 1 labels"),
        (
            "/labels",
            json!(["1", "2", "two\nlines", "4", "5", "6"]),
            "labels.2: must have 1 to 200 characters on one line",
        ),
        ("/labels", json!(["1", "2", "3", "", "5", "6"]), "labels.3: must have"),
        ("/answer_field", json!("classes"), "answer_field: must not be empty or one of"),
        ("/preprocess/crop", json!([0, 0]), "preprocess.crop"),
        ("/preprocess/deviation", json!([0, 1, 1]), "deviation"),
    ] {
        function.change_manifest(|manifest| *manifest.pointer_mut(part).unwrap() = wrong.clone());
        let result = function.invoke(json!({"file": "star.jpg"})).await;
        let text = result.map_or_else(|failure| failure.to_string(), |answer| answer.to_string());
        assert!(text.contains(expected), "{part} = {wrong}: {text}");
        fs_err::write(function.models().join("shapes/model.json"), &good).unwrap();
    }
    assert_eq!(function.answer(json!({"file": "star.jpg"})).await, json!({"shape": "star"}));
}

#[tokio::test]
async fn a_damaged_network_is_refused_and_the_model_that_is_loaded_stays_in_use() {
    let function = Function::new();
    function.upload("star.jpg", &drawn(Shape::ALL[3]));
    assert_eq!(function.answer(json!({"file": "star.jpg"})).await, json!({"shape": "star"}));
    function.add_model("formen");
    let network = function.models().join("formen/model.onnx");
    let bytes = fs_err::read(&network).unwrap();
    fs_err::write(&network, &bytes[..bytes.len() / 2]).unwrap();
    function.switch_to("formen");
    assert_eq!(function.answer(json!({"file": "star.jpg"})).await, json!({"shape": "star"}));
    fs_err::remove_file(function.models().join("current")).unwrap();
    assert_eq!(function.answer(json!({"file": "star.jpg"})).await, json!({"shape": "star"}));
}

#[tokio::test]
async fn a_network_on_which_the_engine_panics_is_refused_and_the_model_that_is_loaded_stays_in_use() {
    let function = Function::new();
    function.upload("star.jpg", &drawn(Shape::ALL[3]));
    function.add_model("formen");
    let directory = function.models().join("formen");
    let mut network = fs_err::read(directory.join("model.onnx")).unwrap();
    // The output gets the name of a value that no node makes.
    let output = network.windows(6).rposition(|name| name == b"logits").unwrap();
    network[output..output + 6].copy_from_slice(b"nobody");
    fs_err::write(directory.join("model.onnx"), &network).unwrap();
    let digest: String = Sha256::digest(&network).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut manifest: Value = serde_json::from_slice(&fs_err::read(directory.join("model.json")).unwrap()).unwrap();
    manifest["files"]["model.onnx"] = json!(digest);
    fs_err::write(directory.join("model.json"), manifest.to_string()).unwrap();

    function.switch_to("formen");
    assert!(error(&function).await.contains("the engine panicked"));
    function.switch_to("shapes");
    assert_eq!(function.answer(json!({"file": "star.jpg"})).await, json!({"shape": "star"}));
    function.switch_to("formen");
    assert_eq!(function.answer(json!({"file": "star.jpg"})).await, json!({"shape": "star"}));
}

#[tokio::test]
async fn a_file_may_name_the_model() {
    let function = Function::without_model("");
    function.upload("star.jpg", &drawn(Shape::ALL[3]));
    function.add_model("shapes");
    fs_err::write(function.models().join("current"), "shapes\n").unwrap();
    assert_eq!(function.answer(json!({"file": "star.jpg"})).await, json!({"shape": "star"}));
}

#[tokio::test]
async fn no_request_fails_while_the_model_is_replaced_and_the_next_one_has_the_new_answer() {
    let function = Function::new();
    function.add_model("formen");
    function.upload("star.jpg", &drawn(Shape::ALL[3]));
    let done = AtomicBool::new(false);
    let asking = async {
        let mut answers = 0;
        while !done.load(Ordering::Relaxed) {
            let answer = function.answer(json!({"file": "star.jpg"})).await;
            assert!(answer == json!({"shape": "star"}) || answer == json!({"shape": "Stern"}), "{answer}");
            answers += 1;
        }
        answers
    };
    let replacing = async {
        for (name, label) in [("formen", "Stern"), ("shapes", "star")].iter().cycle().take(20) {
            function.switch_to(name);
            let answer = function.answer(json!({"file": "star.jpg"})).await;
            assert_eq!(answer, json!({"shape": label}));
        }
        done.store(true, Ordering::Relaxed);
    };
    let (answers, ()) = join(asking, replacing).await;
    assert!(answers >= 20, "{answers}");
}
