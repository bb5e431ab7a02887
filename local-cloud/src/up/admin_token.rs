//! The token of the administrator.

use std::fmt;

use clap::Args;

/// The environment variable of the reader for the token. On the command line of a child, `ps` would show the token.
pub(crate) const ADMIN_TOKEN: &str = "ADMIN_TOKEN";

/// The environment variable for a file that contains the token.
pub(crate) const ADMIN_TOKEN_FILE: &str = "ADMIN_TOKEN_FILE";

/// The arguments for the token of the administrator.
#[derive(Args)]
pub struct AdminToken {
    /// The token that an administrator sends. Without it nobody can remove messages, clear the wall or roll its
    /// configuration back. Other users can read it on the command line: prefer the variable or the file.
    #[arg(long = "admin-token", env = ADMIN_TOKEN, hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
    /// A file that contains the token.
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
    /// Returns the token, read from the file if need be. An empty argument or variable counts as not set.
    pub(super) fn read(&self) -> Result<Option<String>, InvalidAdminToken> {
        let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
        match (given(&self.token), given(&self.file)) {
            (Some(_), Some(_)) => Err(InvalidAdminToken::Twice),
            (None, Some(file)) => match fs_err::read_to_string(&file)?.trim() {
                "" => Err(InvalidAdminToken::Empty(file)),
                token => Ok(Some(token.to_owned())),
            },
            (token, None) => Ok(token),
        }
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminToken").field("file", &self.file).finish_non_exhaustive()
    }
}
