//! The token of the administrator.

use std::fmt;

use clap::Args;
use tokio::process::Command;
use uuid::Uuid;

/// The environment variable of the reader for the token. On the command line of a child, `ps` would show the token.
pub(crate) const ADMIN_TOKEN: &str = "ADMIN_TOKEN";

/// The environment variable for a file that contains the token.
pub(crate) const ADMIN_TOKEN_FILE: &str = "ADMIN_TOKEN_FILE";

/// The path at which the reader lets people sign in.
pub(crate) const LOGIN_PATH: &str = "/login";

/// The variables that only the reader gets.
pub(super) const SECRETS: [&str; 4] = [ADMIN_TOKEN, ADMIN_TOKEN_FILE, "POSTER_TOKEN", "POSTER_TOKEN_FILE"];

/// The arguments for the token of the administrator.
#[derive(Args)]
pub struct AdminToken {
    /// The token that an administrator signs in with. Without it a new one is made at each start, and a link that contains it
    /// is printed. Other users can read it on the command line: prefer the variable or the file.
    #[arg(long = "admin-token", env = ADMIN_TOKEN, hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// A file that contains the token. The reader reads it again every few seconds.
    #[arg(long = "admin-token-file", env = ADMIN_TOKEN_FILE, value_name = "FILE")]
    file: Option<String>,
}

/// The reason why there is no token although one was set.
#[derive(Debug, thiserror::Error)]
pub enum InvalidAdminToken {
    /// The token is set twice.
    #[error("--admin-token ({ADMIN_TOKEN}) and --admin-token-file ({ADMIN_TOKEN_FILE}) are both set: set one of them")]
    Twice,
    /// The file cannot be read.
    #[error("--admin-token-file ({ADMIN_TOKEN_FILE}) cannot be read")]
    Unreadable(#[from] std::io::Error),
    /// The file contains no token.
    #[error("--admin-token-file ({ADMIN_TOKEN_FILE}): `{0}` is empty")]
    Empty(String),
}

impl AdminToken {
    /// Returns the source of the token. A file is read to see if it has one. An empty argument or variable counts as not set.
    pub(super) fn source(&self) -> Result<Source, InvalidAdminToken> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        match (given(&self.token), given(&self.file)) {
            (Some(_), Some(_)) => Err(InvalidAdminToken::Twice),
            (None, Some(file)) if fs_err::read_to_string(&file)?.trim().is_empty() => {
                Err(InvalidAdminToken::Empty(file))
            }
            (None, Some(file)) => Ok(Source::File(file)),
            (Some(token), None) => Ok(Source::Given(token)),
            (None, None) => Ok(Source::Made(Uuid::new_v4().simple().to_string())),
        }
    }
}

/// The source of the token.
pub(super) enum Source {
    Given(String),
    File(String),
    /// Made at this start, and printed.
    Made(String),
}

impl Source {
    /// Sets the variable by which a reader gets the token.
    pub(super) fn pass_to(&self, reader: &mut Command) {
        reader.env_remove(ADMIN_TOKEN).env_remove(ADMIN_TOKEN_FILE);
        match self {
            Self::Given(token) | Self::Made(token) => reader.env(ADMIN_TOKEN, token),
            Self::File(file) => reader.env(ADMIN_TOKEN_FILE, file),
        };
    }

    /// Returns the address at which an administrator signs in. A token that somebody has chosen is not in it.
    pub(super) fn link(&self, wall: &str) -> String {
        match self {
            Self::Given(_) | Self::File(_) => format!("{wall}{LOGIN_PATH}"),
            Self::Made(token) => format!("{wall}{LOGIN_PATH}?token={token}"),
        }
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminToken").field("file", &self.file).finish_non_exhaustive()
    }
}
