//! Messages from the command line, with and without pictures.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::{JoinHandle, spawn};

use crate::{Up, complaint, fed, messagewall};

/// Answers one request, and returns it.
fn wall(status: &str, answer: &str) -> (String, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}", answer.len());
    let request = spawn(move || {
        let mut connection = listener.accept().unwrap().0;
        let (mut request, mut part) = (Vec::new(), [0; 64 * 1024]);
        while !is_complete(&request) {
            let read = connection.read(&mut part).unwrap();
            request.extend_from_slice(&part[..read]);
        }
        connection.write_all(answer.as_bytes()).unwrap();
        request
    });
    (url, request)
}

/// Returns true if a request has all bytes of its body.
fn is_complete(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    request.len() >= end + 4 + length.unwrap()
}

#[test]
fn a_message_is_on_the_wall_and_its_id_is_printed() {
    let up = Up::start();
    let output = messagewall(&["post", "--wall", &up.address("wall"), "--author", "Ada", "Hello"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let id = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let api = up.address("API").replace("/default/MessageWall", "");
    let read = fed(&["invoke", "--endpoint", &api, "-"], r#"{"command":"read"}"#);
    let read = String::from_utf8_lossy(&read.stdout).into_owned();
    assert!(id.len() == 26 && read.contains(&id) && read.contains("Ada") && read.contains("Hello"), "{id}: {read}");
    let refused = messagewall(&["post", "--wall", &up.address("wall"), ""]).output().unwrap();
    assert!(complaint(&refused).contains("the message was refused"), "{refused:?}");
    assert_eq!(refused.status.code(), Some(1));
}

#[test]
fn a_picture_is_sent_byte_for_byte_as_a_form() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("bird.PNG");
    let picture: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    fs_err::write(&file, &picture).unwrap();
    let (url, request) = wall("201 Created", r#"{"id":"01J","repeated":false}"#);
    let file = file.to_str().unwrap();
    let output = messagewall(&["post", "--wall", &url, "--picture", file, "--author", "Ada", "Look"]).output().unwrap();
    assert_eq!((output.status.code(), &output.stdout[..]), (Some(0), &b"01J\n"[..]), "{output:?}");
    let request = request.join().unwrap();
    assert!(request.windows(picture.len()).any(|part| part == picture));
    let text = String::from_utf8_lossy(&request);
    assert!(text.starts_with("POST /api/pictures HTTP/1.1\r\n"), "{}", &text[..100]);
    for part in [
        "name=\"text\"\r\n\r\nLook\r\n",
        "name=\"author\"\r\n\r\nAda\r\n",
        "name=\"picture\"; filename=\"bird.PNG\"\r\nContent-Type: image/png\r\n\r\n",
    ] {
        assert!(text.contains(part), "no {part}");
    }
}

#[test]
fn a_message_that_cannot_be_posted_is_reported_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    fs_err::write(directory.path().join("empty.png"), "").unwrap();
    let nobody = "http://127.0.0.1:1";
    let refusal = r#"{"error":"picture_invalid","message":"picture: is no picture","field":"picture"}"#;
    let (refusing, _) = wall("422 Unprocessable Entity", refusal);
    let (other, _) = wall("200 OK", "<html>");
    for (arguments, expected) in [
        (&["--picture", "missing.png"][..], "missing.png"),
        (&["--picture", "empty.png"], "`empty.png` is empty"),
        (&["--picture", "."], "`.` is not a file"),
        (&["--wall", nobody], "nothing answers at http://127.0.0.1:1/; start `messagewall` first"),
        (&["--wall", "https://127.0.0.1:1"], "is not an http:// URL"),
        (&["--wall", &refusing], "(422 Unprocessable Entity): picture_invalid: picture: is no picture"),
        (&["--wall", &other], "is no wall: it answered 200 OK: \"<html>\""),
    ] {
        let mut command = messagewall(&["post"]);
        let output = command.args(arguments).arg("Hello").current_dir(directory.path()).output().unwrap();
        assert!(complaint(&output).contains(expected), "{}", complaint(&output));
        assert_eq!(output.status.code(), Some(1));
    }
}
