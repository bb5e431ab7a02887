//! A browser that one test uses.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Process, eventually, free_address};
use thirtyfour::{By, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver, WebElement};

/// The flags of headless Chromium, without its background work.
const FLAGS: [&str; 11] = [
    "--headless",
    // Chromium does not start as root inside its sandbox.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
    "--window-size=1280,900",
];

/// A page in a browser. Dropping it ends the browser and all its processes.
#[derive(Debug)]
pub(crate) struct Browser {
    driver: WebDriver,
    // Dropped after the session. Chromedriver and all processes of Chromium are one process group.
    _chromedriver: Process,
    _directory: TempDir,
}

impl Browser {
    /// Opens `url` and waits until the page follows the wall.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let browser = Self::start(&json!({})).await?;
        browser.driver.goto(url).await?;
        browser.until_shown("#connection", "live").await?;
        // A reload removes this mark.
        browser.run("window.sameDocument = true", &[]).await?;
        Ok(browser)
    }

    /// Opens `url` in a browser without JavaScript.
    pub(crate) async fn open_without_javascript(url: &str) -> Result<Self> {
        let browser = Self::start(&json!({ "profile.managed_default_content_settings.javascript": 2 })).await?;
        browser.driver.goto(url).await?;
        Ok(browser)
    }

    async fn start(preferences: &Value) -> Result<Self> {
        let (directory, address) = (TempDir::with_prefix("messagewall-browser-")?, free_address()?);
        let mut command = Command::new("chromedriver");
        // The browser and chromedriver write their files there.
        command.arg(format!("--port={}", address.port())).env("TMPDIR", directory.path()).env("HOME", directory.path());
        let chromedriver = Process::start(command).context("`tests/all browser` installs it")?;
        eventually("chromedriver", async || Ok(tokio::net::TcpStream::connect(address).await?)).await?;

        let mut capabilities = DesiredCapabilities::chrome();
        for flag in FLAGS {
            capabilities.add_arg(flag)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", directory.path().join("profile").display()))?;
        capabilities.add_experimental_option("prefs", preferences)?;
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        let driver = WebDriver::new(format!("http://{address}"), capabilities).await?;
        Ok(Self { driver, _chromedriver: chromedriver, _directory: directory })
    }

    /// Returns the element that `selector` finds.
    pub(crate) async fn element(&self, selector: &str) -> Result<WebElement> {
        self.driver.find(By::Css(selector)).await.with_context(|| format!("no {selector} on the page"))
    }

    /// Returns the visible text of the element that `selector` finds.
    pub(crate) async fn text(&self, selector: &str) -> Result<String> {
        Ok(self.element(selector).await?.text().await?)
    }

    /// Runs a script and returns its result.
    pub(crate) async fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        Ok(self.driver.execute(script, arguments.to_vec()).await?.json().clone())
    }

    /// Waits until a script returns true.
    pub(crate) async fn until(&self, what: &str, script: &str, arguments: &[Value]) -> Result<()> {
        eventually(what, async || {
            let found = self.run(script, arguments).await?;
            ensure!(found == true, "the script returned {found}; the page says:\n{}", self.text("body").await?);
            Ok(())
        })
        .await
    }

    /// Waits until a message with exactly this text, including line breaks, is on the page.
    pub(crate) async fn until_message(&self, text: &str) -> Result<()> {
        let script = "return [...document.querySelectorAll('#list .text')].some(it => it.textContent === arguments[0])";
        self.until(&format!("the message {text:?}"), script, &[json!(text)]).await
    }

    /// Waits until the visible text of the element that `selector` finds contains `text`.
    pub(crate) async fn until_shown(&self, selector: &str, text: &str) -> Result<()> {
        eventually(&format!("{text:?} in {selector}"), async || {
            let shown = self.text(selector).await?;
            ensure!(shown.contains(text), "{selector} says {shown:?}");
            Ok(())
        })
        .await
    }

    /// Returns the texts of all messages, from the top.
    pub(crate) async fn messages(&self) -> Result<Value> {
        self.run("return [...document.querySelectorAll('#list .text')].map(it => it.textContent)", &[]).await
    }

    /// Returns an error if the page was reloaded since it was opened.
    pub(crate) async fn not_reloaded(&self) -> Result<()> {
        ensure!(self.run("return window.sameDocument === true", &[]).await? == true, "the page was loaded anew");
        Ok(())
    }

    /// Returns an error if the browser has logged an error: of a script, of the content policy, of a missing file.
    pub(crate) async fn no_complaints(&self) -> Result<()> {
        let complaints = self.driver.browser_log().await?;
        let severe: Vec<_> = complaints.iter().filter(|entry| entry.level == "SEVERE").collect();
        ensure!(severe.is_empty(), "the browser says {severe:?}");
        Ok(())
    }

    /// Sends a command of the Chrome DevTools Protocol.
    pub(crate) async fn devtools(&self, method: &str, parameters: &Value) -> Result<Value> {
        Ok(self.driver.cdp().send_raw(method, parameters).await?)
    }

    /// Returns the visible part of the page as a PNG.
    pub(crate) async fn picture(&self) -> Result<Vec<u8>> {
        Ok(self.driver.screenshot_as_png().await?)
    }

    /// Reloads the page.
    pub(crate) async fn reload(&self) -> Result<()> {
        Ok(self.driver.refresh().await?)
    }

    /// Ends the session.
    pub(crate) async fn quit(self) -> Result<()> {
        Ok(self.driver.quit().await?)
    }
}
