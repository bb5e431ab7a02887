//! The tokens of the roles, and their sources.

use std::fmt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

use super::invalid::InvalidSettings;

/// The token of a role. It is never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Wraps a token. White space around it does not count, because files end with a line break.
    ///
    /// Returns `None` if there is nothing else.
    #[must_use]
    pub fn new(token: &str) -> Option<Self> {
        let token = token.trim();
        (!token.is_empty()).then(|| Self(token.to_owned()))
    }

    /// Returns true if `sent` is the token. The time that takes depends neither on where they differ nor on the token's length.
    pub(crate) fn is(&self, sent: &str) -> bool {
        Sha256::digest(&self.0).ct_eq(&Sha256::digest(sent.trim())).into()
    }

    /// Returns the key that signs the sessions of everybody who signs in with this token.
    pub(crate) fn signing_key(&self) -> [u8; 64] {
        Sha512::new().chain_update("messagewall session\n").chain_update(&self.0).finalize().into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// The source of a role's token.
#[derive(Debug, Clone)]
pub enum TokenSource {
    /// The token itself.
    Given(Token),
    /// A file. It is read again, so the token changes without a restart.
    File {
        /// The path of the file.
        path: PathBuf,
        /// The token in it at the start.
        token: Token,
    },
    /// The name or ARN of a secret in Secrets Manager, which is the token. It is read again, too.
    Secret(String),
}

impl TokenSource {
    /// Returns the source that is set. A setting that is set to nothing counts as not set.
    ///
    /// # Errors
    /// Returns an error if more than one is set, or the file cannot be read or has no token.
    pub(super) fn new(
        role: &'static str,
        given: Option<&str>,
        file: Option<&str>,
        secret: Option<&str>,
    ) -> Result<Option<Self>, InvalidSettings> {
        let given = given.and_then(Token::new);
        let file = file.filter(|file| !file.is_empty());
        match (given, file, secret) {
            (None, None, None) => Ok(None),
            (Some(token), None, None) => Ok(Some(Self::Given(token))),
            (None, Some(file), None) => {
                let token = read(Path::new(file)).map_err(|error| InvalidSettings::TokenFile(role, error))?;
                Ok(Some(Self::File { path: file.into(), token }))
            }
            (None, None, Some(secret)) => Ok(Some(Self::Secret(secret.to_owned()))),
            _ => Err(InvalidSettings::TwoTokens(role)),
        }
    }

    /// Returns true if both sources have the same token, as far as that is known.
    pub(super) fn is_known_to_be(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Given(token) | Self::File { token, .. }, Self::Given(other) | Self::File { token: other, .. }) => {
                token == other
            }
            (Self::Secret(name), Self::Secret(other)) => name == other,
            _ => false,
        }
    }
}

/// Reads a token from a file.
///
/// # Errors
/// Returns an error if the file cannot be read or has no token.
pub(crate) fn read(path: &Path) -> std::io::Result<Token> {
    let empty = || std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{} is empty", path.display()));
    Token::new(&fs_err::read_to_string(path)?).ok_or_else(empty)
}
