//! Tokens in logs, in what is printed, and in error texts.

use anyhow::{Result, ensure};
use reqwest::{Method, StatusCode};
use support::Reply;
use tests::Wall;

const TOKEN: &str = "hunter2-hunter2-hunter2";

#[tokio::test]
async fn a_token_is_in_no_log_in_no_answer_and_on_no_command_line() -> Result<()> {
    let builder =
        Wall::builder()?.admin_token(TOKEN).variable("POSTER_TOKEN", "p-hunter2").variable("RUST_LOG", "trace");
    let wall = builder.start().await?;
    let guess = format!("{TOKEN}-guess");
    let mut answers = String::new();
    for (method, path, token, status) in [
        (Method::GET, "/metrics", TOKEN, StatusCode::OK),
        (Method::GET, "/metrics", &guess, StatusCode::FORBIDDEN),
        (Method::DELETE, "/api/messages", TOKEN, StatusCode::OK),
        (Method::DELETE, "/api/messages/nonsense", TOKEN, StatusCode::NOT_FOUND),
    ] {
        let reply = Reply::to(wall.http.request(method, wall.page(path)).bearer_auth(token)).await?;
        ensure!(reply.status == status, "{path}: {reply:?}");
        answers += &format!("{reply:?}");
    }
    for path in [format!("/login?token={TOKEN}"), format!("/login?token={guess}")] {
        answers += &format!("{:?}", Reply::to(wall.http.get(wall.page(&path))).await?);
    }
    let mut found = wall.process.output();
    for log in fs_err::read_dir(format!("{}.logs", wall.volume().display()))? {
        found += &fs_err::read_to_string(log?.path())?;
    }
    ensure!(found.contains("token_refused") && found.contains("127.0.0.1"), "the guesses are not logged");
    for process in fs_err::read_dir("/proc")? {
        let line = fs_err::read(process?.path().join("cmdline")).unwrap_or_default();
        found += &String::from_utf8_lossy(&line);
    }
    for place in [&found, &answers] {
        ensure!(!place.contains("hunter2"), "{}", place.split("hunter2").next().unwrap_or_default());
    }
    Ok(())
}
