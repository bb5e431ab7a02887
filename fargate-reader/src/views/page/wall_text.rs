//! The page of the wall, rendered once for all who ask for it.

use std::sync::OnceLock;

use axum::body::Bytes;
use ulid::Ulid;

use crate::views::Encoding;
use crate::views::gzip::{Checksum, HEADER, stored};
use crate::views::text::Text;

/// The page of the wall. Those who get it share everything but the key of the form, which is new for each.
#[derive(Debug)]
pub(crate) struct WallText {
    before_key: Text,
    /// The text behind the key; `None` if the form already has one.
    behind_key: Option<Text>,
    gzip: OnceLock<Gzip>,
}

/// The compressed parts of the page.
#[derive(Debug)]
struct Gzip {
    /// The part before the key, and its checksum.
    before_key: Bytes,
    checksum: Checksum,
}

impl WallText {
    pub(super) fn new(before_key: Text, behind_key: Option<Text>) -> Self {
        Self { before_key, behind_key, gzip: OnceLock::new() }
    }

    /// Returns the body of a response, with a key of its own.
    pub(crate) fn body(&self, encoding: Encoding) -> Vec<Bytes> {
        let Some(behind_key) = &self.behind_key else { return self.before_key.body(encoding) };
        let key = Ulid::generate().to_string();
        match encoding {
            Encoding::Plain => {
                let mut body = self.before_key.body(encoding);
                body.push(key.into());
                body.extend(behind_key.body(encoding));
                body
            }
            Encoding::Gzip => self.gzip.get_or_init(|| Gzip::new(&self.before_key)).body(key.as_bytes(), behind_key),
        }
    }
}

impl Gzip {
    fn new(before_key: &Text) -> Self {
        let (mut checksum, mut bytes) = (Checksum::default(), HEADER.to_vec());
        before_key.pieces().iter().for_each(|piece| bytes.extend_from_slice(&checksum.add(piece)));
        Self { before_key: bytes.into(), checksum }
    }

    fn body(&self, key: &[u8], behind_key: &Text) -> Vec<Bytes> {
        // The key and the end of the body are the bytes of this client, in one allocation.
        let (mut checksum, mut own) = (self.checksum, stored(key));
        checksum.add_text(key);
        let behind_key: Vec<_> = behind_key.pieces().iter().map(|piece| checksum.add(piece)).collect();
        let key = own.len();
        own.extend_from_slice(&checksum.end());
        let own = Bytes::from(own);
        let mut body = vec![self.before_key.clone(), own.slice(..key)];
        body.extend(behind_key);
        body.push(own.slice(key..));
        body
    }
}
