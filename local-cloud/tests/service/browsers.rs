use axum::body::Body;
use axum::http::Request;

use crate::harness::start;

/// The headers that browsers send with requests of other pages, and those of a name that was pointed at this machine.
const OF_PAGES: [&[(&str, &str)]; 4] = [
    &[("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")],
    &[("origin", "null")],
    &[("sec-fetch-site", "same-site")],
    &[("host", "evil.example:9000"), ("origin", "http://evil.example:9000")],
];

#[tokio::test]
async fn a_web_page_commands_no_door() {
    let service = start(1).await;
    let doors = [
        ("POST", format!("{}/2015-03-31/functions/MessageWall/invocations", service.api)),
        ("POST", format!("{}/default/MessageWall", service.api)),
        ("DELETE", format!("{}/default/MessageWall", service.api)),
        ("POST", format!("{}/", service.api)),
        ("GET", format!("{}/status", service.api)),
        ("GET", format!("{}/2018-06-01/runtime/invocation/next", service.runtime_api)),
        ("POST", format!("{}/2018-06-01/runtime/init/error", service.runtime_api)),
    ];
    for (method, address) in &doors {
        for headers in OF_PAGES.into_iter().chain([&[("host", "evil.example")][..]]) {
            let mut request = Request::builder().method(*method).uri(address).header("content-type", "text/plain");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = service.send(request.body(Body::from(r#"{"command":"clear"}"#)).unwrap()).await;
            assert_eq!(answer.status, 403, "{method} {address} with {headers:?}: {}", answer.text());
        }
    }
    // A person who types the address sees the wall.
    let typed = Request::get(format!("{}/default/MessageWall", service.api)).header("sec-fetch-site", "none");
    let answer = service.send(typed.body(Body::empty()).unwrap()).await;
    assert_ne!(answer.status, 403, "{}", answer.text());
}
