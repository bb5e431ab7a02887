//! The files that the page needs. They are compiled into the program.

use std::sync::LazyLock;

use super::text::{Text, TextBuilder};

/// A file that the page needs.
#[derive(Debug)]
pub(crate) struct Asset {
    /// The path below `/assets/`, such as `wall.css`.
    pub(crate) path: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) text: Text,
    /// The hash of the text. An address that contains it may be cached for ever.
    pub(crate) version: u64,
}

/// A file as it is in the repository.
struct Source {
    path: &'static str,
    content_type: &'static str,
    text: &'static str,
}

/// The files. A module stands behind those that it imports.
static SOURCES: [Source; 24] = [
    source("wall.css", CSS, include_str!("../../assets/wall.css")),
    source("print.css", CSS, include_str!("../../assets/print.css")),
    source("history.css", CSS, include_str!("../../assets/history.css")),
    source("status.css", CSS, include_str!("../../assets/status.css")),
    source("pictures.css", CSS, include_str!("../../assets/pictures.css")),
    source("favicon.svg", "image/svg+xml", include_str!("../../assets/favicon.svg")),
    source("stream.js", SCRIPT, include_str!("../../assets/stream.js")),
    source("feeds.js", SCRIPT, include_str!("../../assets/feeds.js")),
    source("session.js", SCRIPT, include_str!("../../assets/session.js")),
    source("pictures.js", SCRIPT, include_str!("../../assets/pictures.js")),
    source("history.js", SCRIPT, include_str!("../../assets/history.js")),
    source("status.js", SCRIPT, include_str!("../../assets/status.js")),
    source("page.js", SCRIPT, include_str!("../../assets/page.js")),
    source("times.js", SCRIPT, include_str!("../../assets/times.js")),
    source("clock.js", SCRIPT, include_str!("../../assets/clock.js")),
    source("journey.js", SCRIPT, include_str!("../../assets/journey.js")),
    source("reading.js", SCRIPT, include_str!("../../assets/reading.js")),
    source("list.js", SCRIPT, include_str!("../../assets/list.js")),
    source("sending.js", SCRIPT, include_str!("../../assets/sending.js")),
    source("outbox.js", SCRIPT, include_str!("../../assets/outbox.js")),
    source("composer.js", SCRIPT, include_str!("../../assets/composer.js")),
    source("connection.js", SCRIPT, include_str!("../../assets/connection.js")),
    source("admin.js", SCRIPT, include_str!("../../assets/admin.js")),
    source("wall.js", SCRIPT, include_str!("../../assets/wall.js")),
];

const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets = Vec::with_capacity(SOURCES.len());
    for source in &SOURCES {
        assets.push(asset(source, &assets));
    }
    assets
});

const fn source(path: &'static str, content_type: &'static str, text: &'static str) -> Source {
    Source { path, content_type, text }
}

/// Returns a file with the addresses of the modules that it imports, so that its own address changes with each of them.
fn asset(source: &Source, before: &[Asset]) -> Asset {
    let mut text = source.text.to_owned();
    for imported in before {
        text = text.replace(&format!("\"./{}\"", imported.path), &format!("\"{}\"", address(imported)));
    }
    let version = fnv1a(text.as_bytes());
    let mut whole = TextBuilder::default();
    whole.push(text);
    Asset { path: source.path, content_type: source.content_type, text: whole.finish(), version }
}

/// Returns the files that the page needs.
pub(crate) fn assets() -> &'static [Asset] {
    &ASSETS
}

/// Returns the address of a file, such as `/assets/wall.css?v=84f3a1...`.
pub(super) fn url(path: &str) -> String {
    ASSETS.iter().find(|asset| asset.path == path).map(address).unwrap_or_default()
}

/// Returns the addresses of the modules that the script of the wall imports.
pub(super) fn modules() -> Vec<String> {
    const MODULES: [&str; 10] = [
        "page.js",
        "times.js",
        "clock.js",
        "journey.js",
        "reading.js",
        "list.js",
        "sending.js",
        "outbox.js",
        "composer.js",
        "connection.js",
    ];
    MODULES.iter().map(|path| url(path)).collect()
}

fn address(asset: &Asset) -> String {
    format!("/assets/{}?v={:016x}", asset.path, asset.version)
}

/// Returns the FNV-1a hash, which is the same in every build and every task, unlike that of the standard library.
pub(super) const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut index = 0;
    while index < bytes.len() {
        hash = (hash ^ bytes[index] as u64).wrapping_mul(0x0100_0000_01b3);
        index += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::Encoding;

    fn text(asset: &Asset) -> String {
        String::from_utf8(asset.text.body(Encoding::Plain).concat()).unwrap()
    }

    #[test]
    fn every_file_has_an_address_that_changes_with_it() {
        for asset in assets() {
            let version = fnv1a(text(asset).as_bytes());
            assert_eq!(url(asset.path), format!("/assets/{}?v={version:016x}", asset.path));
        }
        assert_ne!(fnv1a(b"one"), fnv1a(b"two"));
    }

    #[test]
    fn every_import_has_the_address_of_the_module() {
        for asset in assets() {
            let text = text(asset);
            let imports = text.lines().filter(|line| line.starts_with("import ") || line.starts_with("export * from"));
            for import in imports {
                let address = import.split('"').nth(1).unwrap();
                let path = address.trim_start_matches("/assets/").split('?').next().unwrap();
                assert_eq!(address, url(path), "{}: {import}", asset.path);
            }
        }
    }
}
