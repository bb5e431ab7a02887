//! Two administrators who change the configuration at the same time.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::Wall;

use crate::browser::Browser;

#[tokio::test]
async fn a_conflict_is_a_choice_of_three_for_each_field_that_both_have_changed() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    wall.change_config(&json!({ "title": "One", "max_message_chars": 100 })).await?;
    let browser = Browser::open_without_javascript(&wall.page("/login?token=secret&to=/history")).await?;
    for (name, value) in [("title", "Mine"), ("banner.text", "Read only.")] {
        let field = browser.element(&format!("#change [name='{name}']")).await?;
        field.clear().await?;
        field.send_keys(value).await?;
    }
    wall.change_config(&json!({ "title": "Theirs", "max_message_chars": 200 })).await?;
    browser.element("#change [value=publish]").await?.click().await?;
    browser.until_shown("#change .conflict", "Somebody published 2 after you began with 1.").await?;
    let three = browser.text(".three").await?;
    for part in ["title", "when you began", "One", "in force now", "Theirs", "yours", "Mine"] {
        ensure!(three.contains(part), "{part} is not in {three}");
    }
    ensure!(browser.elements(".three").await? == 1, "only the title is a choice");
    browser.element(".three input[value='Theirs']").await?.click().await?;
    browser.element("#change [value=publish]").await?.click().await?;
    browser.until_shown("#timeline .force", "Read only.").await?;
    let config = &wall.json("/api/config").await?["config"];
    assert_eq!((&config["title"], &config["max_message_chars"]), (&json!("Theirs"), &json!(200)));
    browser.quit().await
}

#[tokio::test]
async fn on_a_phone_the_answer_shows_the_reason_and_leads_to_it() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    for number in 1..=20 {
        wall.change_config(&json!({ "title": number.to_string() })).await?;
    }
    let browser = Browser::open(&wall.page("/login?token=secret")).await?;
    browser.visit(&wall.page("/history")).await?;
    let phone = json!({ "width": 375, "height": 740, "deviceScaleFactor": 1, "mobile": true });
    browser.devtools("Emulation.setDeviceMetricsOverride", &phone).await?;
    browser.element("#change").await?;
    wall.change_config(&json!({ "title": "Theirs" })).await?;
    let publish = "document.querySelector('#change [name=title]').value = 'Mine';
        document.querySelector('#change [value=publish]').click()";
    browser.run(publish, &[]).await?;
    let is_shown = "const refusal = document.querySelector('#change > .fault');
        const { top, bottom } = refusal?.getBoundingClientRect() ?? {};
        return document.activeElement === refusal && top >= 0 && bottom <= innerHeight";
    browser.until("the reason is in view and has the focus", is_shown, &[]).await?;
    browser.quit().await
}
