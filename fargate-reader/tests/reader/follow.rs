//! The reader follows the volume.

use serde_json::{Value, json};
use support::Damage;

use crate::wall::{Reader, Wall, texts};

#[tokio::test]
async fn an_appended_message_is_shown() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let written = wall.append(&["Hello", "two\nlines"]);

    let shown = reader.shows(&["Hello", "two\nlines"]).await;
    let first = &shown["messages"][0];
    assert_eq!(first["id"], json!(written[0].id.to_string()));
    assert_eq!(first["author"], json!("ann"));
    assert_eq!(first["plain"], json!(false));
    for moment in ["received", "at", "stored", "seen"] {
        assert!(first[moment].is_string(), "{moment} is unknown: {first}");
    }
}

#[tokio::test]
async fn a_message_from_before_the_reader_has_no_seen_time() {
    let wall = Wall::empty();
    wall.append(&["before"]);
    let reader = wall.reader().await;
    let shown = reader.shows(&["before"]).await;
    assert!(shown["messages"][0].get("seen").is_none());
}

#[tokio::test]
async fn a_plain_line_is_shown_and_a_damaged_line_is_only_counted() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let damage = r#"{"id":"01","received":"then","at":"now","text":"damaged"}"#;
    wall.write("content", format!("Hello from Python\n{damage}\n<b>not bold</b>\n"));

    let shown = reader.shows(&["Hello from Python", "<b>not bold</b>"]).await;
    assert_eq!(shown["messages"][0]["plain"], json!(true));
    assert_eq!(reader.json("/api/status").await["damaged_lines"], json!(1));
    let page = reader.get("/").await.text().await.unwrap();
    assert!(!page.contains("<b>not bold") && !page.contains("damaged&quot;"));
}

#[tokio::test]
async fn an_unfinished_line_is_shown_when_it_is_complete() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    wall.write("content", "whole\nha");
    reader.shows(&["whole"]).await;
    wall.write("content", "whole\nhalf\n");
    reader.shows(&["whole", "half"]).await;
}

#[tokio::test]
async fn a_wall_that_is_cleared_or_deleted_is_empty() {
    let wall = Wall::empty();
    wall.append(&["one"]);
    let reader = wall.reader().await;
    reader.shows(&["one"]).await;
    wall.clear();
    reader.shows(&[]).await;
    wall.append(&["two"]);
    reader.shows(&["two"]).await;
    fs_err::remove_file(wall.dir().content()).unwrap();
    reader.shows(&[]).await;
}

#[tokio::test]
async fn the_wall_shows_as_many_messages_as_the_configuration_keeps() {
    let wall = Wall::empty();
    let texts: Vec<_> = (0..8).map(|n| n.to_string()).collect();
    wall.append(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let reader = wall.reader().await;
    wall.configure(json!({ "keep_messages": 3 }));
    reader.shows(&["5", "6", "7"]).await;
    wall.configure(json!({ "keep_messages": 5 }));
    reader.shows(&["3", "4", "5", "6", "7"]).await;
}

/// Damages `config.json`, and expects that the last good configuration keeps running and the reason is reported.
async fn check_fault(damage: Damage) {
    let reason = damage.reason();
    let wall = Wall::empty();
    wall.configure(json!({ "title": "Good" }));
    let reader = wall.reader().await;
    damage.apply(&wall.dir().config()).unwrap();
    let config = reader.eventually("/api/config", |config| config["rejected"] != Value::Null).await;
    assert_eq!(config["config"]["title"], json!("Good"));
    assert_eq!(config["rejected"]["source"], json!("config.json"));
    assert!(config["rejected"]["since"].is_string());
    let reported = config["rejected"]["reason"].as_str().unwrap();
    assert!(reported.contains(reason), "{reported:?} does not contain {reason:?}");

    wall.configure(json!({ "title": "Healed" }));
    let config = reader.eventually("/api/config", |config| config["config"]["title"] == json!("Healed")).await;
    assert_eq!(config["rejected"], Value::Null);
}

#[tokio::test]
async fn a_configuration_that_is_damaged_never_replaces_a_good_one() {
    check_fault(Damage::Cut).await;
}

#[tokio::test]
async fn a_configuration_that_is_emptied_never_replaces_a_good_one() {
    check_fault(Damage::Emptied).await;
}

#[tokio::test]
async fn a_configuration_that_is_deleted_never_replaces_a_good_one() {
    check_fault(Damage::Deleted).await;
}

#[tokio::test]
async fn a_configuration_that_is_invalid_never_replaces_a_good_one_and_the_field_is_named() {
    check_fault(Damage::UnknownTone).await;
}

#[tokio::test]
async fn a_reader_that_starts_on_a_bad_configuration_runs_the_newest_of_the_history() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "First" }));
    wall.configure(json!({ "title": "Second" }));
    wall.write("config.json", "not JSON");
    let reader = wall.reader().await;
    let config = reader.json("/api/config").await;
    assert_eq!(config["config"]["title"], json!("Second"));
    assert!(config["rejected"]["reason"].is_string());
}

