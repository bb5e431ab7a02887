//! The page of how everything works: each figure on it is traced to its source, which a test changes.

mod around;
mod soon;

use std::time::Duration;

use fargate_reader::{Roles, Settings, Token, TokenSource, Watch};
use serde_json::{Value, json};
use shared_volume::wall::WallWriter;

use crate::wall::{PATIENCE, Reader, Wall};

/// Returns the page as text without markup: each element is a line.
fn text(page: &str) -> String {
    let mut text = String::new();
    for part in page.split('<').skip(1) {
        let (tag, shown) = part.split_once('>').unwrap_or((part, ""));
        let is_inline = [
            "b", "/b", "code", "/code", "strong", "/strong", "time", "/time", "span", "/span", "mark", "/mark", "a",
            "/a",
        ];
        let name = tag.split_whitespace().next().unwrap_or_default();
        text.push_str(if is_inline.contains(&name) { "" } else { "\n" });
        text.push_str(shown.trim_matches('\n'));
    }
    let text = text.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#39;", "'");
    text.replace("&#38;", "&").replace('\u{202f}', " ")
}

/// Returns the part of the page between two marks.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap_or_else(|| panic!("{begin} is not in\n{text}"));
    rest.split_once(end).map_or(rest, |(part, _)| part)
}

async fn shown(reader: &Reader, path: &str) -> String {
    text(&reader.get(path).await.text().await.unwrap())
}

/// Waits until the page says this.
async fn until(reader: &Reader, part: &str) -> String {
    let begun = std::time::Instant::now();
    loop {
        let page = shown(reader, "/status").await;
        if page.contains(part) {
            return page;
        }
        assert!(begun.elapsed() < PATIENCE, "{part:?} is not in\n{page}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Returns the value in the row of a table, or beside a name.
fn value(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("\n{name}\n")).unwrap_or_else(|| panic!("no {name} in\n{page}"));
    rest.lines().find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

/// Returns the roles of a wall whose strangers do not see reasons.
fn strangers() -> Roles {
    Roles { details: false, ..Roles::default() }
}

#[tokio::test]
async fn the_page_is_private_and_strict_and_complete_for_an_empty_wall() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let answer = reader.get("/status").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let page = answer.text().await.unwrap();
    assert!(
        !page.contains(" style=") && !page.contains("<style") && !page.contains("onclick"),
        "the policy forbids it"
    );
    let page = text(&page);
    for part in [
        "An event comes,",
        "the function writes it,",
        "the volume keeps it,",
        "a task sees it,",
        "you read it.",
        "Nothing on the wall came by an event yet.",
        "No message has come since this task started.",
        "What is on disk runs",
        "Nothing was measured yet",
        "What looking costs",
        "Will the throughput last?",
        "none: this task only reads",
        "CloudWatch",
        "READERS is not set",
    ] {
        assert!(page.contains(part), "{part:?} is not in\n{page}");
    }
}

#[tokio::test]
async fn messages_are_counted_by_their_trigger_and_lines_of_other_programs_apart() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let post = |event: Option<&str>| {
        let draft = shared_volume::message::Draft {
            author: None,
            text: "x".to_owned(),
            picture: None,
            event: event.map(str::to_owned),
            received: shared_volume::time::now(),
        };
        let deadline = std::time::Instant::now() + PATIENCE;
        WallWriter::new(wall.dir()).append(&[draft], deadline).unwrap();
    };
    for event in
        [None, Some("http:1"), Some("page:1"), Some("sqs:1"), Some("queue:2"), Some("eventbridge:1"), Some("new:1")]
    {
        post(event);
    }
    wall.append_plain("one\ntwo\n");
    let page = until(&reader, "2 lines by other programs").await;
    let counted = ["HTTP API", "this page", "SQS", "EventBridge", "others"].map(|name| value(&page, name));
    assert_eq!(counted, ["2", "1", "2", "1", "1"]);
    assert!(!page.contains("\nSNS\n"), "a trigger without a message is not listed");
    assert!(page.contains("9 messages, ends at "), "{page}");
}

#[tokio::test]
async fn a_spoilt_configuration_is_shown_with_its_place_and_its_lines_to_those_who_may_see_them() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "Good" }));
    let spoilt = "{\n  \"accent\": \"#d9480f\",\n  \"title\": \"</code><script>x\u{202e}\",\n  \"posting\": opne,\n  \"keep_messages\": 1000\n}";
    wall.write("config.json", spoilt);
    let admin = Roles { admin: Token::new("secret").map(TokenSource::Given), ..strangers() };
    let reader = Reader::start(Settings { roles: admin, ..wall.settings() }).await;
    reader.eventually("/api/config", |config| config["rejected"].is_object()).await;
    let stranger = shown(&reader, "/status").await;
    assert!(stranger.contains("On disk is not what runs") && stranger.contains("an administrator sees why"));
    assert!(!stranger.contains("opne") && !stranger.contains("line 4"), "{stranger}");

    let answer = reader.client.get(reader.url("/status")).bearer_auth("secret").send().await.unwrap();
    let page = answer.text().await.unwrap();
    assert!(!page.contains("<script>x") && !page.contains('\u{202e}'), "markup and marks of direction are shown");
    assert!(page.contains("<mark>opne</mark>"), "{page}");
    let page = text(&page);
    assert!(page.contains("Line 4, column 1") && page.contains("expected value at line 4 column 1"), "{page}");
    assert!(page.contains("config.json on disk is rejected") && page.contains("generation 1, the last good one"));
    assert!(page.contains("stands on 1 and becomes 2") && page.contains("✕ rejected"));

    wall.configure(json!({ "title": "Good again" }));
    reader.eventually("/api/config", |config| config["rejected"].is_null()).await;
    let page = shown(&reader, "/status").await;
    assert!(page.contains("What is on disk runs") && page.contains("Running: generation 2") && page.contains("test"));
}

