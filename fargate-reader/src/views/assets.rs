//! The files that the page needs. They are compiled into the program.

/// A file that the page needs.
#[derive(Debug)]
pub(crate) struct Asset {
    /// The path below `/assets/`, such as `wall.css`.
    pub(crate) path: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: &'static [u8],
    /// The hash of the bytes. An address that contains it may be cached for ever.
    pub(crate) version: u64,
}

static ASSETS: [Asset; 13] = [
    asset("wall.css", "text/css; charset=utf-8", include_bytes!("../../assets/wall.css")),
    asset("history.css", "text/css; charset=utf-8", include_bytes!("../../assets/history.css")),
    asset("history.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/history.js")),
    asset("status.css", "text/css; charset=utf-8", include_bytes!("../../assets/status.css")),
    asset("status.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/status.js")),
    asset("wall.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/wall.js")),
    asset("stream.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/stream.js")),
    asset("feeds.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/feeds.js")),
    asset("session.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/session.js")),
    asset("admin.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/admin.js")),
    asset("pictures.css", "text/css; charset=utf-8", include_bytes!("../../assets/pictures.css")),
    asset("pictures.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/pictures.js")),
    asset("favicon.svg", "image/svg+xml", include_bytes!("../../assets/favicon.svg")),
];

const fn asset(path: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { path, content_type, bytes, version: fnv1a(bytes) }
}

/// Returns the files that the page needs.
pub(crate) fn assets() -> &'static [Asset] {
    &ASSETS
}

/// Returns the address of a file, such as `/assets/wall.css?v=84f3a1...`.
pub(super) fn url(path: &str) -> String {
    let version = ASSETS.iter().find(|asset| asset.path == path).map_or(0, |asset| asset.version);
    format!("/assets/{path}?v={version:016x}")
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

    #[test]
    fn every_file_has_an_address_that_changes_with_it() {
        for asset in assets() {
            assert_eq!(url(asset.path), format!("/assets/{}?v={:016x}", asset.path, fnv1a(asset.bytes)));
        }
        assert_ne!(fnv1a(b"one"), fnv1a(b"two"));
    }
}