#[tokio::test]
async fn a_configuration_edited_by_hand_runs_with_the_same_generation() {
    let wall = Wall::empty();
    let published = wall.configure(json!({ "title": "Published" }));
    let reader = wall.reader().await;
    wall.write(
        "config.json",
        json!({ "generation": published.generation, "config": { "title": "By hand" } }).to_string(),
    );
    let config = reader.eventually("/api/config", |config| config["config"]["title"] == json!("By hand")).await;
    assert_eq!(config["rejected"], Value::Null);
}

#[tokio::test]
async fn an_empty_directory_is_an_empty_wall() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    assert_eq!(reader.get("/").await.status(), 200);
    assert_eq!(reader.json("/api/config").await["generation"], json!(0));
    assert_eq!(reader.json("/api/config").await["rejected"], Value::Null);
    assert!(reader.texts().await.is_empty());
}

#[tokio::test]
async fn a_reader_waits_for_a_missing_directory() {
    let wall = Wall::missing();
    let reader = Reader::start(wall.settings()).await;
    assert_eq!(reader.get("/live").await.status(), 200);
    assert_eq!(reader.get("/").await.status(), 200);
    let ready =
        reader.eventually("/ready", |ready| ready["message"].to_string().contains("the volume is missing")).await;
    assert_eq!(ready["error"], json!("not_ready"));
    assert_eq!(reader.get("/ready").await.status(), 503);

    fs_err::create_dir(wall.path()).unwrap();
    wall.append(&["at last"]);
    reader.shows(&["at last"]).await;
    assert_eq!(reader.get("/ready").await.status(), 200);
}

#[tokio::test]
async fn a_directory_that_is_deleted_and_created_again_is_followed_again() {
    let wall = Wall::empty();
    wall.append(&["kept"]);
    let reader = wall.reader().await;
    fs_err::remove_dir_all(wall.path()).unwrap();
    let status = reader.eventually("/api/status", |status| status["volume"]["state"] == json!("failing")).await;
    assert!(status["volume"]["reason"].is_string() && status["volume"]["since"].is_string());
    assert_eq!(reader.get("/ready").await.status(), 200);

    fs_err::create_dir(wall.path()).unwrap();
    reader.eventually("/api/status", |status| status["volume"]["state"] == json!("ok")).await;
    assert_eq!(reader.json("/api/status").await["watching"], json!("native"));
    for text in ["one", "two", "three"] {
        wall.append(&[text]);
        reader.eventually("/api/messages", |answer| texts(answer).last().is_some_and(|last| last == text)).await;
    }
}

#[tokio::test]
async fn the_watcher_for_network_file_systems_sees_messages_and_configurations() {
    let wall = Wall::empty();
    let settings = fargate_reader::Settings { watch: fargate_reader::Watch::Nfs, ..wall.settings() };
    let reader = Reader::start(settings).await;
    reader.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
    assert_eq!(reader.json("/api/status").await["watching"], json!("nfs"));
    let _events = reader.follow("/events", None).await;
    wall.append(&["seen by looking"]);
    reader.shows(&["seen by looking"]).await;
    wall.configure(json!({ "title": "Seen as well" }));
    reader.eventually("/api/config", |config| config["config"]["title"] == json!("Seen as well")).await;
}

#[tokio::test]
async fn a_wall_whose_directory_disappears_keeps_its_messages() {
    for watch in [fargate_reader::Watch::Native, fargate_reader::Watch::Nfs] {
        let wall = Wall::empty();
        wall.append(&["kept"]);
        let interval = std::time::Duration::from_millis(5);
        let reader =
            Reader::start(fargate_reader::Settings { watch, watch_interval: interval, ..wall.settings() }).await;
        reader.shows(&["kept"]).await;
        let mut events = reader.follow("/events", None).await;
        events.next(&["wall"]).await;
        fs_err::rename(wall.path(), wall.path().with_extension("away")).unwrap();
        // If the loss of the files were sent, it would come before the failure of the volume.
        loop {
            let (event, data) = events.next(&["wall", "status"]).await;
            assert_eq!(event.event, "status", "another wall was sent: {data}");
            if data["volume"]["state"] == json!("failing") {
                break;
            }
        }
        assert_eq!(reader.texts().await, ["kept"]);
        fs_err::rename(wall.path().with_extension("away"), wall.path()).unwrap();
        reader.eventually("/api/status", |status| status["volume"]["state"] == json!("ok")).await;
        assert_eq!(reader.texts().await, ["kept"]);
    }
}