#[tokio::test]
async fn the_volume_is_shown_as_it_is_mounted_and_measured_and_paths_only_to_those_who_may_see_them() {
    let wall = Wall::empty();
    fs_err::create_dir(wall.dir().trash()).unwrap();
    fs_err::write(wall.dir().trash().join("old \u{202e}<b>"), "x".repeat(3_072)).unwrap();
    fs_err::create_dir(wall.dir().retries()).unwrap();
    wall.configure(json!({ "title": "One" }));
    wall.configure(json!({ "title": "Two" }));
    let reader = Reader::start(wall.settings()).await;
    reader.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
    let page = until(&reader, "sizes of").await;
    assert_eq!(value(&page, "trash/"), "1 file, 3.0 KiB");
    assert_eq!((value(&page, "rejected/"), value(&page, "retries/")), ("none".to_owned(), "none".to_owned()));
    assert!(value(&page, "history/").starts_with("2 files, "), "{page}");
    let mounts = fs_err::read_to_string("/proc/self/mountinfo").unwrap();
    let kind = value(&page, "file system");
    assert!(mounts.contains(&format!(" - {kind} ")), "{kind}");
    let point = value(&page, "mounted at");
    let point = point.split_once(',').unwrap().0;
    assert!(fs_err::canonicalize(wall.path()).unwrap().starts_with(point), "{point}");
    assert_eq!(value(&page, "watcher"), "inotify: the kernel reports the writes of this host");

    let stranger = Reader::start(Settings { roles: strangers(), ..wall.settings() }).await;
    stranger.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
    let page = until(&stranger, "sizes of").await;
    assert!(!page.contains("\nmounted at\n") && page.contains("An administrator also sees path"), "{page}");
}

