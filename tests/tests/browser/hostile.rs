//! Messages that were written to break the page.

use anyhow::{Result, ensure};
use serde_json::json;
use tempfile::TempDir;
use tests::Wall;

use crate::browser::Browser;

const COUNT: usize = 500;

/// Returns a hostile text. None of them may run or break the layout.
fn hostile(number: usize) -> String {
    let script = format!("window.broken={number}");
    let texts = [
        format!("<img src=x onerror=\"{script}\"><script>{script}</script>"),
        format!("</div></li></ol></main><svg/onload={script}>"),
        format!(
            "javascript:{script} data:text/html,<script>{script}</script> https://a.example/\"onmouseover=\"{script}"
        ),
        format!("<style>*{{display:none}}</style><base href=//evil.example><a href=javascript:{script}>x</a>"),
        "\u{202e}\u{2066}backwards\u{2069}\u{202d} \u{200f}\u{061c} and on".to_owned(),
        "\u{200b}\u{200d}\u{feff}\u{2060}".repeat(40) + "zero width",
        "\u{fdfd}".repeat(200),
        "Ｗ".repeat(4000),
        format!("Z{}", "\u{0300}\u{0489}\u{0336}".repeat(1200)),
        "a\u{0}b\u{1b}[2J\u{7}\u{85}\u{9f}c\u{2028}d\u{2029}e".to_owned(),
        format!("{{\"id\":\"01KAS0000000000000000{number:05}\",\"text\":\"<b>\"}}"),
        "\n".repeat(3000) + "far down",
        format!("https://{}example", "a.".repeat(1500)),
        "&lt;script&gt;{{7*7}}${7*7}<!-- -->]]>".to_owned(),
    ];
    texts[number % texts.len()].clone()
}

#[tokio::test]
async fn of_five_hundred_hostile_messages_none_runs_and_none_breaks_the_page() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let wall = Wall::builder()?.volume(&directory.path().join("volume")).start().await?;
    wall.change_config(&json!({ "max_message_chars": 4000 })).await?;
    let authors = ["<b>ann</b>", "\u{202e}nna", "Ｗ", "Z\u{0300}\u{0300}\u{0300}", "\"onclick=\"x"];
    for first in (0..COUNT).step_by(50) {
        let messages = (first..first + 50).map(|n| json!({ "text": hostile(n), "author": authors[n % authors.len()] }));
        wall.invoke(&json!({ "command": "post", "messages": messages.collect::<Vec<_>>() })).await?;
    }
    let browser = Browser::open(&wall.page("/")).await?;
    let shown = wall.json("/api/messages?limit=1000").await?["messages"].as_array().map_or(0, Vec::len);
    ensure!(shown > COUNT * 9 / 10, "only {shown} were accepted");
    // All of them, page by page.
    browser.load_older(shown).await?;
    wall.post(hostile(0)).await?.success()?;
    browser.until_message(&hostile(0)).await?;
    for width in [320, 1280] {
        let screen = json!({ "width": width, "height": 740, "deviceScaleFactor": 1, "mobile": width < 1000 });
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
        let found = browser.run("return document.documentElement.scrollWidth", &[]).await?;
        ensure!(found.as_u64().is_some_and(|found| found <= width), "{found} pixels wide at {width}");
        let overlaps = "let bottom = -Infinity; let bad = [];
            for (const item of document.querySelectorAll('#list > li')) {
              const box = item.getBoundingClientRect();
              if (box.top < bottom - 1 || box.height > 2000) bad.push(item.id);
              bottom = box.bottom;
            }
            return bad";
        assert_eq!(browser.run(overlaps, &[]).await?, json!([]), "entries that overlap at {width}");
    }
    ensure!(browser.run("return window.broken === undefined && document.querySelectorAll('#list script, #list img, #list style, base').length === 0", &[]).await? == true, "a message was run");
    let links = "return [...document.querySelectorAll('#list .text a')].every((it) => /^https?:/.test(it.href))";
    ensure!(browser.run(links, &[]).await? == true, "a link leads elsewhere");
    browser.no_complaints().await?;
    browser.quit().await
}
