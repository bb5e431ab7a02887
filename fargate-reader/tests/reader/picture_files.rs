//! `GET /pictures/<file>`, and what becomes of the files.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use shared_volume::message::{Draft, Message, Picture};
use shared_volume::wall::WallWriter;
use support::eventually;

use crate::function::Posting;
use crate::uploads::{Directory, jpeg};
use crate::wall::{PATIENCE, Reader, Wall};
use fargate_reader::Settings;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn picture(name: &str) -> Picture {
    Picture::named(&[name.as_bytes()], 60, 40).unwrap()
}

/// Posts a message with a picture as the function does.
fn post(wall: &Wall, picture: Picture) -> Message {
    let received = shared_volume::time::now();
    let draft =
        Draft { author: Some("ann".into()), text: "look".into(), picture: Some(picture), event: None, received };
    let batch = WallWriter::new(wall.dir()).append(&[draft], std::time::Instant::now() + PATIENCE).unwrap();
    batch.answers.into_iter().next().unwrap().unwrap().message
}

/// Puts both files of a picture into the directory, modified some days ago.
fn put(directory: &Directory, picture: Picture, days: u32) {
    for name in [format!("{picture}.jpg"), format!("{picture}-small.jpg")] {
        put_file(&directory.file(&name), days);
    }
}

fn put_file(path: &Path, days: u32) {
    fs_err::write(path, jpeg(60, 40)).unwrap();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - DAY * days).unwrap();
}

async fn reader(wall: &Wall, directory: &Directory) -> Reader {
    let reader = Reader::start(Settings { uploads_dir: Some(directory.path().to_owned()), ..wall.settings() }).await;
    reader.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
    reader
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    eventually(what, async || {
        anyhow::ensure!(is_so());
        Ok(())
    })
    .await
    .unwrap();
}

async fn status(reader: &Reader, file: &str) -> u16 {
    reader.get(&format!("/pictures/{file}")).await.status().as_u16()
}

