//! A browser of a test's own.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Process, eventually, free_address};
use thirtyfour::{By, ChromiumLikeCapabilities, DesiredCapabilities, LogLevel, WebDriver, WebElement};

/// Headless Chromium without anything that it does by itself.
const FLAGS: [&str; 11] = [
    "--headless",
    // As root Chromium does not start inside its sandbox.
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

/// A page in a browser. It ends with the test, and everything that it started with it.
#[derive(Debug)]
pub(crate) struct Browser {
    driver: WebDriver,
    // Declared behind the session that it serves: chromedriver and all of Chromium's processes are one group.
    _chromedriver: Process,
    _directory: TempDir,
}

impl Browser {
    /// Opens `url`, and waits until the page follows the wall.
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let browser = Self::start(&json!({})).await?;
        browser.driver.goto(url).await?;
        browser.until_shown("#connection", "live").await?;
        // It is gone after a reload, and so tells whether there was one.
        browser.run("window.sameDocument = true", &[]).await?;
        Ok(browser)
    }

    /// Opens `url` in a browser in which no script runs.
    pub(crate) async fn open_without_javascript(url: &str) -> Result<Self> {
        let browser = Self::start(&json!({ "profile.managed_default_content_settings.javascript": 2 })).await?;
        browser.driver.goto(url).await?;
        Ok(browser)
    }

    async fn start(preferences: &Value) -> Result<Self> {
        let (directory, address) = (TempDir::with_prefix("messagewall-browser-")?, free_address()?);
        let mut command = Command::new("chromedriver");
        // Whatever they write, they write there.
        command.arg(format!("--port={}", address.port())).env("TMPDIR", directory.path()).env("HOME", directory.path());
        let chromedriver = Process::start(command).context("`tests/all browser` installs it")?;
        eventually("chromedriver", async || Ok(tokio::net::TcpStream::connect(address).await?)).await?;

        let mut capabilities = DesiredCapabilities::chrome();
        for flag in FLAGS {
            capabilities.add_arg(flag)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", directory.path().join("profile").display()))?;
        capabilities.add_experimental_option("prefs", preferences)?;
        capabilities.set_browser_log_level(LogLevel::All)?;
        let driver = WebDriver::new(format!("http://{address}"), capabilities).await?;
        Ok(Self { driver, _chromedriver: chromedriver, _directory: directory })
    }

    /// The one element that `selector` finds.
    pub(crate) async fn element(&self, selector: &str) -> Result<WebElement> {
        self.driver.find(By::Css(selector)).await.with_context(|| format!("no {selector} on the page"))
    }

    /// What a person reads there.
    pub(crate) async fn text(&self, selector: &str) -> Result<String> {
        Ok(self.element(selector).await?.text().await?)
    }

    /// Runs a script; what it returns.
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

    /// Waits until a message of exactly this text, line breaks included, is on the page.
    pub(crate) async fn until_message(&self, text: &str) -> Result<()> {
        let script = "return [...document.querySelectorAll('#list .text')].some(it => it.textContent === arguments[0])";
        self.until(&format!("the message {text:?}"), script, &[json!(text)]).await
    }

    /// Waits until a person can read `text` in what `selector` finds.
    pub(crate) async fn until_shown(&self, selector: &str, text: &str) -> Result<()> {
        eventually(&format!("{text:?} in {selector}"), async || {
            let shown = self.text(selector).await?;
            ensure!(shown.contains(text), "{selector} says {shown:?}");
            Ok(())
        })
        .await
    }

    /// The texts of all messages, from the top.
    pub(crate) async fn messages(&self) -> Result<Value> {
        self.run("return [...document.querySelectorAll('#list .text')].map(it => it.textContent)", &[]).await
    }

    /// Fails when the page was loaded anew since it was opened.
    pub(crate) async fn not_reloaded(&self) -> Result<()> {
        ensure!(self.run("return window.sameDocument === true", &[]).await? == true, "the page was loaded anew");
        Ok(())
    }

    /// Fails when the browser has complained: about a script, the page's policy, something that is missing.
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

    /// Loads the page anew.
    pub(crate) async fn reload(&self) -> Result<()> {
        Ok(self.driver.refresh().await?)
    }

    /// Ends the session.
    pub(crate) async fn quit(self) -> Result<()> {
        Ok(self.driver.quit().await?)
    }
}
