//! Files that are no pictures, or none that are allowed.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use serde_json::json;
use shapes::Shape;

use crate::function::{Function, drawn};

#[tokio::test]
async fn bad_pictures_are_refused_with_the_reason_and_the_environment_lives_on() {
    let function = Function::new();
    let star = drawn(Shape::ALL[3]);
    let mut bomb = Vec::new();
    DynamicImage::new_luma8(8000, 6000).write_to(&mut Cursor::new(&mut bomb), ImageFormat::Png).unwrap();
    for (name, bytes, error) in [
        ("text.jpg", b"no picture at all".to_vec(), "is no picture; send a JPEG"),
        ("empty.jpg", Vec::new(), "is empty"),
        ("page.png", b"<!doctype html><img>".to_vec(), "is no picture"),
        ("vector.jpg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "is no picture"),
        ("moving.gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "is a GIF"),
        ("cut.jpg", star[..star.len() - 10].to_vec(), "ends too early"),
        ("bomb.png", bomb, "has 8000 × 6000 pixels"),
    ] {
        function.upload(name, &bytes);
        let answer = function.answer(json!({"file": name})).await;
        assert_eq!(
            (&answer["error"], &answer["field"]),
            (&json!("picture_invalid"), &json!("file")),
            "{name}: {answer}"
        );
        assert!(answer["message"].as_str().unwrap().contains(error), "{name}: {answer}");
    }
    function.upload("large.jpg", &vec![0; 10_000_001]);
    assert_eq!(function.answer(json!({"file": "large.jpg"})).await["error"], "picture_too_large");
    function.upload("wrong-ending.png", &star);
    assert_eq!(function.answer(json!({"file": "wrong-ending.png"})).await, json!({"shape": "star"}));
    // A model that keeps the proportion would make 61 million pixels of this one.
    let mut narrow = Vec::new();
    DynamicImage::new_luma8(1, 60_000).write_to(&mut Cursor::new(&mut narrow), ImageFormat::Png).unwrap();
    function.upload("narrow.png", &narrow);
    assert!(function.answer(json!({"file": "narrow.png"})).await["shape"].is_string());
    function.change_manifest(|manifest| manifest["preprocess"]["resize"] = json!(32));
    let answer = function.answer(json!({"file": "narrow.png"})).await;
    assert_eq!(answer["error"], "picture_invalid", "{answer}");
    assert!(answer["message"].as_str().unwrap().contains("has 1 × 60000 pixels, which is too narrow"), "{answer}");
    let mut dot = Vec::new();
    DynamicImage::new_rgb8(1, 1).write_to(&mut Cursor::new(&mut dot), ImageFormat::Png).unwrap();
    function.upload("dot.png", &dot);
    assert!(function.answer(json!({"file": "dot.png"})).await["shape"].is_string());
}
