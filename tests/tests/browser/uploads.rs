//! Pictures: choosing, posting, labels, removing.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use shapes::make::{Options, make};
use shapes::{Shape, draw, jpeg};
use shared_volume::Volume;
use shared_volume::message::Findings;
use shared_volume::wall::WallWriter;
use tempfile::TempDir;
use tests::{Wall, eventually};

use crate::browser::Browser;

/// Returns a picture of 1280 pixels in width.
fn picture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/wall-light.png")
}

async fn wall_with_pictures() -> Result<Wall> {
    // Nobody answers for this function: the test writes the labels.
    let wall = Wall::builder()?.variable("MESSAGEWALL_INFERENCE_ENVIRONMENTS", "0");
    wall.variable("INFERENCE_FUNCTION", "Nobody").start().await
}

async fn choose(browser: &Browser, file: &Path) -> Result<()> {
    let file = fs_err::canonicalize(file)?;
    Ok(browser.element("#picture").await?.send_keys(file.to_str().context("a path in UTF-8")?).await?)
}

/// Waits until the newest message has a picture that is loaded, and returns the id of the message.
async fn until_picture(browser: &Browser) -> Result<String> {
    let loaded =
        "const it = document.querySelector('#list > .message img'); return Boolean(it?.complete && it.naturalWidth)";
    browser.until("a picture on the wall", loaded, &[]).await?;
    let id = browser.run("return document.querySelector('#list > .message').id.slice(2)", &[]).await?;
    Ok(id.as_str().context("an id")?.to_owned())
}

fn write_label(wall: &Wall, id: &str, findings: Findings) -> Result<()> {
    let mut writer = WallWriter::new(Volume::new(wall.volume()).wall(None));
    writer.label(id, findings, "test:label", Instant::now() + Duration::from_secs(5))?;
    Ok(())
}

/// Returns the places of everything below and beside the label.
const PLACES: &str =
    "return JSON.stringify([...document.querySelectorAll('#list > li, .picture img, .label, .by')].map((it) => {
    const { top, left, width, height } = it.getBoundingClientRect();
    return [top, left, width, height].map(Math.round);
}))";

