//! Logs that were rewritten, deleted, or replaced by another kind of file.

use rustix::fs::{CWD, Mode, mkfifoat};
use serde_json::{Value, json};

use crate::wall::{Reader, Wall, texts};

const ENTRIES: [&str; 3] = ["message", "removed", "wall"];

/// Replaces a word in the log by another one of the same length, in a new file, as `sed -i` does.
fn redact(wall: &Wall, word: &str, by: &str) {
    let content = fs_err::read_to_string(wall.dir().content()).unwrap();
    wall.write("new", content.replace(word, by));
    fs_err::rename(wall.path().join("new"), wall.dir().content()).unwrap();
}

#[tokio::test]
async fn a_word_that_was_redacted_by_hand_is_no_longer_shown() {
    let wall = Wall::empty();
    wall.append(&["the password is hunter2", "another"]);
    let reader = wall.reader().await;
    let mut events = reader.follow("/events", None).await;
    let (_, before) = events.next(&ENTRIES).await;
    wall.append(&["seen as it came"]);
    let (_, came) = events.next(&ENTRIES).await;

    redact(&wall, "hunter2", "*******");
    let (event, newest) = events.next(&ENTRIES).await;
    let redacted = ["the password is *******", "another", "seen as it came"];
    assert_eq!((event.event.as_str(), texts(&newest)), ("wall", redacted.map(str::to_owned).to_vec()));
    let shown = reader.shows(&redacted).await;
    assert_eq!(shown["messages"][2]["seen"], came["seen"], "the other messages keep their times");
    for text in [reader.get("/").await.text().await.unwrap(), wall.reader().await.get("/").await.text().await.unwrap()]
    {
        assert!(text.contains("*******") && !text.contains("hunter2"));
    }
    // A client that saw the wall before the redaction starts over, at any reader.
    for reader in [&reader, &wall.reader().await] {
        let mut events = reader.follow("/events", before["cursor"].as_str()).await;
        assert_eq!(events.next(&ENTRIES).await.0.event, "wall");
    }
}

#[tokio::test]
async fn a_client_that_reconnects_to_a_recreated_log_starts_over() {
    let wall = Wall::empty();
    wall.write("content", "Hello from EFS!\nA\nB\n");
    let reader = wall.reader().await;
    let seen = reader.shows(&["Hello from EFS!", "A", "B"]).await["cursor"].as_str().unwrap().to_owned();
    // The same first line, the same lengths, and on many file systems the same inode.
    fs_err::remove_file(wall.dir().content()).unwrap();
    wall.write("content", "Hello from EFS!\nC\nD\nE\n");
    reader.shows(&["Hello from EFS!", "C", "D", "E"]).await;
    for reader in [&reader, &wall.reader().await] {
        let mut events = reader.follow("/events", Some(&seen)).await;
        let (event, newest) = events.next(&ENTRIES).await;
        assert_eq!((event.event.as_str(), texts(&newest).len()), ("wall", 4));
    }
}

#[tokio::test]
async fn a_client_that_reconnects_to_another_reader_gets_exactly_the_missed_messages() {
    let wall = Wall::empty();
    wall.configure(json!({ "keep_messages": 5 }));
    wall.append(&["0", "1", "2", "3", "4"]);
    let mut last = wall.reader().await.json("/api/messages").await["cursor"].as_str().unwrap().to_owned();
    // The log is compacted before the client reconnects.
    for round in 1..10 {
        let written: Vec<_> = (0..4).map(|n| format!("{round}.{n}")).collect();
        wall.append(&written.iter().map(String::as_str).collect::<Vec<_>>());
        let mut events = wall.reader().await.follow("/events", Some(&last)).await;
        for text in written {
            let (event, message) = events.next(&ENTRIES).await;
            assert_eq!((event.event.as_str(), &message["text"]), ("message", &json!(text)));
            last = event.id;
        }
    }
}

async fn volume_fails(reader: &Reader, says: &str) {
    let failing = |status: &Value| status["volume"]["state"] == json!("failing");
    let status = reader.eventually("/api/status", failing).await;
    assert!(status["volume"]["reason"].as_str().unwrap().contains(says), "{status}");
    assert_eq!(reader.get("/live").await.status(), 200);
}

#[tokio::test]
async fn a_foreign_file_in_place_of_the_log_is_reported_until_it_is_removed() {
    let wall = Wall::empty();
    wall.append(&["kept"]);
    let reader = wall.reader().await;
    let (content, secret) = (wall.dir().content(), wall.path().join("secret"));
    wall.write("secret", "not for everybody\n");
    let planted = wall.path().join("planted");
    let pipe = || mkfifoat(CWD, &planted, Mode::from_raw_mode(0o640)).unwrap();
    let link = || std::os::unix::fs::symlink(&secret, &planted).unwrap();
    for (plant, says) in [(&pipe as &dyn Fn(), "FIFO"), (&link, "symbolic link")] {
        // The log is never missing: that would be an empty wall.
        fs_err::hard_link(&content, wall.path().join("aside")).unwrap();
        plant();
        fs_err::rename(&planted, &content).unwrap();
        volume_fails(&reader, says).await;
        assert_eq!(reader.texts().await, ["kept"]);
        fs_err::rename(wall.path().join("aside"), &content).unwrap();
        reader.eventually("/api/status", |status| status["volume"]["state"] == json!("ok")).await;
        assert_eq!(reader.texts().await, ["kept"]);
    }
}

#[tokio::test]
async fn a_foreign_file_in_place_of_the_configuration_never_replaces_a_good_one() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "Good" }));
    let reader = wall.reader().await;
    fs_err::remove_file(wall.dir().config()).unwrap();
    mkfifoat(CWD, wall.dir().config(), Mode::from_raw_mode(0o640)).unwrap();
    let says = |config: &Value| config["rejected"]["reason"].as_str().is_some_and(|reason| reason.contains("FIFO"));
    let config = reader.eventually("/api/config", says).await;
    assert_eq!(config["config"]["title"], json!("Good"));
    wall.append(&["still followed"]);
    reader.shows(&["still followed"]).await;
    fs_err::remove_file(wall.dir().config()).unwrap();
    wall.configure(json!({ "title": "Healed" }));
    reader.eventually("/api/config", |config| config["config"]["title"] == json!("Healed")).await;
}
