//! The history of the configuration: what each generation changed, differences, and what was refused.

use serde_json::{Value, json};
use shared_volume::rejected::reject;

use crate::wall::{Reader, Wall};

/// Returns the generations of a page of the history.
fn generations(page: &Value) -> Vec<u64> {
    page["history"].as_array().unwrap().iter().map(|entry| entry["generation"].as_u64().unwrap()).collect()
}

/// Waits until the newest generation in the history is this one, and returns the history.
async fn until_newest(reader: &Reader, generation: u64) -> Value {
    reader.eventually("/api/config/history", |page| page["history"][0]["generation"] == json!(generation)).await
}

async fn page(reader: &Reader, path: &str) -> String {
    let answer = reader.get(path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn the_history_tells_what_each_generation_changed_and_why() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "A", "blocked_words": ["one", "two"] }));
    let reader = Reader::start_with_admin(&wall, "secret").await;
    wall.configure(json!({ "banner": { "text": "Careful", "tone": "warning" }, "blocked_words": ["two", "three"] }));
    until_newest(&reader, 2).await;
    let history = reader.client.get(reader.url("/api/config/history")).bearer_auth("secret").send().await.unwrap();
    let history: Value = history.json().await.unwrap();
    assert_eq!(
        (generations(&history), &history["older"], &history["complete"]),
        (vec![2, 1], &Value::Null, &json!(true))
    );
    let newest = &history["history"][0];
    assert_eq!((&newest["in_force"], &newest["compared_with"]), (&json!(true), &json!(1)));
    assert_eq!(newest["cause"]["source"], json!("test"));
    assert!(newest["published_at"].is_string() && newest["cause"]["at"].is_string());
    assert_eq!(
        newest["changes"],
        json!([
            { "field": "banner.text", "before": null, "after": "Careful" },
            { "field": "banner.tone", "before": null, "after": "warning" },
            { "field": "blocked_words", "before": ["one", "two"], "after": ["two", "three"],
              "added": ["three"], "removed": ["one"] },
        ])
    );
    let first = &history["history"][1];
    assert_eq!(
        (&first["in_force"], &first["compared_with"]),
        (&json!(false), &json!(0)),
        "the first has the defaults before it"
    );
}

#[tokio::test]
async fn the_history_is_read_page_by_page_without_gaps() {
    let wall = Wall::empty();
    for number in 1..=45 {
        wall.configure(json!({ "title": number.to_string() }));
    }
    let reader = wall.reader().await;
    for limit in ["", "limit=7&"] {
        let (mut found, mut before) = (Vec::new(), String::new());
        loop {
            let history = reader.json(&format!("/api/config/history?{limit}{before}")).await;
            found.extend(generations(&history));
            match history["older"].as_u64() {
                Some(older) => before = format!("before={older}"),
                None => break,
            }
        }
        assert_eq!(found, (1..=45).rev().collect::<Vec<_>>());
    }
    for (query, field) in
        [("limit=0", "limit"), ("limit=201", "limit"), ("before=x", "before"), ("before=-1", "before")]
    {
        let answer = reader.get(&format!("/api/config/history?{query}")).await;
        assert_eq!(answer.status(), 400, "{query}");
        assert_eq!(answer.json::<Value>().await.unwrap()["field"], json!(field));
    }
    let newest = page(&reader, "/history").await;
    assert!(newest.contains("25 older generations") && newest.contains("/history?before=26"));
    let oldest = page(&reader, "/history?before=6").await;
    assert!(oldest.contains("The defaults") && oldest.contains("Back to the newest") && !oldest.contains("older gen"));
    page(&reader, "/history?before=nonsense").await;
}

