//! Many tabs of one browser.

use anyhow::{Result, ensure};
use rustix::process::Signal;
use serde_json::{Value, json};
use tests::{Wall, eventually};
use thirtyfour::WindowHandle;

use crate::browser::Browser;

/// A browser opens six connections to a host, so ten tabs need a shared one.
const TABS: usize = 10;

/// Several tabs of one browser on a wall.
struct Tabs {
    wall: Wall,
    browser: Browser,
    url: String,
    tabs: Vec<WindowHandle>,
    posted: Vec<String>,
}

impl Tabs {
    async fn open(count: usize) -> Result<Self> {
        let wall = Wall::start().await?;
        // Over plain HTTP, as from another machine.
        let url = wall.page("/").replace("127.0.0.1", "wall.lan");
        let browser = Browser::open(&url).await?;
        ensure!(browser.run("return isSecureContext", &[]).await? == false, "{url} is a secure context");
        let tabs = vec![browser.tab().await?];
        let mut opened = Self { wall, browser, url, tabs, posted: Vec::new() };
        while opened.tabs.len() < count {
            opened.another().await?;
        }
        Ok(opened)
    }

    async fn another(&mut self) -> Result<()> {
        self.open_tab(&self.url.clone()).await?;
        self.at_most_two_streams().await
    }

    async fn open_tab(&mut self, url: &str) -> Result<()> {
        self.tabs.push(self.browser.new_tab().await?);
        self.browser.go(url).await
    }

    async fn streams(&self) -> Result<Value> {
        Ok(self.wall.json("/api/status").await?["streams"].clone())
    }

    async fn at_most_two_streams(&self) -> Result<()> {
        let streams = self.streams().await?;
        ensure!(streams.as_u64().is_some_and(|streams| streams <= 2), "{streams} streams");
        Ok(())
    }

    async fn until_streams(&self, count: u64) -> Result<()> {
        eventually(&format!("{count} streams"), async || {
            let streams = self.streams().await?;
            ensure!(streams == count, "{streams} streams");
            Ok(())
        })
        .await
    }

    async fn post(&mut self, text: &str) -> Result<()> {
        self.wall.post(text.to_owned()).await?.success()?;
        self.posted.insert(0, text.to_owned());
        self.at_most_two_streams().await
    }

    /// Posts a message, and waits until every tab shows each message once.
    async fn post_and_see(&mut self, text: &str) -> Result<()> {
        self.post(text).await?;
        self.all_see().await
    }

    async fn all_see(&self) -> Result<()> {
        for tab in &self.tabs {
            self.browser.turn_to(tab).await?;
            self.browser.until_message(&self.posted[0]).await?;
            ensure!(self.browser.messages().await? == json!(self.posted), "{}", self.browser.messages().await?);
        }
        Ok(())
    }

    /// Forgets the first tab, which has the oldest claim to the stream, and turns to it.
    async fn turn_to_first(&mut self) -> Result<WindowHandle> {
        let first = self.tabs.remove(0);
        self.browser.turn_to(&first).await?;
        Ok(first)
    }

    /// Returns the cursor of the page, as it was loaded.
    async fn place(&self) -> Result<Value> {
        self.browser.run("return document.querySelector('#list').dataset.cursor", &[]).await
    }
}

#[tokio::test]
async fn ten_tabs_share_one_stream_and_each_shows_every_message_once() -> Result<()> {
    let mut tabs = Tabs::open(TABS).await?;
    tabs.until_streams(1).await?;
    tabs.post_and_see("to all").await?;
    // The last tab has connections left for its own requests.
    tabs.browser.element("#text").await?.send_keys("from the last").await?;
    tabs.browser.element("#post").await?.click().await?;
    tabs.posted.insert(0, "from the last".to_owned());
    tabs.all_see().await?;
    tabs.until_streams(1).await?;
    tabs.another().await?;
    tabs.post_and_see("to one more").await?;
    tabs.until_streams(1).await?;
    tabs.browser.quit().await
}

#[tokio::test]
async fn the_stream_outlives_the_tab_that_was_opened_first() -> Result<()> {
    let mut tabs = Tabs::open(3).await?;
    tabs.turn_to_first().await?;
    tabs.browser.close_tab().await?;
    tabs.post_and_see("after one was closed").await?;

    let frozen = tabs.turn_to_first().await?;
    tabs.browser.devtools("Page.setWebLifecycleState", &json!({ "state": "frozen" })).await?;
    tabs.post_and_see("while one is frozen").await?;
    tabs.browser.turn_to(&frozen).await?;
    tabs.browser.devtools("Page.setWebLifecycleState", &json!({ "state": "active" })).await?;
    tabs.tabs.push(frozen);
    tabs.all_see().await?;
    tabs.post_and_see("after it").await?;
    tabs.until_streams(1).await?;
    tabs.browser.quit().await
}

#[tokio::test]
async fn a_tab_that_crashes_takes_nothing_from_the_others() -> Result<()> {
    let mut tabs = Tabs::open(4).await?;
    tabs.post_and_see("before").await?;
    tabs.turn_to_first().await?;
    // There is no answer from a tab that has crashed.
    let _ = tabs.browser.devtools("Page.crash", &json!({})).await;
    tabs.post("meanwhile").await?;
    tabs.post_and_see("after").await?;
    tabs.until_streams(1).await?;
    tabs.browser.quit().await
}

