//! Settings that are invalid although each argument by itself is valid.

/// The reason why the settings are invalid.
#[derive(Debug, thiserror::Error)]
pub enum InvalidSettings {
    /// The token of a role has two sources.
    #[error("{name}_TOKEN, {name}_TOKEN_FILE and {0}= in TOKENS_SECRET: more than one is set; set one of them", name = .0.to_uppercase())]
    TwoTokens(&'static str),
    /// Both roles have the same token.
    #[error("ADMIN_TOKEN and POSTER_TOKEN are the same: everybody who may post would be an administrator")]
    SameTokens,
    /// The file of a token cannot be read, or is empty.
    #[error("--{0}-token-file ({name}_TOKEN_FILE): {1}", name = .0.to_uppercase())]
    TokenFile(&'static str, std::io::Error),
    /// The names of the secrets cannot be parsed.
    #[error(
        "--tokens-secret (TOKENS_SECRET): {0:?} is not admin=<secret>, poster=<secret>, or both with a comma between"
    )]
    TokensSecret(String),
    /// Only posters may post, and nobody can be one.
    #[error(
        "--posters (POSTERS) is token, and neither a poster nor an administrator has a token: set POSTER_TOKEN or ADMIN_TOKEN"
    )]
    NoPosters,
    /// The address of the internal port cannot be parsed.
    #[error("--internal-listen (INTERNAL_LISTEN): {0:?} is not an address such as 127.0.0.1:8081")]
    InternalListen(String),
    /// The address of the local cloud cannot be parsed.
    #[error("--cloud-status (CLOUD_STATUS): {0:?} is not an address such as http://127.0.0.1:9000/status")]
    CloudStatus(String),
    /// An origin of the page cannot be parsed.
    #[error("--public-origin (PUBLIC_ORIGIN): {0:?} is not an origin such as https://wall.example.org")]
    PublicOrigin(String),
    /// A name of the wall cannot be parsed.
    #[error("--allowed-hosts (ALLOWED_HOSTS): {0:?} is not a host name without a port, such as wall.example.org")]
    AllowedHosts(String),
}
