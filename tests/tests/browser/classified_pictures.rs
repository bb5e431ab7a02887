//! The pictures of the README that show pictures with their labels. `tests/screenshots` copies them to `docs/`.

use anyhow::{Context, Result};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use shapes::make::{Options, make};
use shapes::{Shape, draw, jpeg};
use tests::{Reply, Wall};

use crate::browser::Browser;
use crate::pictures::keep;

/// The shape and the seed of a picture.
type Drawn = (Shape, u64);

/// The messages: author, text and picture.
const MESSAGES: [(&str, &str, Option<Drawn>); 3] = [
    ("moritz", "High water is at 16:20 today, bring boots.", None),
    ("jo", "Found on the beach. A heart, or do I only wish it?", Some((Shape::Heart, 4))),
    ("lena", "And this one was right beside it.", Some((Shape::Star, 2))),
];

#[tokio::test]
async fn the_pictures_of_classified_pictures_can_be_made() -> Result<()> {
    let wall = Wall::start().await?;
    make(&wall.volume().join("models"), "shapes", &Options::default())?;
    wall.change_config(&json!({ "title": "Shapes of the shore" })).await?;
    for (author, text, drawn) in MESSAGES {
        post(&wall, author, text, drawn).await?;
    }
    let browser = Browser::open(&wall.page("/")).await?;
    let labels = "return [...document.querySelectorAll('#list .label')].filter((it) => it.innerText.includes('By shapes')).length === 2";
    browser.until("two labels", labels, &[]).await?;
    browser.devtools("Emulation.setScrollbarsHidden", &json!({ "hidden": true })).await?;
    for (name, scheme, screen) in [
        ("pictures-light", "light", screen(1280, 1250, false)),
        ("pictures-dark", "dark", screen(1280, 1250, false)),
        ("pictures-phone", "light", screen(390, 1000, true)),
    ] {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", &media).await?;
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
        browser.until("nothing that moves", "return document.getAnimations().length === 0", &[]).await?;
        let loaded = "return [...document.querySelectorAll('#list img')].every((it) => it.complete && it.naturalWidth)";
        browser.until("all pictures", loaded, &[]).await?;
        keep(name, &browser.picture().await?)?;
    }
    browser.no_complaints().await?;
    browser.quit().await
}

fn screen(width: u32, height: u32, mobile: bool) -> Value {
    json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile })
}

async fn post(wall: &Wall, author: &str, text: &str, drawn: Option<Drawn>) -> Result<()> {
    let Some((shape, seed)) = drawn else {
        let message = json!({ "author": author, "text": text });
        Reply::to(wall.http.post(wall.page("/api/messages")).json(&message)).await?.success()?;
        return Ok(());
    };
    let picture = jpeg::encode(&draw::poster(shape, seed, 1200, 800)).context("a picture")?;
    let form = Form::new().text("author", author.to_owned()).text("text", text.to_owned());
    let form = form.part("picture", Part::bytes(picture).file_name("IMG_2041.jpg"));
    Reply::to(wall.http.post(wall.page("/api/pictures")).multipart(form)).await?.success()?;
    Ok(())
}
