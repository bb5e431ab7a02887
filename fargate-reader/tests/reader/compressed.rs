//! Compressed responses: they are the same as plain ones, and as fast.

use std::io::{Read, Write};

use flate2::read::GzDecoder;
use flate2::write::GzDecoder as Decoder;
use reqwest::Response;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, ETAG, IF_NONE_MATCH, VARY};

use crate::wall::{PATIENCE, Reader, Wall};

/// Requests `path` as a browser does.
async fn compressed(reader: &Reader, path: &str) -> Response {
    let request = reader.client.get(reader.url(path)).header(ACCEPT_ENCODING, "gzip, deflate, br");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()[CONTENT_ENCODING], "gzip", "{path}");
    assert_eq!(answer.headers()[VARY], "accept-encoding", "{path}");
    answer
}

/// Decodes a body, whose checksum and length have to be right.
async fn decoded(answer: Response) -> String {
    let body = answer.bytes().await.unwrap();
    let (mut decoder, mut text) = (GzDecoder::new(&body[..]), String::new());
    decoder.read_to_string(&mut text).unwrap();
    assert!(decoder.into_inner().is_empty(), "nothing is behind the end");
    text
}

/// Returns a page without the key of its form, and the key.
fn without_key(page: &str) -> (String, String) {
    let (before, rest) = page.split_once(r#"name="event" value=""#).unwrap();
    let (key, behind) = rest.split_once('"').unwrap();
    (format!("{before}…{behind}"), key.to_owned())
}

fn wall_of(texts: &[&str]) -> Wall {
    let wall = Wall::empty();
    wall.append(texts);
    wall
}

#[tokio::test]
async fn compressed_messages_are_the_same_as_plain_ones() {
    let long = "long \u{1f426} ".repeat(400);
    let wall = wall_of(&["one", "<two>", "three\n\"four\""]);
    wall.configure(serde_json::json!({ "max_message_chars": 4000 }));
    wall.append(&vec![long.as_str(); 60]);
    wall.append(&vec!["short"; 50]);
    let reader = wall.reader().await;
    for path in ["/api/messages", "/api/messages?limit=1", "/api/messages?limit=99", "/api/messages?limit=70&x=y"] {
        let (plain, answer) = (reader.get(path).await, compressed(&reader, path).await);
        assert_eq!(
            (plain.headers().get(CONTENT_ENCODING), &plain.headers()[VARY]),
            (None, answer.headers().get(VARY).unwrap())
        );
        assert_eq!(plain.headers()[ETAG], answer.headers()[ETAG], "the tag is weak");
        let length: u64 = answer.headers()[CONTENT_LENGTH].to_str().unwrap().parse().unwrap();
        assert!(length < plain.content_length().unwrap(), "{path}");
        assert_eq!(decoded(answer).await, plain.text().await.unwrap(), "{path}");
    }
}

#[tokio::test]
async fn a_client_that_knows_the_compressed_messages_gets_no_body() {
    let wall = wall_of(&["one"]);
    let reader = wall.reader().await;
    let etag = compressed(&reader, "/api/messages").await.headers()[ETAG].clone();
    let known = reader.client.get(reader.url("/api/messages")).header(ACCEPT_ENCODING, "gzip");
    let known = known.header(IF_NONE_MATCH, &etag).send().await.unwrap();
    assert_eq!(
        (known.status().as_u16(), &known.headers()[ETAG], &known.headers()[VARY]),
        (304, &etag, &"accept-encoding".parse().unwrap())
    );
    wall.append(&["two"]);
    reader.shows(&["one", "two"]).await;
    let new = reader.client.get(reader.url("/api/messages")).header(IF_NONE_MATCH, &etag).send().await.unwrap();
    assert_eq!(new.status(), 200);
}

#[tokio::test]
async fn two_compressed_pages_differ_only_in_the_key_of_the_form() {
    let wall = wall_of(&["one", &"two ".repeat(100)]);
    let reader = wall.reader().await;
    let first = without_key(&decoded(compressed(&reader, "/").await).await);
    let second = without_key(&decoded(compressed(&reader, "/").await).await);
    let plain = without_key(&reader.get("/").await.text().await.unwrap());
    assert_eq!((&first.0, first.1.len()), (&second.0, 26));
    assert_eq!(without_time(&first.0), without_time(&plain.0));
    assert!(first.1 != second.1 && second.1 != plain.1 && plain.1 != first.1);
}

/// Returns a page without the time at which it was rendered.
fn without_time(page: &str) -> String {
    let (before, rest) = page.split_once("as of ").unwrap();
    format!("{before}{}", rest.split_once("</time>").unwrap().1)
}

#[tokio::test]
async fn a_page_shows_a_new_message_at_once_although_it_is_shared() {
    let wall = wall_of(&["old"]);
    let reader = wall.reader().await;
    decoded(compressed(&reader, "/").await).await;
    for n in 0..5 {
        let text = format!("new {n}");
        let id = wall.append(&[&text]).pop().unwrap().id.to_string();
        reader.eventually("/api/messages", |answer| answer.to_string().contains(&id)).await;
        assert!(decoded(compressed(&reader, "/").await).await.contains(&text));
        assert!(reader.get("/").await.text().await.unwrap().contains(&text));
    }
}

/// A compressed stream, and what was read of it.
struct Compressed {
    answer: Response,
    decoder: Decoder<Vec<u8>>,
}

impl Compressed {
    async fn open(reader: &Reader) -> Self {
        Self { answer: compressed(reader, "/events").await, decoder: Decoder::new(Vec::new()) }
    }

    /// Reads until `text` was received. Fails if it is still compressed after its bytes have come.
    async fn until(&mut self, text: &str) -> String {
        loop {
            let read = String::from_utf8(self.decoder.get_ref().clone()).unwrap();
            if read.contains(text) {
                return read;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.answer.chunk())
                .await
                .unwrap_or_else(|_| panic!("{text} is not in {read}"));
            self.decoder.write_all(&chunk.unwrap().unwrap()).unwrap();
            self.decoder.flush().unwrap();
        }
    }
}

#[tokio::test]
async fn a_compressed_stream_delivers_every_message_at_once() {
    let wall = wall_of(&["old"]);
    let reader = wall.reader().await;
    let mut stream = Compressed::open(&reader).await;
    assert!(stream.until("event: status").await.starts_with("retry:1000\n\nevent: wall\n"));
    for n in 0..10 {
        wall.append(&[&format!("new {n}")]);
        let read = stream.until(&format!("\"text\":\"new {n}\"")).await;
        assert!(read.matches("event: message\n").count() == n + 1 && read.ends_with("\n\n"), "{read}");
    }
}

#[tokio::test]
async fn a_compressed_stream_is_complete_when_a_shutdown_ends_it() {
    let wall = wall_of(&["old"]);
    let reader = wall.reader().await;
    let mut stream = Compressed::open(&reader).await;
    stream.until("event: status").await;
    let (ended, rest) = tokio::join!(reader.shut_down(), stream.answer.bytes());
    ended.unwrap();
    stream.decoder.write_all(&rest.unwrap()).unwrap();
    let text = String::from_utf8(stream.decoder.finish().unwrap()).unwrap();
    assert!(text.ends_with("\n\n"));
}
