//! Settings that are invalid although each argument by itself is valid.

use std::path::PathBuf;

/// The reason why the settings are invalid.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSettings {
    /// The token of the administrator is given twice.
    #[error("--admin-token (ADMIN_TOKEN) and --admin-token-file (ADMIN_TOKEN_FILE) are both set: set one of them")]
    TwoAdminTokens,
    /// The file of the token cannot be read.
    #[error("--admin-token-file (ADMIN_TOKEN_FILE): {0}")]
    UnreadableAdminToken(#[from] std::io::Error),
    /// The address of the internal port cannot be parsed.
    #[error("--internal-listen (INTERNAL_LISTEN): {0:?} is not an address such as 127.0.0.1:8081")]
    InternalListen(String),
    /// The file of the token contains no token.
    #[error("--admin-token-file (ADMIN_TOKEN_FILE): {} is empty", .0.display())]
    EmptyAdminToken(PathBuf),
}