#[tokio::test]
async fn a_picture_is_previewed_and_posted_and_nothing_moves_when_its_label_comes() -> Result<()> {
    let wall = wall_with_pictures().await?;
    wall.post("the message below").await?.success()?;
    let (browser, visitor) = (Browser::open(&wall.page("/")).await?, Browser::open(&wall.page("/")).await?);
    choose(&browser, &picture()).await?;
    browser.until_shown("#chosen", "wall-light.png").await?;
    browser.until_shown("#chosen", "1\u{202f}280 ×").await?;
    browser.until_shown("#chosen", "Place and camera are taken out.").await?;
    browser.element("#chosen-remove").await?.click().await?;
    browser.until("no preview", "return document.querySelector('#chosen').hidden", &[]).await?;

    choose(&browser, &picture()).await?;
    browser.element("#author").await?.send_keys("jo").await?;
    browser.element("#text").await?.send_keys("Two of them").await?;
    browser.element("#post").await?.click().await?;
    for page in [&browser, &visitor] {
        until_picture(page).await?;
        page.until_shown("#list .label", "Looking…").await?;
    }
    let emptied = "return document.querySelector('#chosen').hidden && !document.querySelector('#picture').files.length";
    browser.until("an empty form", emptied, &[]).await?;

    let id = until_picture(&browser).await?;
    // The colours of a message that has just arrived fade, and nothing moves any more.
    browser.until("a message that has arrived", "return !document.querySelector('.arriving')", &[]).await?;
    let before = browser.run(PLACES, &[]).await?;
    let classes = [("053.Western_Grebe", 0.962), ("052.Horned_Grebe", 0.019), ("050.Eared_Grebe", 0.007)];
    let classes = classes.map(|(class, probability)| (class.to_owned(), probability)).to_vec();
    let model = Some("nts-net".to_owned());
    write_label(&wall, &id, Findings { classes, model, took_ms: Some(712), ..Findings::default() })?;
    for page in [&browser, &visitor] {
        page.until_shown("#list .found", "Western Grebe").await?;
        page.until_shown("#list .by", "By nts-net in 0.71 s, warm.").await?;
        page.until_shown("#list .by", "A guess by a machine, not by jo.").await?;
        let described = "return document.querySelector('#list img').alt === 'Western Grebe, 96 %, a guess by nts-net'";
        page.until("a description", described, &[]).await?;
    }
    assert_eq!(browser.run(PLACES, &[]).await?, before, "something has moved");
    browser.not_reloaded().await?;
    browser.reload().await?;
    until_picture(&browser).await?;
    browser.until("the same places", &PLACES.replacen("return", "return arguments[0] ===", 1), &[before]).await?;
    for page in [browser, visitor] {
        page.no_complaints().await?;
        page.quit().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_refused_picture_shows_the_reason_and_keeps_what_was_chosen_and_typed() -> Result<()> {
    let (wall, directory) = (wall_with_pictures().await?, TempDir::new()?);
    let browser = Browser::open(&wall.page("/")).await?;
    let fake = directory.path().join("fake.jpg");
    fs_err::write(&fake, "<script>alert(1)</script>")?;
    choose(&browser, &fake).await?;
    browser.element("#text").await?.send_keys("still here").await?;
    browser.element("#post").await?.click().await?;
    browser.until_shown("#refused", "no picture").await?;
    let kept = "return document.querySelector('#text').value === 'still here'
        && document.querySelector('#picture').files[0].name === 'fake.jpg'";
    browser.until("what was chosen and typed", kept, &[]).await?;
    assert_eq!(wall.get().await?, "No message yet.");
    browser.quit().await
}

#[tokio::test]
async fn a_picture_is_dropped_or_pasted_and_needs_no_text() -> Result<()> {
    let wall = wall_with_pictures().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    for (number, event) in [(1, "drop"), (2, "paste")] {
        let script = "
            const canvas = new OffscreenCanvas(300, 200);
            canvas.getContext('2d').fillRect(0, 0, 100, 100);
            canvas.convertToBlob({ type: 'image/png' }).then((blob) => {
                const files = new DataTransfer();
                files.items.add(new File([blob], 'shot.png', { type: 'image/png' }));
                const init = { bubbles: true, cancelable: true, dataTransfer: files, clipboardData: files };
                const Type = arguments[0] === 'drop' ? DragEvent : ClipboardEvent;
                document.body.dispatchEvent(new Type(arguments[0], init));
            });
            return true";
        browser.until("an event", script, &[json!(event)]).await?;
        browser.until_shown("#chosen", "300 × 200 px").await?;
        browser.element("#post").await?.click().await?;
        let all = "return [...document.querySelectorAll('#list img')].filter((it) => it.naturalWidth).length === arguments[0]";
        browser.until("the pictures", all, &[json!(number)]).await?;
    }
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn without_a_script_the_form_posts_a_picture_and_a_text_alone() -> Result<()> {
    let wall = wall_with_pictures().await?;
    let browser = Browser::open_without_javascript(&wall.page("/")).await?;
    choose(&browser, &picture()).await?;
    browser.element("#text").await?.send_keys("with a picture").await?;
    browser.element("#post").await?.click().await?;
    let shown = browser.element("#list img").await?;
    let small = shown.attr("src").await?.context("an address")?;
    ensure!(wall.http.get(wall.page(&small)).send().await?.status() == 200, "{small}");
    assert_eq!(shown.attr("alt").await?.as_deref(), Some("Picture by somebody"));
    browser.element("#text").await?.send_keys("words alone").await?;
    browser.element("#post").await?.click().await?;
    browser.until_shown("#list", "words alone").await?;
    assert_eq!(wall.get().await?, "with a picture\nwords alone\n");
    browser.quit().await
}

#[tokio::test]
async fn a_removed_message_takes_its_picture_with_it() -> Result<()> {
    let wall = wall_with_pictures().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    choose(&browser, &picture()).await?;
    browser.element("#post").await?.click().await?;
    let id = until_picture(&browser).await?;
    let page: Value = wall.json("/api/messages").await?;
    let url = page["messages"][0]["picture"]["url"].as_str().context("a picture")?.to_owned();
    assert_eq!(wall.http.get(wall.page(&url)).send().await?.status(), 200);
    wall.invoke(&json!({ "command": "remove", "id": id })).await?;
    browser.until("no picture", "return !document.querySelector('#list img')", &[]).await?;
    eventually("nothing at its address", async || {
        let status = wall.http.get(wall.page(&url)).send().await?.status();
        ensure!(status == 404, "{status}");
        Ok(())
    })
    .await?;
    browser.quit().await
}

#[tokio::test]
async fn pictures_and_labels_fit_a_phone() -> Result<()> {
    let wall = wall_with_pictures().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    choose(&browser, &picture()).await?;
    browser.element("#post").await?.click().await?;
    let id = until_picture(&browser).await?;
    let long = "w".repeat(200);
    let findings = Findings { classes: vec![(long.clone(), 0.9)], model: Some(long), ..Findings::default() };
    write_label(&wall, &id, findings)?;
    browser.until_shown("#list .found", "www").await?;
    for width in [320, 360] {
        let phone = json!({ "width": width, "height": 740, "deviceScaleFactor": 2, "mobile": true });
        browser.devtools("Emulation.setDeviceMetricsOverride", &phone).await?;
        browser.reload().await?;
        until_picture(&browser).await?;
        choose(&browser, &picture()).await?;
        let wide = browser.run("return document.documentElement.scrollWidth", &[]).await?;
        assert_eq!(wide, width, "the page is wider than the screen");
    }
    browser.quit().await
}

/// The model is real, and so is the function.
#[tokio::test]
async fn the_label_of_a_real_model_arrives_live_under_the_picture() -> Result<()> {
    let (wall, drawn) = (Wall::start().await?, TempDir::new()?);
    make(&wall.volume().join("models"), "shapes", &Options::default())?;
    let star = drawn.path().join("a picture.jpg");
    fs_err::write(&star, jpeg::encode(&draw::poster(Shape::Star, 3, 1200, 900))?)?;
    let browser = Browser::open(&wall.page("/")).await?;
    choose(&browser, &star).await?;
    browser.element("#post").await?.click().await?;
    until_picture(&browser).await?;
    browser.until_shown("#list .found", "star").await?;
    browser.until_shown("#list .by", "By shapes in").await?;
    browser.not_reloaded().await?;
    browser.no_complaints().await?;
    browser.quit().await
}
