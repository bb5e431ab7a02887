//! Cookies: any value of the header `Cookie`.

use support::fuzz::{Fuzzer, Input, Verdict};

use super::answer::Answer;
use super::connection::{Connection, Request, on_one_line};
use super::stage::Stage;

/// Requests whose answers depend on the wall and on the role of the client only.
const REQUESTS: [(&str, &str); 5] = [
    ("GET", "/api/session"),
    ("DELETE", "/api/messages"),
    ("GET", "/api/messages"),
    ("GET", "/api/config"),
    ("GET", "/api/config/history"),
];

const SEEDS: [&str; 6] = [
    "messagewall=YWRtaW4.1790000000.c2lnbmF0dXJl",
    "messagewall=v1.admin.1790000000.0123456789abcdef0123456789abcdef; theme=dark",
    "a=1; messagewall=\"quoted\"; messagewall=again; __Host-b=%7B%22role%22%3A%22admin%22%7D",
    "role=admin",
    "$Version=1; messagewall=; =; ;;",
    "",
];

#[test]
fn any_cookie_that_the_reader_did_not_sign_changes_no_answer() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let mut answers = |cookie: &[u8]| -> Vec<_> {
        (0..REQUESTS.len()).map(|request| ask(&mut connection, request, cookie).unwrap()).collect()
    };
    let (session, without) = (stage.session(), answers(&[]));
    let with = answers(format!("Cookie: {session}\r\n").as_bytes());
    assert!(with[0].text().contains("admin"), "{}", with[0].text());
    // Damaged sessions, beside the one that is whole.
    let value = session.strip_prefix("messagewall=").unwrap().as_bytes();
    let seeds = SEEDS.into_iter().map(str::to_owned).chain([session.clone(), format!("a=b; {session}; c=d")]);
    let fuzzer = Fuzzer::new("cookies", seeds).words(["messagewall=", "; ", "admin", ".", "==", "Path=/", "\""]);
    stage.run(fuzzer, |input| {
        let has_session = input.bytes.windows(value.len()).any(|window| window == value);
        check(&mut connection, input, &without, has_session.then_some(&with[..]))
    });
}

/// Checks that the answer is the one without a session, or the one `with` it if the input contains it.
fn check(connection: &mut Connection, input: &Input, without: &[Answer], with: Option<&[Answer]>) -> Verdict {
    let request = input.choose(0, REQUESTS.len());
    let cookie = [b"Cookie: ", &on_one_line(&input.bytes)[..], b"\r\n"].concat();
    // Half of the requests have a second header, which browsers do not send.
    let cookies = if input.choose(1, 2) == 0 { cookie } else { [&cookie[..], b"Cookie: theme=dark\r\n"].concat() };
    let Some(answer) = ask(connection, request, &cookies) else { return Verdict::Refused };
    let is = |expected: &Answer| (answer.status, &answer.body) == (expected.status, &expected.body);
    if is(&without[request]) || with.is_some_and(|with| is(&with[request])) {
        return Verdict::Accepted;
    }
    let without = &without[request];
    assert!([400, 431].contains(&answer.status), "{} without a cookie, {} with it", without.text(), answer.text());
    Verdict::Refused
}

fn ask(connection: &mut Connection, request: usize, cookies: &[u8]) -> Option<Answer> {
    let (method, target) = REQUESTS[request];
    connection.send(&Request { method, target: target.as_bytes(), headers: cookies.to_vec(), body: b"" })
}
