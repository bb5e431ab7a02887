//! Raw requests: any bytes on a connection.

use std::io::{BufReader, Cursor, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use support::fuzz::{Fuzzer, Input, Verdict};

use super::answer::Answer;
use super::stage::Stage;
use super::strict::{Requests, Rest};
use crate::requests::AMBIGUOUS;

/// The request that hides behind another one.
const HIDDEN: &str = "GET /live HTTP/1.1\r\nHost: wall\r\n\r\n";

/// The longest time in which the reader takes the bytes of a client.
const SENT_WITHIN: Duration = Duration::from_secs(5);

const PLAIN: [&str; 6] = [
    "GET / HTTP/1.1\r\nHost: wall\r\nAccept: */*\r\n\r\n",
    "HEAD /api/messages?limit=1 HTTP/1.1\r\nHost: wall\r\n\r\n",
    "POST /api/messages HTTP/1.1\r\nHost: wall\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nHello",
    "POST /history HTTP/1.1\r\nHost: wall\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n",
    "DELETE /api/messages HTTP/1.1\r\nHost: wall\r\nConnection: close\r\n\r\n",
    "GET /live HTTP/1.0\r\n\r\n",
];

#[test]
fn any_bytes_have_an_answer_to_each_request_and_never_two() {
    let stage = Stage::new();
    let ambiguous = AMBIGUOUS.iter().map(|headers| format!("POST /live HTTP/1.1\r\nHost: wall\r\n{headers}{HIDDEN}"));
    let plain = PLAIN.iter().map(|request| format!("{request}{HIDDEN}"));
    let words =
        ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "\r\n\r\n", "0\r\n\r\n", " HTTP/1.1\r\n", HIDDEN];
    let fuzzer = Fuzzer::new("raw requests", ambiguous.chain(plain)).words(words);
    stage.run(fuzzer, |input| check(&stage.address, input));
}

fn check(address: &str, input: &Input) -> Verdict {
    let Some(received) = exchange(address, &input.bytes) else { return Verdict::Refused };
    let (requests, mut received) = (Requests::of(&input.bytes), BufReader::new(Cursor::new(received)));
    let mut is_closed = false;
    for method in &requests.methods {
        let answer = Answer::read(&mut received, method).unwrap().filter(|_| !is_closed);
        let Some(answer) = answer else {
            assert!(is_closed, "a request without an answer: {requests:?}");
            return Verdict::Refused;
        };
        answer.check();
        is_closed = answer.is_last();
    }
    match requests.rest {
        Rest::Nothing => assert!(is_at_end(&mut received) || is_closed, "more answers than requests: {requests:?}"),
        Rest::Ambiguous if !is_closed => {
            // An error without a request that could be read has no body.
            let answer = Answer::read(&mut received, "POST").unwrap();
            answer.iter().for_each(Answer::check);
            assert!(is_at_end(&mut received), "two answers to an ambiguous request: {requests:?}");
        }
        Rest::Ambiguous | Rest::Unknown => {}
    }
    if requests.methods.is_empty() { Verdict::Refused } else { Verdict::Accepted }
}

fn is_at_end(received: &mut BufReader<Cursor<Vec<u8>>>) -> bool {
    let mut rest = Vec::new();
    received.read_to_end(&mut rest).unwrap();
    rest.is_empty()
}

/// Sends bytes, closes this direction of the connection, and returns everything that is answered. Of a stream that is the
/// beginning. `None` if the reader has ended the connection before it had all bytes, or does not take them because nobody
/// reads its answers.
fn exchange(address: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut connection = TcpStream::connect(address).unwrap();
    let (mut received, mut piece) = (Vec::new(), [0; 65_536]);
    connection.set_write_timeout(Some(SENT_WITHIN)).unwrap();
    connection.write_all(bytes).and_then(|()| connection.shutdown(Shutdown::Write)).ok()?;
    while let Ok(length @ 1..) = connection.read(&mut piece) {
        received.extend_from_slice(&piece[..length]);
        if received.windows(17).any(|window| window == b"text/event-stream") {
            break;
        }
    }
    Some(received)
}