#[tokio::test]
async fn every_tab_shows_that_the_connection_is_lost_and_what_was_missed() -> Result<()> {
    let mut tabs = Tabs::open(2).await?;
    let mut reader = tabs.wall.second_reader().await?;
    for _ in 0..2 {
        tabs.turn_to_first().await?;
        tabs.open_tab(&reader.url("/")).await?;
    }
    reader.process.signal(Signal::KILL)?;
    reader.process.ended().await?;
    for tab in &tabs.tabs {
        tabs.browser.turn_to(tab).await?;
        tabs.browser.until_shown("body", "The connection is lost").await?;
    }
    tabs.post("meanwhile").await?;
    let reader = reader.again().await?;
    tabs.all_see().await?;
    for tab in &tabs.tabs {
        tabs.browser.turn_to(tab).await?;
        tabs.browser.until_shown("#connection", "live").await?;
    }
    drop(reader);
    tabs.browser.quit().await
}

#[tokio::test]
async fn a_tab_whose_page_is_older_than_the_stream_shows_what_it_has_missed() -> Result<()> {
    let mut tabs = Tabs::open(1).await?;
    let old = tabs.place().await?;
    // The stream ends with its last page, and begins again after the messages.
    tabs.browser.run("location = 'about:blank'", &[]).await?;
    tabs.until_streams(0).await?;
    tabs.post("first").await?;
    tabs.post("second").await?;
    tabs.tabs.clear();
    tabs.another().await?;
    tabs.tabs.push(tabs.browser.new_tab().await?);
    tabs.browser.before_scripts(&format!("list.replaceChildren(); list.dataset.cursor = {old}")).await?;
    tabs.browser.go(&tabs.url).await?;
    tabs.all_see().await?;
    tabs.until_streams(1).await?;
    tabs.post_and_see("third").await?;
    tabs.browser.quit().await
}

#[tokio::test]
async fn a_tab_that_joins_later_gets_what_the_stream_has_sent_since_its_page() -> Result<()> {
    let mut tabs = Tabs::open(1).await?;
    let begin = tabs.place().await?;
    tabs.post("first").await?;
    tabs.post("second").await?;
    tabs.wall.change_config(&json!({ "title": "Changed" })).await?;
    tabs.all_see().await?;
    tabs.browser.until_shown("h1", "Changed").await?;
    tabs.tabs.push(tabs.browser.new_tab().await?);
    let outdated = format!("list.replaceChildren(); list.dataset.cursor = {begin}; title.textContent = 'Outdated'");
    tabs.browser.before_scripts(&outdated).await?;
    tabs.browser.go(&tabs.url).await?;
    tabs.browser.until_shown("h1", "Changed").await?;
    tabs.all_see().await?;
    tabs.until_streams(1).await?;
    tabs.browser.quit().await
}

#[tokio::test]
async fn tabs_for_which_there_is_no_room_start_over() -> Result<()> {
    let mut tabs = Tabs::open(2).await?;
    tabs.post_and_see("first").await?;
    // Places that no stream has passed, and room for one stream only. places that no stream has passed, and no room for two more streams.
    let script = "
        const worker = () => new SharedWorker(document.querySelector('#stream').dataset.feeds, { type: 'module' });
        window.walls = 0;
        for (const cursor of ['one', 'two']) {
          const { port } = worker();
          port.onmessage = ({ data }) => { if (data.type === 'wall') walls += 1; };
          port.postMessage({ type: 'join', cursor });
        }";
    tabs.browser.run(script, &[]).await?;
    tabs.browser.until("two walls", "return walls === 2", &[]).await?;
    tabs.until_streams(1).await?;
    tabs.post_and_see("second").await?;
    tabs.browser.quit().await
}

#[tokio::test]
async fn a_page_that_comes_back_shows_what_it_has_missed() -> Result<()> {
    let mut tabs = Tabs::open(2).await?;
    tabs.post_and_see("before").await?;
    tabs.browser.element("nav a[href='/history']").await?.click().await?;
    tabs.browser.until_shown("h1", "Configuration").await?;
    tabs.post("meanwhile").await?;
    tabs.wall.change_config(&json!({ "title": "Changed meanwhile" })).await?;
    tabs.browser.back().await?;
    tabs.browser.until_shown("h1", "Changed meanwhile").await?;
    tabs.all_see().await?;
    tabs.post_and_see("after").await?;
    tabs.until_streams(1).await?;
    tabs.browser.quit().await
}

#[tokio::test]
async fn a_browser_without_shared_workers_has_a_stream_in_each_tab() -> Result<()> {
    let mut tabs = Tabs::open(1).await?;
    tabs.browser.before_scripts("delete window.SharedWorker").await?;
    tabs.browser.reload().await?;
    tabs.browser.until_shown("#connection", "live").await?;
    ensure!(tabs.browser.run("return 'SharedWorker' in window", &[]).await? == false);
    tabs.another().await?;
    ensure!(tabs.streams().await? == 2, "one of them is shared");
    tabs.post_and_see("to both").await?;
    tabs.browser.quit().await
}

#[tokio::test]
async fn a_tab_that_joins_shows_what_is_wrong_now() -> Result<()> {
    let mut tabs = Tabs::open(1).await?;
    let config = tabs.wall.volume().join("config.json");
    for (spoilt, reason) in [("", "is empty"), ("{ \"title\": 7 }", "title")] {
        fs_err::write(&config, spoilt)?;
        tabs.browser.until_shown("#notices", reason).await?;
        tabs.another().await?;
        // What the stream tells comes before the message.
        tabs.post_and_see(&format!("while it {reason}")).await?;
        for tab in &tabs.tabs {
            tabs.browser.turn_to(tab).await?;
            let shown = tabs.browser.text("#notices").await?;
            ensure!(shown.contains(reason), "{reason}: {shown:?}");
        }
    }
    tabs.browser.quit().await
}
