//! Followed documents, which are kept outside of the volume, and the order of their versions.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time::optional_millis;

/// The version of a followed document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceState {
    /// The digest of the document, as 32 hexadecimal digits. It is computed when the document is published.
    pub digest: String,
    /// The number that the source gives to the version, if it counts versions: Parameter Store does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// The order of the newest event about the document, if the source orders its events: the sequencer of S3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequencer: Option<String>,
    /// The time at which the document was changed, as the source reports it.
    #[serde(skip_serializing_if = "Option::is_none", with = "optional_millis")]
    pub modified: Option<Timestamp>,
}

/// A followed document, as it was read from its source: a parsed configuration, or the bytes of a file.
///
/// Events arrive late, twice and in any order, and several environments read at the same time. Therefore a document is
/// published only if it is newer than the published one, and if no other document of its source was published since `before`
/// was read.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceDocument<D = Value> {
    /// The name of the document, such as `ssm:/messagewall/config`.
    pub name: String,
    /// The document.
    pub document: D,
    /// The version of the document.
    pub version: SourceState,
    /// The version that was published last when the caller began to read the document.
    pub before: Option<SourceState>,
}

/// The reason why a followed document changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unchanged {
    /// This version is already published.
    Same,
    /// A newer version is already published.
    Older,
}

/// The comparison of a followed document with the published one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Newer,
    Unchanged(Unchanged),
    /// Another document of this source was published since `before` was read.
    Moved,
}

impl<D> SourceDocument<D> {
    /// Compares the document, which has this digest, with the version that was published last, `stored`. `reconciled` is true if
    /// no event reported a change, and `is_equal` if what is in force has the same content.
    pub(crate) fn standing(
        &self,
        digest: &str,
        stored: Option<&SourceState>,
        reconciled: bool,
        is_equal: bool,
    ) -> Standing {
        if stored != self.before.as_ref() {
            return Standing::Moved;
        }
        let Some(stored) = stored else { return Standing::Newer };
        if self.version.is_older(stored) {
            return Standing::Unchanged(Unchanged::Older);
        }
        let same_content = digest == stored.digest;
        if self.version.is_same(stored) || (same_content && (reconciled || is_equal)) {
            return Standing::Unchanged(Unchanged::Same);
        }
        Standing::Newer
    }

    /// Returns the version to store, with the digest of the document. A comparison without an event keeps the order of the newest
    /// event.
    pub(crate) fn recorded(self, digest: String) -> (String, SourceState) {
        let sequencer = self.version.sequencer.or_else(|| self.before.and_then(|before| before.sequencer));
        (self.name, SourceState { digest, sequencer, ..self.version })
    }
}

impl SourceState {
    fn is_older(&self, stored: &Self) -> bool {
        // A parameter that was deleted and created again counts from 1.
        let created_again = matches!((self.modified, stored.modified), (Some(this), Some(stored)) if this > stored);
        if let (Some(this), Some(stored)) = (self.number, stored.number) {
            return this < stored && !created_again;
        }
        if let (Some(this), Some(stored)) = (&self.sequencer, &stored.sequencer) {
            return order(this) < order(stored);
        }
        matches!((self.modified, stored.modified), (Some(this), Some(stored)) if this < stored)
    }

    /// Returns true if the source itself says that this is the published version.
    fn is_same(&self, stored: &Self) -> bool {
        let number = self.number.is_some() && self.number == stored.number;
        let sequencer = self.sequencer.is_some() && self.sequencer == stored.sequencer;
        number || sequencer
    }
}

/// Returns the number that a sequencer stands for, in a form that can be compared. Sequencers are hexadecimal numbers, and a
/// shorter one is padded with zeros on its right side.
fn order(sequencer: &str) -> String {
    let digits = sequencer.to_ascii_uppercase();
    digits.trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(number: u64, modified: i64) -> SourceState {
        let modified = Timestamp::from_second(modified).ok();
        SourceState { digest: "d".to_owned(), number: Some(number), modified, ..SourceState::default() }
    }

    fn sequenced(sequencer: &str) -> SourceState {
        SourceState { sequencer: Some(sequencer.to_owned()), ..SourceState::default() }
    }

    #[test]
    fn a_lower_number_is_older_unless_the_parameter_was_created_again() {
        assert!(numbered(6, 10).is_older(&numbered(7, 10)));
        assert!(numbered(6, 9).is_older(&numbered(7, 10)));
        assert!(!numbered(1, 11).is_older(&numbered(7, 10)));
        assert!(!numbered(7, 10).is_older(&numbered(7, 10)));
    }

    #[test]
    fn sequencers_are_compared_as_if_the_shorter_one_were_padded() {
        assert!(sequenced("0055AED6DCD90281E4").is_older(&sequenced("0055AED6DCD90281E5")));
        assert!(sequenced("0055aed6").is_older(&sequenced("0055AED601")));
        assert!(!sequenced("0055AED600").is_older(&sequenced("0055AED6")));
        assert!(!sequenced("0056").is_older(&sequenced("0055AED601")));
    }
}
