//! The page, its assets, the metrics, and errors.

use serde_json::{Value, json};

use crate::wall::{Reader, Wall};

#[tokio::test]
async fn every_response_has_the_security_headers() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    for path in ["/", "/api/status", "/nowhere"] {
        let answer = reader.get(path).await;
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn an_unknown_address_is_reported_to_programs_and_to_people() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    for (path, error) in [("/nowhere", "route_unknown"), ("/w/team", "wall_unknown"), ("/assets/x", "route_unknown")] {
        let answer = reader.get(path).await;
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], json!(error));
        let answer = reader.client.get(reader.url(path)).header("Accept", "text/html").send().await.unwrap();
        assert_eq!(answer.status(), 404);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    }
}

#[tokio::test]
async fn an_error_is_a_page_for_people_and_json_for_programs() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let accepted = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for path in ["/status?storage=1&storage=2", "/status?storage=%ff", "/history?only=%ff", "/?seen=%3Cb%3E&seen=2"] {
        let answer = reader.get(path).await;
        assert_eq!(answer.status(), 400, "{path}");
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], json!("parameter_invalid"));
        let answer = reader.client.get(reader.url(path)).header("Accept", accepted).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
            (400, "text/html; charset=utf-8"),
            "{path}"
        );
        let page = answer.text().await.unwrap();
        assert!(page.contains("<h1>This cannot be done</h1>") && page.contains("To the wall"), "{page}");
    }
    let put = reader.client.put(reader.url("/status")).header("Accept", accepted).send().await.unwrap();
    assert_eq!(
        (put.status().as_u16(), put.headers()["content-type"].to_str().unwrap()),
        (405, "text/html; charset=utf-8")
    );
}

#[tokio::test]
async fn an_unsupported_method_is_refused_with_those_that_are_supported() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let answer = reader.client.put(reader.url("/api/messages")).send().await.unwrap();
    assert_eq!(answer.status(), 405);
    assert!(answer.headers()["allow"].to_str().unwrap().contains("DELETE"));
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], json!("method_unsupported"));
}

#[tokio::test]
async fn the_accent_is_a_stylesheet_because_the_policy_forbids_inline_styles() {
    let wall = Wall::empty();
    wall.configure(json!({ "accent": "#0a1b2c" }));
    let reader = wall.reader().await;
    let running = reader.get("/accent.css").await;
    assert_eq!(running.headers()["content-type"], "text/css; charset=utf-8");
    let named = reader.get("/accent.css?c=0a1b2c").await;
    assert_eq!(running.text().await.unwrap(), named.text().await.unwrap());
    assert_eq!(reader.get("/accent.css?c=red;}").await.status(), 400);
}

#[tokio::test]
async fn an_asset_named_with_its_content_may_be_kept_for_ever() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let page = reader.get("/").await.text().await.unwrap();
    let begin = page.find("/assets/wall.css?v=").expect("the page names its stylesheet");
    let address = &page[begin..begin + page[begin..].find('"').unwrap()];
    let answer = reader.get(address).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    let etag = answer.headers()["etag"].clone();
    assert_eq!(reader.get("/assets/wall.css").await.headers()["cache-control"], "no-cache");
    let again = reader.client.get(reader.url(address)).header("If-None-Match", etag).send().await.unwrap();
    assert_eq!(again.status(), 304);
}

#[tokio::test]
async fn the_schema_of_a_configuration_is_served() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let schema = reader.json("/api/config/schema").await;
    assert!(schema["properties"]["keep_messages"].is_object(), "{schema:#}");
    assert_eq!(schema["additionalProperties"], json!(false));
}

#[tokio::test]
async fn the_metrics_describe_the_wall() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "Counted" }));
    let reader = Reader::start_with_admin(&wall, "secret").await;
    reader.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
    wall.append(&["one", "two"]);
    reader.shows(&["one", "two"]).await;
    let metrics = reader.client.get(reader.url("/metrics")).bearer_auth("secret").send().await.unwrap();
    let metrics = metrics.text().await.unwrap();
    let expected = [
        "messagewall_messages 2",
        "messagewall_config_generation 1",
        "messagewall_config_rejected 0",
        "messagewall_streams_open 0",
        "messagewall_volume_ok 1",
        "messagewall_journey_seconds_count 2",
        r#"messagewall_http_requests_total{route="/ready",method="GET",status="200"}"#,
    ];
    for line in expected {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
}

#[tokio::test]
async fn unknown_parameters_are_ignored_everywhere() {
    let wall = Wall::empty();
    wall.append(&["one"]);
    let reader = wall.reader().await;
    for path in ["/api/messages?limit=5&", "/?", "/events?", "/assets/wall.css?", "/accent.css?", "/api/status?"] {
        for unknown in ["_=1732512345678", "%zz=%", "x=%FF&x=%C3", "a&a&=&&", "utm=%E2%82"] {
            let answer = reader.get(&format!("{path}{unknown}")).await;
            assert_eq!(answer.status(), 200, "{path}{unknown}");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_not_utf8_is_refused() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    for path in ["/w/%FF", "/assets/%FF", "/?before=%FF", "/events?after=%FF", "/assets/wall.css?v=%FF"] {
        let answer = reader.get(path).await;
        assert_eq!(answer.status(), 400, "{path}");
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], json!("parameter_invalid"), "{path}");
    }
}

#[tokio::test]
async fn a_page_has_a_length_and_answers_head_although_it_is_sent_in_pieces() {
    let wall = Wall::empty();
    wall.append(&["one", &"two ".repeat(100)]);
    let reader = wall.reader().await;
    let page = reader.get("/").await;
    let length: usize = page.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(page.bytes().await.unwrap().len(), length);
    let head = reader.client.head(reader.url("/")).send().await.unwrap();
    assert_eq!(head.headers()["content-length"].to_str().unwrap(), length.to_string());
    let all = reader.client.head(reader.url("/api/messages")).send().await.unwrap();
    assert!(all.headers().contains_key("etag") && all.bytes().await.unwrap().is_empty());
}
