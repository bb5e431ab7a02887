//! Tests of model directories, and of the program that makes them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

use shapes::{Shape, onnx, train};

fn shapes(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shapes")).args(arguments).current_dir(directory).output().unwrap()
}

fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).unwrap()
}

#[test]
fn the_directory_has_the_network_of_the_seed_with_its_digest_and_is_the_current_one() {
    let directory = tempfile::tempdir().unwrap();
    let output = shapes(directory.path(), &["make", "models", "--seed", "2", "--labels", "Kreis,Quadrat,c,d,e,f"]);
    assert!(output.status.success(), "{output:?}");
    let current = directory.path().join("models/current");
    assert_eq!(fs_err::read_link(&current).unwrap(), Path::new("shapes"));
    let onnx = fs_err::read(current.join("model.onnx")).unwrap();
    assert_eq!(onnx, onnx::write(&train::train(2).unwrap()), "the same seed gives the same bytes");
    let manifest: serde_json::Value =
        serde_json::from_str(&fs_err::read_to_string(current.join("model.json")).unwrap()).unwrap();
    let digest: String = <sha2::Sha256 as sha2::Digest>::digest(&onnx).iter().map(|b| format!("{b:02x}")).collect();
    let expected = serde_json::json!({
        "kind": "classifier",
        "files": { "model.onnx": digest },
        "preprocess": {
            "resize": [32, 32], "crop": [32, 32], "mean": [0.5, 0.5, 0.5], "deviation": [0.5, 0.5, 0.5],
        },
        "output": "logits",
        "labels": ["Kreis", "Quadrat", "c", "d", "e", "f"],
        "answer_field": "shape",
        "source": "made by `shapes make` with seed 2; Apache-2.0",
    });
    assert_eq!(manifest, expected);
    assert_eq!(fs_err::read_dir(directory.path().join("models")).unwrap().count(), 2, "a temporary file remains");
}

#[test]
fn an_existing_name_is_refused_and_nothing_changes() {
    let directory = tempfile::tempdir().unwrap();
    fs_err::create_dir_all(directory.path().join("models/shapes")).unwrap();
    let output = shapes(directory.path(), &["make", "models"]);
    assert_eq!(output.status.code(), Some(1));
    let expected =
        "shapes: the model `models/shapes` exists already; choose another name, or replace it with --replace\n";
    assert_eq!(stderr(&output), expected);
    assert_eq!(fs_err::read_dir(directory.path().join("models")).unwrap().count(), 1);
}

#[test]
fn a_wrong_command_line_is_refused_with_64_before_anything_is_written() {
    let directory = tempfile::tempdir().unwrap();
    for (arguments, fault) in [
        (vec!["make"], "<MODELS>"),
        (vec!["make", "models", "--labels", "a,b,c"], "expected 6 labels, found 3"),
        (vec!["make", "models", "--labels", "a,b,c,d,e,a"], "the label \"a\" is empty or there twice"),
        (vec!["make", "models", "--labels", "a,b,c,d,e,"], "the label \"\" is empty or there twice"),
        (vec!["make", "models", "--name", "current"], "the name \"current\""),
        (vec!["make", "models", "--name", "../elsewhere"], "the name \"../elsewhere\""),
        (vec!["make", "models", "--name", ".hidden"], "the name \".hidden\""),
        (vec!["make", "models", "--name", ""], "the name \"\""),
        (vec!["make", "models", "--seed", "x"], "--seed"),
        (vec!["paint"], "paint"),
    ] {
        let output = shapes(directory.path(), &arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(stderr(&output).contains(fault), "{arguments:?}: {}", stderr(&output));
    }
    assert_eq!(fs_err::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn drawn_pictures_are_jpeg_files_named_for_their_shapes() {
    let directory = tempfile::tempdir().unwrap();
    let output = shapes(directory.path(), &["draw", "pictures", "--count", "2"]);
    assert!(output.status.success(), "{output:?}");
    let names: Vec<_> = str::from_utf8(&output.stdout).unwrap().lines().collect();
    let expected = (1..=2).flat_map(|n| Shape::ALL.map(|shape| format!("pictures/{}-{n}.jpg", shape.name())));
    assert_eq!(names, expected.collect::<Vec<_>>());
    for name in names {
        let bytes = fs_err::read(directory.path().join(name)).unwrap();
        let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg).unwrap();
        assert_eq!((picture.width(), picture.height()), (1200, 900));
    }
}
