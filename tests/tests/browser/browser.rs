//! A browser that one test uses.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Process, eventually, free_address};
use thirtyfour::{
    By, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver, WebElement, WindowHandle,
};

/// The flags of headless Chromium, without its background work.
const FLAGS: [&str; 12] = [
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
    // A name that is no secure context over plain HTTP, unlike 127.0.0.1.
    "--host-resolver-rules=MAP wall.lan 127.0.0.1",
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
        browser.go(url).await?;
        // A reload removes this mark.
        browser.run("window.sameDocument = true", &[]).await?;
        Ok(browser)
    }

    /// Opens an empty tab and turns to it.
    pub(crate) async fn new_tab(&self) -> Result<WindowHandle> {
        let tab = self.driver.new_tab().await?;
        self.turn_to(&tab).await?;
        Ok(tab)
    }

    /// Opens `url` in the tab, and waits until the page follows the wall.
    pub(crate) async fn go(&self, url: &str) -> Result<()> {
        self.driver.goto(url).await?;
        self.until_shown("#connection", "live").await
    }

    /// Runs a script on each page that the tab opens from now on, before the scripts of the page. It finds the page complete.
    pub(crate) async fn before_scripts(&self, script: &str) -> Result<()> {
        let source = format!("document.addEventListener('readystatechange', () => {{ {script} }}, {{ once: true }})");
        self.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({ "source": source })).await?;
        Ok(())
    }

    /// Turns to another tab.
    pub(crate) async fn turn_to(&self, tab: &WindowHandle) -> Result<()> {
        Ok(self.driver.switch_to_window(tab.clone()).await?)
    }

    /// Returns the tab that the next commands go to.
    pub(crate) async fn tab(&self) -> Result<WindowHandle> {
        Ok(self.driver.window().await?)
    }

    /// Closes the tab.
    pub(crate) async fn close_tab(&self) -> Result<()> {
        Ok(self.driver.close_window().await?)
    }

    /// Goes back to the page before.
    pub(crate) async fn back(&self) -> Result<()> {
        Ok(self.driver.back().await?)
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

    /// Waits until `selector` finds an element, and returns it. A click is answered before the next page is there.
    pub(crate) async fn element(&self, selector: &str) -> Result<WebElement> {
        eventually(selector, async || Ok(self.driver.find(By::Css(selector)).await?)).await
    }

    /// Returns the number of elements that `selector` finds.
    pub(crate) async fn elements(&self, selector: &str) -> Result<usize> {
        Ok(self.driver.find_all(By::Css(selector)).await?.len())
    }

    /// Presses keys where the focus is.
    pub(crate) async fn keys(&self, keys: &str) -> Result<()> {
        Ok(self.driver.active_element().await?.send_keys(keys).await?)
    }

    /// Loads older messages until the page shows `count`.
    pub(crate) async fn load_older(&self, count: usize) -> Result<()> {
        let shown = "return document.querySelectorAll('.list > .message').length";
        while self.run(shown, &[]).await?.as_u64().is_some_and(|shown| shown < count as u64) {
            let before = self.run(shown, &[]).await?;
            self.run("document.querySelector('#older a').click(); return true", &[]).await?;
            let more = "return document.querySelectorAll('.list > .message').length > arguments[0]";
            self.until("older messages", more, &[before]).await?;
        }
        Ok(())
    }

    /// Opens `url` in the tab, whatever is there.
    pub(crate) async fn visit(&self, url: &str) -> Result<()> {
        Ok(self.driver.goto(url).await?)
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
            if found != true {
                // WebDriver takes seconds for the text of a long page, in which the page does nothing else.
                let page = self.run("return document.body.innerText", &[]).await?;
                bail!("the script returned {found}; the page says:\n{}", page.as_str().unwrap_or_default());
            }
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
