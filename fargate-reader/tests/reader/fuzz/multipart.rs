//! Forms with a picture.

use image::ImageFormat;
use support::fuzz::{Fuzzer, Input, Verdict};

use super::connection::{Connection, Request};
use super::stage::Stage;
use crate::uploads::{encoded, form, red_and_blue};

const TYPES: [&str; 8] = [
    "multipart/form-data; boundary=edge",
    "multipart/form-data; boundary=edge",
    "multipart/form-data; boundary=edge",
    "multipart/form-data; boundary=\"edge\"",
    "multipart/form-data; charset=utf-8; boundary=edge",
    "multipart/form-data; boundary=",
    "multipart/form-data",
    "multipart/mixed; boundary=edge",
];

fn seeds() -> Vec<Vec<u8>> {
    let picture = encoded(&red_and_blue(8, 8), ImageFormat::Png);
    let fields = [("text", "Look"), ("author", "ann"), ("event", "e-1"), ("picture", "")];
    let mut seeds: Vec<_> = (0..=fields.len()).map(|count| form(&fields[..count], &picture).1).collect();
    seeds.push(form(&[("text", "no file was chosen")], b"").1);
    let extended =
        b"--edge\r\nContent-Disposition: form-data; name*=utf-8''text; name=\"te\\\"xt\"\r\n\r\nx\r\n--edge--";
    seeds.push(extended.to_vec());
    seeds
}

#[test]
fn any_form_with_a_picture_is_passed_on_or_refused() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let words =
        ["--edge\r\n", "\r\n--edge--\r\n", "name=\"picture\"", "; filename=\"a", "Content-Disposition: form-data; "];
    let fuzzer = Fuzzer::new("forms with a picture", seeds()).words(words);
    stage.run(fuzzer, |input| check(&mut connection, input));
}

fn check(connection: &mut Connection, input: &Input) -> Verdict {
    let (kind, accept) = (input.pick(0, &TYPES), input.pick(1, &["*/*", "text/html", "text/plain"]));
    let headers = format!("Content-Type: {kind}\r\nAccept: {accept}\r\n").into_bytes();
    let request = Request { method: "POST", target: b"/api/pictures", headers, body: &input.bytes };
    let answer = connection.send(&request).unwrap();
    if answer.is_passed_on() { Verdict::Accepted } else { Verdict::Refused }
}