#[tokio::test]
async fn any_two_kept_generations_can_be_compared_and_the_defaults_are_generation_0() {
    let wall = Wall::empty();
    for number in 1..=205 {
        wall.configure(json!({ "title": number.to_string() }));
    }
    let reader = wall.reader().await;
    let title = |before: &str, after: &str| json!([{ "field": "title", "before": before, "after": after }]);
    for (from, to, changes) in [
        (6, 205, title("6", "205")),
        (205, 6, title("205", "6")),
        (0, 100, title("MessageWall", "100")),
        (100, 0, title("100", "MessageWall")),
        (77, 77, json!([])),
    ] {
        let answer = reader.json(&format!("/api/config/diff?from={from}&to={to}")).await;
        assert_eq!(answer, json!({ "from": from, "to": to, "changes": changes }));
    }
    for (query, status, error, field, named) in [
        ("from=5&to=6", 404, "generation_unknown", "from", "5"),
        ("from=6&to=206", 404, "generation_unknown", "to", "206"),
        ("to=6", 400, "parameter_invalid", "from", "missing"),
        ("from=6", 400, "parameter_invalid", "to", "missing"),
        ("from=6&to=six", 400, "parameter_invalid", "to", "six"),
        ("from=6&to=-1", 400, "parameter_invalid", "to", "-1"),
        ("from=6&to=9007199254740992", 400, "parameter_invalid", "to", "9007199254740992"),
        ("from=6&from=6&to=7", 400, "parameter_invalid", "from", "more than once"),
    ] {
        let answer = reader.get(&format!("/api/config/diff?{query}")).await;
        assert_eq!(answer.status(), status, "{query}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!((&answer["error"], &answer["field"]), (&json!(error), &json!(field)), "{query}");
        assert!(answer["message"].as_str().unwrap().contains(named), "{answer}");
    }
    let page = page(&reader, "/history?from=6&to=300").await;
    assert!(page.contains("generation 300 is not in the history"));
}

#[tokio::test]
async fn what_was_refused_is_listed_with_its_reason_and_the_event_on_the_page_too() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "A" }));
    let reader = wall.reader().await;
    let event =
        json!({ "id": "51c7e0aa", "source": "<aws.s3>\u{202e}", "detail": { "text": "</pre><script>x\u{1b}" } });
    reject(&wall.dir(), &event, "config_invalid", "max_message_chars: must be 1 to 4000, is 9000").unwrap();
    reject(&wall.dir(), &json!({ "command": "change_config", "patch": "x".repeat(200_000) }), "patch_invalid", "no")
        .unwrap();
    // Messages and what nobody understands are no part of the configuration.
    for number in 0..5 {
        reject(&wall.dir(), &json!({ "command": "post", "text": number }), "command_invalid", "must be a string")
            .unwrap();
        reject(&wall.dir(), &json!({ "number": number }), "event_unknown", "not understood").unwrap();
    }
    let answer =
        reader.eventually("/api/config/rejected", |answer| answer["rejected"].as_array().unwrap().len() == 2).await;
    let [long, short] = &answer["rejected"].as_array().unwrap()[..] else { panic!("{answer}") };
    assert_eq!((&short["error"], &short["event"]), (&json!("config_invalid"), &event));
    assert!(short["file"].as_str().unwrap().starts_with("rejected/") && short["at"].is_string());
    assert!(long["event"].as_str().unwrap().len() < 20_000, "a long event is cut");
    for path in ["/history", "/history?only=refused"] {
        let page = page(&reader, path).await;
        assert!(page.contains("max_message_chars: must be 1 to 4000, is 9000"));
        assert!(page.contains("Show the event") && page.contains("51c7e0aa"));
        assert!(page.contains("&#60;/pre&#62;&#60;script&#62;x") && !page.contains("<script>x"));
        assert!(page.contains("\\u{202e}") && !page.contains('\u{202e}'), "a mark of direction is shown");
        assert_eq!(page.contains("Generation 1: "), path == "/history");
        assert_eq!(page.contains("Only refused (2)"), path == "/history");
        assert!(!page.contains("must be a string") && !page.contains("not understood"));
    }
}