#[tokio::test]
async fn looks_are_counted_and_priced() {
    let wall = Wall::empty();
    wall.append(&["one"]);
    let settings = Settings { watch: Watch::Nfs, watch_interval: Duration::from_millis(250), ..wall.settings() };
    let reader = Reader::start(settings).await;
    let page = until(&reader, "every 2 s").await;
    let cells = |page: &str, row: &str| {
        let (_, rest) = page.split_once(&format!("\n{row}\n")).unwrap_or_else(|| panic!("no {row} in\n{page}"));
        rest.split('\n').filter(|cell| !cell.is_empty()).take(4).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(cells(&page, "a task, every 250 ms"), ["16.6", "66.5", "$5.00", "$0"]);
    assert_eq!(cells(&page, "a task, every 2 s"), ["2.6", "10.5", "$0.79", "$0"]);
    assert!(page.contains("Every 100 ms would cost $12.22"), "{page}");
    let rate = async || {
        let page = shown(&reader, "/status").await;
        (cells(&page, "now: this task")[0].replace(' ', "").parse::<f64>().unwrap(), page)
    };
    let begun = std::time::Instant::now();
    // At its start a reader looks more often.
    while rate().await.0 >= 10.0 {
        assert!(begun.elapsed() < PATIENCE, "nobody watches");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // A stream makes the reader look more often, and the page tells that.
    let _stream = reader.follow("/events", None).await;
    let page = loop {
        let (rate, page) = rate().await;
        if rate >= 10.0 {
            break page;
        }
        assert!(begun.elapsed() < 2 * PATIENCE, "{page}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(page.contains("1 here") && page.contains("every 250 ms"), "{page}");
}

#[tokio::test]
async fn the_planner_answers_and_names_the_field_that_is_wrong() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let page = shown(&reader, "/status").await;
    let row = |page: &str, name: &str| {
        let (_, rest) = page.split_once(&format!("\n{name}\n")).unwrap_or_else(|| panic!("no {name} in\n{page}"));
        let cells: Vec<_> = rest.split('\n').filter(|cell| !cell.is_empty()).take(2).map(str::to_owned).collect();
        (cells[0].clone(), cells[1].clone())
    };
    let two = |today: &str, then: &str| (today.to_owned(), then.to_owned());
    assert!(
        page.contains("No: for 126 loads a day, not for 300.") && page.contains("gone after 13 to 18 days"),
        "{page}"
    );
    assert!(page.contains("Then a load takes 11 min 23 s instead of 6.8 s"));
    for (name, today, then) in [
        ("baseline, 50 KiB/s per GiB", "1 MiB/s, the floor", "500 KiB/s"),
        ("burst", "100 MiB/s", "100 MiB/s"),
        ("credits at first, and at most", "2.1 TiB", "2.1 TiB"),
        ("a read is metered at", "⅓", "1"),
        ("metered a day", "200.0 GiB", "600.0 GiB"),
        ("one load, with credits", "6.8 s", "20.5 s"),
        ("one load, once empty", "11 min 23 s", "1 h 10 min"),
        ("loads a day that last", "126", "20"),
        ("hours until empty", "325 to 446", "92"),
    ] {
        assert_eq!(row(&page, name), two(today, then), "{name}");
    }
    assert!(page.contains("the same loads cost $547.50 a month"));
    let page = shown(&reader, "/status?storage=10&mode=bursting&load=2048&loads=20").await;
    assert!(page.contains("Perhaps") || page.contains("Yes: for up to 126 loads a day."), "{page}");
    let page = shown(&reader, "/status?mode=elastic&load=2048&loads=300").await;
    assert!(page.contains("Yes, for $547.50 a month."), "{page}");
    let page = shown(&reader, "/status?mode=provisioned&provisioned=10&load=2048&loads=300").await;
    assert!(page.contains("up to 1 265 loads a day") && page.contains("$57.07"), "{page}");
    let huge = "9".repeat(5_000);
    for (query, field, problem) in [
        ("storage=-1", "storage", "must be 0 to 1 048 576 GiB, is \"-1\""),
        ("storage=1e99", "storage", "is \"1e99\""),
        ("mode=%3Cscript%3E", "mode", "must be bursting, provisioned or elastic"),
        ("mode=provisioned&provisioned=0", "provisioned", "must be 1 to 10 240 MiB/s"),
        ("load=0", "load", "must be 1 to 1 048 576 MiB"),
        ("load=", "load", "is missing"),
        (&format!("loads={huge}"), "loads", "must be 0 to 1 000 000 a day"),
    ] {
        let answer = reader.get(&format!("/status?{query}")).await;
        assert_eq!(answer.status(), 400, "{query}");
        let page = answer.text().await.unwrap();
        assert!(!page.contains("<script>") && page.matches("id=\"plan-fault-").count() == 1, "{query}");
        assert!(
            field == "mode" || page.contains(&format!("name=\"{field}\"")) && page.contains("aria-invalid=\"true\"")
        );
        let page = text(&page);
        assert!(page.contains(problem) && page.contains("the volume keeps it,"), "{problem} is not in\n{page}");
    }
    let answer = reader.get("/status?storage=-1&mode=x&load=0&loads=many").await;
    assert_eq!(answer.status(), 400);
    let page = answer.text().await.unwrap();
    for field in ["storage", "mode", "load", "loads"] {
        assert!(page.contains(&format!("id=\"plan-fault-{field}\"")), "{field} is not marked");
    }
    for repeated in ["loads=1&loads=2", "storage=%FF"] {
        assert_eq!(reader.get(&format!("/status?{repeated}")).await.status(), 400);
    }
}

#[tokio::test]
async fn a_missing_volume_makes_no_page_wait() {
    let wall = Wall::missing();
    let reader = Reader::start(wall.settings()).await;
    let page = until(&reader, "Waiting for the volume").await;
    assert!(page.contains("does not answer this task"), "{page}");
    let found = ["file system", "content", "trash/"].map(|name| value(&page, name));
    assert_eq!(found, ["not known", "cannot be read", "cannot be read"]);
}

#[tokio::test]
async fn the_internal_port_tells_of_the_task_and_the_public_one_does_not() {
    let wall = Wall::empty();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let internal = listener.local_addr().unwrap();
    drop(listener);
    let settings = Settings { task: "task-7".to_owned(), internal_listen: Some(internal), ..wall.settings() };
    let reader = Reader::start(settings).await;
    reader.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
    let inner = |query: &str| reader.client.get(format!("http://{internal}/api/status{query}")).send();
    let whole: Value = inner("").await.unwrap().json().await.unwrap();
    assert_eq!((&whole["task"]["task"], &whole["config"]["generation"]), (&json!("task-7"), &json!(0)));
    let short: Value = inner("?config=false").await.unwrap().json().await.unwrap();
    assert!(short["config"].is_null() && short["task"]["volume_ok"] == json!(true), "{short}");
    assert!(reader.json("/api/status?config=false").await["task"].is_null());
}
