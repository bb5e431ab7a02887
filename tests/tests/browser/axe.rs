//! No barrier for anybody: axe-core finds nothing on any page, in both themes. `tests/all browser` installs it.

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use serde_json::{Value, json};
use tests::{Wall, target_directory};

use crate::browser::Browser;

fn axe() -> Result<String> {
    let path = match std::env::var_os("MESSAGEWALL_AXE") {
        Some(path) => path.into(),
        None => target_directory()?.join("tools/javascript/node_modules/axe-core/axe.min.js"),
    };
    fs_err::read_to_string(path).context("`tests/all browser` installs axe-core")
}

/// Checks the page as it is, in both themes and at two widths.
async fn check(browser: &Browser, page: &str) -> Result<()> {
    browser.run(&format!("if (!window.axe) {{ {} }} return true", axe()?), &[]).await?;
    for (scheme, width) in [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 320)] {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        browser.devtools("Emulation.setEmulatedMedia", &json!({ "features": features })).await?;
        let screen = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 1000 });
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
        let run = "window.found = undefined;
            axe.run(document, { resultTypes: ['violations'] }).then(
                ({ violations }) => { window.found = violations.map(({ id, nodes }) => [id, nodes.map((it) => it.html.slice(0, 160) + ' ' + it.failureSummary)]); },
                (error) => { window.found = [String(error)]; });
            return true";
        browser.run(run, &[]).await?;
        browser.until("the result of axe", "return window.found !== undefined", &[]).await?;
        let found = browser.run("return window.found", &[]).await?;
        ensure!(found == json!([]), "{page} in the {scheme} at {width}: {found:#}");
        let wide = browser.run("return document.documentElement.scrollWidth", &[]).await?;
        ensure!(wide.as_i64().is_some_and(|wide| wide <= width), "{page} is {wide} pixels wide at {width}");
    }
    let origins = "return [...new Set(performance.getEntriesByType('resource').map((it) => new URL(it.name).origin))]";
    let origins = browser.run(origins, &[]).await?;
    let here = browser.run("return location.origin", &[]).await?;
    ensure!(origins.as_array().is_some_and(|all| all.iter().all(|it| *it == here)), "{page} asks {origins}");
    Ok(())
}

#[tokio::test]
async fn the_wall_and_its_states_have_no_barrier() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").variable("DETAILS", "anybody").start().await?;
    let mut reader = wall.second_reader().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    check(&browser, "the empty wall").await?;
    let banner = json!({ "text": "Freeze starts at 18:00.", "tone": "warning" });
    wall.change_config(&json!({ "title": "Release wall", "banner": banner, "blocked_words": ["spam"] })).await?;
    let post = json!({ "command": "post", "text": "Numbers https://example.com/runs/1189", "author": "ann" });
    wall.invoke(&post).await?;
    browser.until("two journeys", "return document.querySelectorAll('.hops .you').length === 2", &[]).await?;
    browser.run("document.querySelectorAll('details').forEach((it) => { it.open = true; })", &[]).await?;
    browser.no_complaints().await?;
    check(&browser, "the wall").await?;

    let submit = "document.querySelector('#text').value = 'spam'; document.querySelector('#composer').requestSubmit()";
    browser.run(submit, &[]).await?;
    browser.until_shown("#refused", "spam").await?;
    check(&browser, "a refused message").await?;
    browser
        .run(
            "window.fetch = () => Promise.reject(new TypeError('no'));
        document.querySelector('#text').value = 'lost'; document.querySelector('#composer').requestSubmit()",
            &[],
        )
        .await?;
    browser.until_shown("#outbox", "not posted").await?;
    fs_err::write(wall.volume().join("config.json"), "{ \"posting\": opne }")?;
    browser.until_shown("#notices", "rejected").await?;
    check(&browser, "a message that is not posted, and a rejected configuration").await?;
    wall.change_config(&json!({ "posting": "closed" })).await?;
    browser.until_shown("#rules", "Posting is closed").await?;
    check(&browser, "closed").await?;

    browser.go(&wall.page("/login?token=secret")).await?;
    browser.until_shown("#admin-bar", "Admin, until").await?;
    browser.run("document.querySelector('#clear').click()", &[]).await?;
    check(&browser, "the wall of an administrator").await?;

    browser.go(&reader.url("/")).await?;
    reader.process.signal(Signal::KILL)?;
    reader.process.ended().await?;
    browser.until("a notice", "return !document.querySelector('#lost').hidden", &[]).await?;
    check(&browser, "a lost connection").await?;
    browser.quit().await
}

#[tokio::test]
async fn the_other_pages_have_no_barrier() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    wall.change_config(&json!({ "title": "One" })).await?;
    wall.change_config(&json!({ "title": "Two", "accent": "#123456" })).await?;
    wall.post_all(&["one", "two"]).await?;
    let browser = Browser::open(&wall.page("/login?token=secret")).await?;
    let pages = ["/history", "/history?from=0&to=2", "/admin", "/login", "/nowhere"];
    for page in pages {
        browser.visit(&wall.page(page)).await?;
        let open = "document.querySelectorAll('details').forEach((it) => { it.open = true; }); return true";
        let _: Value = browser.run(open, &[]).await?;
        check(&browser, page).await?;
    }
    browser.visit(&wall.page("/history")).await?;
    wall.change_config(&json!({ "title": "Three" })).await?;
    let publish = "document.querySelector('#change [name=title]').value = 'Mine';
        document.querySelector('#change [value=publish]').click()";
    browser.run(publish, &[]).await?;
    browser.until_shown("#change .conflict", "Somebody published").await?;
    check(&browser, "a conflict").await?;
    browser.quit().await
}
