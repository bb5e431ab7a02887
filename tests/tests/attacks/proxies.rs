//! The wall behind the proxies that people use: the page, posting, streams and limits.

use anyhow::{Result, ensure};
use reqwest::StatusCode;
use support::{Reply, Stream};
use tests::{Nginx, Wall, WallBuilder};

use crate::client::Client;

/// The origin of the page, in the browser.
const ORIGIN: &str = "http://wall.test";

/// Checks the page, posting and a stream through a proxy.
async fn check_works(nginx: &Nginx, origin: &str, text: &str) -> Result<()> {
    let (client, url) = (Client::new(0, 2, origin)?, |path: &str| format!("http://{}{path}", nginx.address));
    let mut stream = Stream::follow(&url("/events")).await?;
    let page = Reply::to(client.http.get(url("/"))).await?.success()?;
    ensure!(page.text()?.contains("Write on the wall"));
    let posted = client.post(&url("/api/messages"), text).await?;
    ensure!(posted.status == StatusCode::CREATED, "{posted:?}");
    stream.until("the message", |event| event.name == "message" && event.data["text"] == text).await?;
    Ok(())
}

/// Checks that a post through a proxy is refused, and that the refusal names the setting that is missing.
async fn check_refused(nginx: &Nginx, origin: &str) -> Result<()> {
    let url = format!("http://{}/api/messages", nginx.address);
    let refused = Client::new(0, 2, origin)?.post(&url, "refused").await?;
    ensure!(refused.status == StatusCode::FORBIDDEN && refused.text()?.contains("PUBLIC_ORIGIN"), "{refused:?}");
    Ok(())
}

fn wall(origin: &str) -> Result<WallBuilder> {
    Ok(Wall::builder()?.variable("PUBLIC_ORIGIN", origin))
}

#[tokio::test]
async fn the_defaults_of_nginx_need_the_public_origin_and_say_so() -> Result<()> {
    let (with, without) = (wall(ORIGIN)?.start().await?, Wall::start().await?);
    check_works(&Nginx::before(with.address(), "").await?, ORIGIN, "by the defaults").await?;
    check_refused(&Nginx::before(without.address(), "").await?, ORIGIN).await
}

#[tokio::test]
async fn a_proxy_that_passes_the_host_on_needs_no_setting_on_the_default_port() -> Result<()> {
    let wall = Wall::start().await?;
    let host = Nginx::before(wall.address(), "proxy_set_header Host $host;").await?;
    check_works(&host, ORIGIN, "by the host").await?;
    let host_and_port = Nginx::before(wall.address(), "proxy_set_header Host $host:80;").await?;
    check_works(&host_and_port, ORIGIN, "by the host and the port").await
}

#[tokio::test]
async fn on_another_port_the_host_alone_needs_the_public_origin_and_the_host_with_the_port_does_not() -> Result<()> {
    let origin = "http://wall.test:8000";
    let (with, without) = (wall(origin)?.start().await?, Wall::start().await?);
    let host = "proxy_set_header Host $host;";
    check_works(&Nginx::before(with.address(), host).await?, origin, "by the host").await?;
    check_refused(&Nginx::before(without.address(), host).await?, origin).await?;
    let host_and_port = Nginx::before(without.address(), "proxy_set_header Host $http_host;").await?;
    check_works(&host_and_port, origin, "by the host and the port").await
}

#[tokio::test]
async fn a_proxy_that_compresses_and_one_that_buffers_delay_no_event() -> Result<()> {
    let wall = wall(ORIGIN)?.start().await?;
    let compressing =
        "gzip on; gzip_min_length 1; gzip_proxied any; gzip_types *; proxy_http_version 1.1; proxy_buffering on;";
    check_works(&Nginx::before(wall.address(), compressing).await?, ORIGIN, "compressed").await
}

#[tokio::test]
async fn behind_two_proxies_each_client_has_its_own_limit_and_a_forged_address_changes_nothing() -> Result<()> {
    let wall = wall(ORIGIN)?.variable("TRUSTED_PROXIES", "2").variable("POSTS_PER_MINUTE", "3").start().await?;
    let add = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";
    // Otherwise nginx removes the header that keeps the next nginx from collecting events.
    let inner = Nginx::before(wall.address(), &format!("{add} proxy_pass_header X-Accel-Buffering;")).await?;
    let outer = Nginx::before(inner.address, add).await?;
    check_works(&outer, ORIGIN, "through two").await?;
    let url = format!("http://{}/api/messages", outer.address);
    let (flooding, honest) = (Client::new(0, 3, ORIGIN)?, Client::new(0, 4, ORIGIN)?);
    for number in 0..3 {
        flooding.post(&url, &format!("{number}")).await?.success()?;
    }
    for forged in ["198.51.100.1", "127.0.0.4, 198.51.100.1", "127.0.0.4,127.0.0.1"] {
        let request = flooding.http.post(&url).header("x-forwarded-for", forged).header("content-type", "text/plain");
        let refused = Reply::to(request.body("forged")).await?;
        ensure!(refused.status == StatusCode::TOO_MANY_REQUESTS, "{forged}: {refused:?}");
        ensure!(!refused.header("retry-after").is_empty());
    }
    honest.post(&url, "honest").await?.success()?;
    Ok(())
}