#[tokio::test]
async fn whatever_lies_in_the_history_or_among_the_refused_breaks_neither_page_nor_api() {
    let wall = Wall::empty();
    for number in 1..=6 {
        wall.configure(json!({ "title": number.to_string() }));
    }
    for number in 0..4 {
        reject(&wall.dir(), &json!(number), "config_invalid", "no").unwrap();
    }
    let history = |generation| wall.dir().history_file(generation);
    fs_err::write(history(1), "{ half").unwrap();
    fs_err::remove_file(history(2)).unwrap();
    fs_err::write(history(3), vec![b' '; 300 * 1024]).unwrap();
    fs_err::remove_file(history(4)).unwrap();
    fs_err::create_dir(history(4)).unwrap();
    for planted in ["0000000099.json", "9007199254740991.json", "7.json", "x", "0000000005.json.tmp"] {
        fs_err::write(wall.dir().history().join(planted), r#"{"generation":99,"config":{}}"#).unwrap();
    }
    let mut refused: Vec<_> =
        fs_err::read_dir(wall.dir().rejected()).unwrap().map(|entry| entry.unwrap().path()).collect();
    refused.sort();
    fs_err::write(&refused[0], "\0").unwrap();
    fs_err::write(&refused[1], vec![b'['; 300 * 1024]).unwrap();
    fs_err::remove_file(&refused[2]).unwrap();
    fs_err::create_dir(&refused[2]).unwrap();
    let reader = wall.reader().await;
    let answer = until_newest(&reader, 6).await;
    assert_eq!(generations(&answer), [6, 5, 4, 3, 1], "those that were never in force are not listed");
    let damaged: Vec<_> = answer["history"].as_array().unwrap().iter().map(|entry| entry["damaged"].clone()).collect();
    assert_eq!(damaged, [false, false, true, true, true].map(Value::from));
    assert_eq!(answer["history"][1]["compared_with"], Value::Null, "the one before it cannot be read");
    assert_eq!(reader.get("/api/config/diff?from=4&to=6").await.status(), 404);
    let rejected = reader.json("/api/config/rejected").await;
    let errors: Vec<_> =
        rejected["rejected"].as_array().unwrap().iter().map(|refused| refused["error"].clone()).collect();
    let unreadable = "rejected_unreadable";
    assert_eq!(errors, ["config_invalid", unreadable, unreadable, unreadable].map(Value::from));
    let shown = page(&reader, "/history").await;
    assert!(shown.contains("Its file cannot be read") && shown.contains("history/0000000004.json"));
    fs_err::remove_dir_all(wall.dir().history()).unwrap();
    fs_err::write(wall.dir().history(), "a file").unwrap();
    fs_err::remove_dir_all(wall.dir().rejected()).unwrap();
    wall.configure_by_hand(&json!({ "title": "by hand" }));
    reader.eventually("/api/config", |config| config["config"]["title"] == json!("by hand")).await;
    assert!(page(&reader, "/history").await.contains("config.json was changed by hand"));
}

#[tokio::test]
async fn an_edit_by_hand_is_on_the_line_of_time_in_force_or_not() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "published" }));
    let reader = wall.reader().await;
    wall.configure_by_hand(&json!({ "title": "by hand" }));
    let by_hand =
        reader.eventually("/api/config/history", |answer| answer["history"][0]["by_hand"] == json!(true)).await;
    assert_eq!((&by_hand["history"][0]["in_force"], &by_hand["history"][1]["in_force"]), (&json!(true), &json!(false)));
    let changes = json!([{ "field": "title", "before": "published", "after": "by hand" }]);
    assert_eq!(by_hand["history"][0]["changes"], changes);
    wall.write("config.json", "{ \"title\": \"<b>\", \"posting\": opne,\u{1b}[0m }");
    reader.eventually("/api/config", |config| config["rejected"].is_object()).await;
    let shown = page(&reader, "/history").await;
    for part in ["on disk, not in force", "Show the document", "&#34;posting&#34;: opne,␛[0m", "&#60;b&#62;"] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    wall.configure(json!({ "title": "good again" }));
    reader.eventually("/api/config", |config| config["rejected"].is_null()).await;
    assert!(!page(&reader, "/history").await.contains("on disk, not in force"));
}

#[tokio::test]
async fn an_empty_wall_has_the_defaults_as_its_history() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    assert_eq!(reader.json("/api/config/history").await, json!({ "history": [], "older": null, "complete": true }));
    assert_eq!(reader.json("/api/config/rejected").await, json!({ "rejected": [] }));
    let shown = page(&reader, "/history").await;
    assert!(shown.contains("The defaults") && shown.contains("in force"));
    assert!(page(&reader, "/history?only=refused").await.contains("Nothing was refused."));
}
