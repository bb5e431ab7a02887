//! The API of the blog post, direct invocations, and pictures of the wall.

use serde_json::json;
use shapes::Shape;

use crate::function::{Function, drawn};
use crate::web::Web;

#[tokio::test]
async fn each_way_in_names_the_shape() {
    let web = Web::start().await;
    let function = Function::allowing(&web.address());
    for shape in Shape::ALL {
        let (picture, expected) = (drawn(shape), json!({"shape": shape.name()}));
        let (file, url) = (format!("{}.jpg", shape.name()), web.serve(&picture));
        function.upload(&file, &picture);
        assert_eq!(function.answer(json!({"file": file})).await, expected);
        assert_eq!(function.answer(json!({"url": url})).await, expected);
        assert_eq!(function.http("GET", &json!({"url": url}), None).await["body"], expected);
        assert_eq!(function.http("POST", &json!({}), Some(&picture)).await["body"], expected);
        let name = format!("3f2a9c1e5b7d40628e1f0a9b8c7d6e5f-{}x480", 640);
        function.upload(&format!("{name}.jpg"), &picture);
        let answer = function.answer(json!({"message": "01JDEXAMPLE00000000000000", "picture": name})).await;
        assert_eq!((&answer["classes"][0]["class"], &answer["model"]), (&json!(shape.name()), &json!("shapes")));
        assert_eq!(answer["classes"].as_array().unwrap().len(), 5);
    }
}

#[tokio::test]
async fn top_asks_for_probabilities_and_the_headers_tell_the_times() {
    let function = Function::new();
    let star = drawn(Shape::ALL[3]);
    let first = function.http("POST", &json!({"top": "3"}), Some(&star)).await;
    let classes = first["body"]["classes"].as_array().unwrap();
    assert_eq!(classes.len(), 3);
    let probabilities: Vec<f64> = classes.iter().map(|class| class["probability"].as_f64().unwrap()).collect();
    assert!(probabilities.is_sorted_by(|a, b| a >= b) && probabilities[0] > 0.5, "{probabilities:?}");
    assert_eq!(first["headers"]["x-messagewall-first"], "true");
    let second = function.http("POST", &json!({}), Some(&star)).await;
    assert_eq!(second["headers"]["x-messagewall-first"], "false");
    let timing = second["headers"]["server-timing"].as_str().unwrap();
    assert!(timing.starts_with("load;dur=") && timing.contains("inference;dur="), "{timing}");
    for top in ["0", "101", "-1", "three", ""] {
        let response = function.http("POST", &json!({"top": top}), Some(&star)).await;
        assert_eq!(
            (&response["statusCode"], &response["body"]["error"]),
            (&json!(400), &json!("top_invalid")),
            "{top}"
        );
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused_by_name() {
    let function = Function::new();
    for event in
        [json!({}), json!([]), json!(7), json!({"file": 7}), json!({"file": "a", "url": "b"}), json!({"colour": 1})]
    {
        let answer = function.answer(event.clone()).await;
        assert_eq!(answer["error"], "event_unknown", "{event}");
    }
    for (method, error) in [("DELETE", "method_unsupported"), ("GET", "url_invalid"), ("POST", "picture_missing")] {
        assert_eq!(function.http(method, &json!({}), None).await["body"]["error"], error);
    }
}

#[tokio::test]
async fn a_file_outside_of_the_uploads_is_out_of_reach() {
    let function = Function::new();
    function.upload("star.jpg", &drawn(Shape::ALL[3]));
    fs_err::os::unix::fs::symlink("star.jpg", function.uploads().join("link.jpg")).unwrap();
    fs_err::create_dir(function.uploads().join("directory")).unwrap();
    for name in ["", "missing.jpg", "../models/current", "/etc/passwd", ".hidden", "link.jpg", "directory", "a\0b"] {
        let answer = function.answer(json!({"file": name})).await;
        assert_eq!(answer["error"], "file_missing", "{name}: {answer}");
    }
    // Lambda repeats the event of a picture that the wall has announced and this client does not see yet.
    let event = json!({"message": "01JDEXAMPLE00000000000000", "picture": "3f2a9c1e5b7d40628e1f0a9b8c7d6e5f-1x1"});
    assert!(function.invoke(event).await.unwrap_err().is_transient());
}