#[tokio::test]
async fn a_picture_on_the_wall_is_served_as_a_picture_and_as_nothing_else() {
    let (wall, directory) = (Wall::empty(), Directory::new());
    let shown = picture("shown");
    post(&wall, shown);
    put(&directory, shown, 0);
    let script = "<script>alert(1)</script>";
    fs_err::write(directory.file(&format!("{shown}.jpg")), script).unwrap();
    let reader = reader(&wall, &directory).await;
    for method in [reqwest::Method::GET, reqwest::Method::HEAD] {
        let url = reader.url(&format!("/pictures/{shown}.jpg"));
        let answer = reader.client.request(method.clone(), url).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        for (name, value) in [
            ("content-type", "image/jpeg"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("content-security-policy", "default-src 'none'"),
            ("content-disposition", "inline"),
            ("content-length", "25"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            let all: Vec<_> = answer.headers().get_all(name).iter().collect();
            assert_eq!(all, [value], "{method} {name}");
        }
        assert_eq!(answer.text().await.unwrap(), if method == "GET" { script } else { "" });
    }
}

#[tokio::test]
async fn a_file_that_no_message_on_the_wall_has_is_not_served() {
    let (wall, directory) = (Wall::empty(), Directory::new());
    let (shown, other) = (picture("shown"), picture("other"));
    post(&wall, shown);
    put(&directory, shown, 0);
    put(&directory, other, 0);
    fs_err::write(directory.file("secret.txt"), "secret").unwrap();
    let temporary = format!(".{shown}.jpg.01ARZ3NDEKTSV4RRFFQ69G5FAV.tmp");
    fs_err::write(directory.file(&temporary), "half").unwrap();
    let reader = reader(&wall, &directory).await;
    assert_eq!(status(&reader, &format!("{shown}-small.jpg")).await, 200);
    let other = format!("{other}.jpg");
    let outside = format!("..%2F{shown}.jpg");
    for file in [other.as_str(), "secret.txt", &temporary, "..%2Fcontent", &outside, "", "%00", "%ff"] {
        let status = status(&reader, file).await;
        assert!(status == 404 || status == 400, "{file}: {status}");
    }
}

#[tokio::test]
async fn what_is_planted_under_the_name_of_a_picture_is_not_read() {
    let (wall, directory, outside) = (Wall::empty(), Directory::new(), Directory::new());
    let names = ["link", "fifo", "directory", "missing", "large"].map(|name| (name, picture(name)));
    for (_, picture) in names {
        post(&wall, picture);
    }
    let path = |index: usize| directory.file(&format!("{}.jpg", names[index].1));
    fs_err::write(outside.file("secret"), "secret").unwrap();
    symlink(outside.file("secret"), path(0)).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, path(1), rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
    fs_err::create_dir(path(2)).unwrap();
    std::fs::File::create(path(4)).unwrap().set_len(1 << 40).unwrap();
    let reader = reader(&wall, &directory).await;
    for (name, picture) in names {
        let begun = std::time::Instant::now();
        let answer = reader.get(&format!("/pictures/{picture}.jpg")).await;
        assert_eq!(answer.status(), 404, "{name}");
        assert!(!answer.text().await.unwrap().contains("secret\n"), "{name}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{name} is not waited for");
    }
}

#[tokio::test]
async fn the_picture_of_a_removed_message_is_deleted_at_once() {
    let (wall, directory) = (Wall::empty(), Directory::new());
    let (goes, stays, twice) = (picture("goes"), picture("stays"), picture("twice"));
    let message = post(&wall, goes);
    let one_of_two = post(&wall, twice);
    for picture in [stays, twice] {
        post(&wall, picture);
    }
    for picture in [goes, stays, twice] {
        put(&directory, picture, 0);
    }
    let running = reader(&wall, &directory).await;
    assert_eq!(status(&running, &format!("{goes}.jpg")).await, 200);
    wall.remove(&message.id.to_string());
    wall.remove(&one_of_two.id.to_string());
    until("the files gone", || !directory.file(&format!("{goes}.jpg")).exists()).await;
    until("the files gone", || !directory.file(&format!("{goes}-small.jpg")).exists()).await;
    running.shows(&["look", "look"]).await;
    assert_eq!(status(&running, &format!("{goes}.jpg")).await, 404);
    // A reader that starts later reads from the log what was removed.
    put(&directory, goes, 0);
    let later = reader(&wall, &directory).await;
    until("the files gone again", || !directory.file(&format!("{goes}.jpg")).exists()).await;
    for picture in [stays, twice] {
        assert_eq!(status(&later, &format!("{picture}.jpg")).await, 200, "another message has it");
    }
}

#[tokio::test]
async fn files_without_a_message_are_deleted_after_a_week_and_others_stay() {
    let (wall, directory, outside) = (Wall::empty(), Directory::new(), Directory::new());
    let (used, old, young) = (picture("used"), picture("old"), picture("young"));
    post(&wall, used);
    put(&directory, used, 30);
    put(&directory, old, 8);
    put(&directory, young, 6);
    let temporary = |unique: &str| format!(".{old}.jpg.{unique}.tmp");
    let (left, fresh) = (temporary("01ARZ3NDEKTSV4RRFFQ69G5FAV"), temporary("01ARZ3NDEKTSV4RRFFQ69G5FAW"));
    put_file(&directory.file(&left), 1);
    put_file(&directory.file(&fresh), 0);
    // Nothing of others, whatever its age.
    let (theirs, hidden) = ("holiday.jpg".to_owned(), ".secret.tmp".to_owned());
    for name in [&theirs, &hidden, &temporary("mine")] {
        put_file(&directory.file(name), 400);
    }
    put_file(&outside.file("target"), 400);
    let (link, folder) = (picture("link"), picture("folder"));
    symlink(outside.file("target"), directory.file(&format!("{link}.jpg"))).unwrap();
    fs_err::create_dir(directory.file(&format!("{folder}.jpg"))).unwrap();

    let mut expected = directory.names();
    expected.retain(|name| *name != left && !name.starts_with(&old.to_string()));
    let _reader = reader(&wall, &directory).await;
    until("the sweep", || directory.names() == expected).await;
    assert!(outside.file("target").exists());
    let used_at = || fs_err::metadata(directory.file(&format!("{used}.jpg"))).unwrap().modified().unwrap();
    until("a mark of use", || used_at().elapsed().unwrap_or_default() < DAY).await;
}

#[tokio::test]
async fn nothing_is_deleted_while_the_wall_is_not_known() {
    let (wall, directory) = (Wall::missing(), Directory::new());
    let picture = picture("old");
    put(&directory, picture, 100);
    let reader = Reader::start(Settings { uploads_dir: Some(directory.path().to_owned()), ..wall.settings() }).await;
    reader.eventually("/live", |live| live["live"] == json!(true)).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(directory.names().len(), 2);
    fs_err::create_dir(wall.path()).unwrap();
    until("the sweep", || directory.names().is_empty()).await;
}

#[tokio::test]
async fn a_label_that_did_not_come_is_asked_for_again() {
    let (wall, directory) = (Wall::empty(), Directory::new());
    let (late, young) = (picture("late"), picture("young"));
    let ago = |seconds: i64| {
        shared_volume::time::to_text(shared_volume::time::now() - jiff::SignedDuration::from_secs(seconds))
    };
    let record = |id: &str, picture: Picture, seconds| {
        let at = ago(seconds);
        format!(r#"{{"id":"{id}","received":"{at}","at":"{at}","text":"","picture":"{picture}"}}"#) + "\n"
    };
    let (first, second) = ("01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAW");
    wall.write("content", record(first, late, 31) + &record(second, young, 10));
    let reader = Posting::start_with_uploads(&wall, directory.path()).await;
    let mut questions = Vec::new();
    eventually("a question", async || {
        questions.extend(reader.function.questions());
        anyhow::ensure!(!questions.is_empty());
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(questions, [json!({ "message": first, "picture": late })]);
}

#[tokio::test]
async fn the_page_keeps_the_place_of_a_label_and_names_its_classes() {
    let (wall, directory) = (Wall::empty(), Directory::new());
    let (mine, another) = (picture("mine"), picture("another"));
    let message = post(&wall, mine);
    post(&wall, another);
    let running = Posting::start_with_uploads(&wall, directory.path()).await;
    let page = async || running.get("/").send().await.unwrap().text().await.unwrap();
    let before = page().await;
    assert_eq!(before.matches("Looking…").count(), 2);
    assert_eq!((before.matches("<img src=").count(), before.matches(r#"loading="lazy""#).count()), (2, 0));
    assert!(before.contains(r#"alt="Picture by ann""#) && before.contains(r#"width="60" height="40""#), "{before}");

    let mut events = Reader::start(wall.settings()).await.follow("/events", None).await;
    let classes = vec![("053.Western_Grebe".to_owned(), 0.962), ("<b>".to_owned(), 0.019)];
    let findings = shared_volume::message::Findings {
        classes,
        model: Some("nts-net".to_owned()),
        took_ms: Some(712),
        ..Default::default()
    };
    let id = message.id.to_string();
    WallWriter::new(wall.dir()).label(&id, findings, "test:1", std::time::Instant::now() + PATIENCE).unwrap();
    let (_, label): (_, Value) = events.next(&["label"]).await;
    let html = label["html"].as_str().unwrap();
    for part in [r#"title="053.Western_Grebe""#, "Western Grebe <span class=\"sure\">96 %", "96.2 %", "&#60;b&#62;"] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(
        html.contains("By nts-net in 0.71 s, warm.") && html.contains("A guess by a machine, not by ann."),
        "{html}"
    );
    eventually("the label on the page", async || {
        anyhow::ensure!(page().await.contains(r#"alt="Western Grebe, 96 %, a guess by nts-net""#));
        Ok(())
    })
    .await
    .unwrap();
}
