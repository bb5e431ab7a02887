//! Documents in AppConfig. Moto has no AppConfig Data, so a small server stands in for its two calls.

use std::process::Command;

use anyhow::{Result, ensure};

use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Process, Reply, Wall, eventually, free_address};

use crate::aws::{ensure_published, schedule};
use crate::page::Page;

fn deployment(id: &str, detail_type: &str, number: u64) -> Value {
    let named = |id: &str, name: &str| json!({"Id": id, "Name": name});
    let detail = json!({
        "Application": named("a1", "wall"), "Environment": named("e1", "production"),
        "ConfigurationProfile": named("p1", "config"), "DeploymentNumber": number, "ConfigurationVersion": "1",
    });
    support::eventbridge_from(id, "aws.appconfig", detail_type, &detail)
}

#[tokio::test]
async fn a_deployed_configuration_is_what_an_open_page_shows() -> Result<()> {
    let (directory, address) = (TempDir::new()?, free_address()?);
    let mut command = Command::new("python3");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sources/appconfig_data.py"));
    command.arg(directory.path()).arg(address.port().to_string());
    let _process = Process::start(command)?;
    let (http, url) = (support::client(), format!("http://{address}"));
    eventually("AppConfig Data", async || {
        Reply::to(http.post(format!("{url}/configurationsessions"))).await?.success()
    })
    .await?;
    let wall = Wall::builder()?
        .variable("AWS_ACCESS_KEY_ID", "none")
        .variable("AWS_SECRET_ACCESS_KEY", "none")
        .variable("AWS_ENDPOINT_URL_APPCONFIGDATA", url)
        .variable("CONFIG_APPCONFIG", "wall/production/config")
        .start()
        .await?;
    let mut page = Page::open(&wall).await?;

    fs_err::write(directory.path().join("config.yaml"), "title: First deployment\n")?;
    let start = wall.invoke(&deployment("e-0", "On Deployment Start", 3)).await?;
    ensure!(start["nothing"].is_string(), "{start}");
    let answer = wall.invoke(&deployment("e-1", "On Deployment Complete", 3)).await?;
    ensure_published(&answer, 1)?;
    ensure!(answer["cause"]["version"] == "v7", "{answer}");
    page.title("First deployment").await?;

    fs_err::write(directory.path().join("config.yaml"), "title: Lost event\n")?;
    let late = wall.invoke(&deployment("e-2", "On Deployment Complete", 2)).await?;
    ensure!(late["generation"] == 1 && late["unchanged"].is_string(), "{late}");
    wall.invoke(&schedule("s-1")).await?;
    page.title("Lost event").await?;
    Ok(())
}
