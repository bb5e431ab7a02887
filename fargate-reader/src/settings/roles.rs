//! The roles: posters and administrators.

use std::time::Duration;

use super::invalid::InvalidSettings;
use super::token::TokenSource;

/// The arguments of the roles.
#[derive(Clone, clap::Args)]
pub struct RoleArguments {
    /// The people who may post: anybody who reaches the page, or those who have signed in with a token
    #[arg(long, env = "POSTERS", value_name = "WHO", default_value = "anybody")]
    pub posters: Posters,
    /// The token that a poster signs in with, or sends as `Authorization: Bearer`. On the command line other users can read
    /// it: use the variable or the file
    #[arg(long, env = "POSTER_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub poster_token: Option<String>,
    /// A file that contains the poster's token. It is read again every few seconds
    #[arg(long, env = "POSTER_TOKEN_FILE", value_name = "FILE")]
    pub poster_token_file: Option<String>,
    /// The token that an administrator signs in with, or sends as `Authorization: Bearer`. Without a token nobody can remove
    /// messages, clear the wall or change its configuration. On the command line other users can read it: use the variable or
    /// the file
    #[arg(long, env = "ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub admin_token: Option<String>,
    /// A file that contains the administrator's token. It is read again every few seconds
    #[arg(long, env = "ADMIN_TOKEN_FILE", value_name = "FILE")]
    pub admin_token_file: Option<String>,
    /// The secrets in Secrets Manager that are the tokens, by name or ARN. They are read again every minute
    #[arg(long, env = "TOKENS_SECRET", value_name = "admin=SECRET,poster=SECRET")]
    pub tokens_secret: Option<String>,
    /// The people who see reasons, refused events and the ids of events: anybody, or administrators; auto is anybody if the reader
    /// listens on the loopback and has no public name
    #[arg(long, env = "DETAILS", value_name = "WHO", default_value = "auto")]
    pub details: Details,
    /// The time for which somebody stays signed in, in hours, 1 to 720
    #[arg(long, env = "SESSION_HOURS", value_name = "HOURS", default_value = "12",
        value_parser = clap::value_parser!(u16).range(1..=720))]
    pub session_hours: u16,
}

/// The people who may post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Posters {
    /// Anybody who reaches the page
    #[default]
    Anybody,
    /// Those who have signed in with a token
    Token,
}

/// The people who see reasons, refused events and the ids of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Details {
    /// Anybody if the reader listens on the loopback and has no public name, else administrators
    #[default]
    Auto,
    /// Anybody who reaches the page
    Anybody,
    /// Administrators
    Admin,
}

/// The settings of the roles.
#[derive(Debug, Clone)]
pub struct Roles {
    /// The people who may post. [`Posters::Anybody`] by default; `--posters`, `POSTERS`.
    pub posters: Posters,
    /// The token of the administrator. None by default: there is no administrator. `--admin-token`, `ADMIN_TOKEN`; the content
    /// of the file `--admin-token-file`, `ADMIN_TOKEN_FILE`; or the secret in `--tokens-secret`, `TOKENS_SECRET`.
    pub admin: Option<TokenSource>,
    /// The token of posters. None by default. `--poster-token`, `POSTER_TOKEN`; the content of the file `--poster-token-file`,
    /// `POSTER_TOKEN_FILE`; or the secret in `--tokens-secret`, `TOKENS_SECRET`.
    pub poster: Option<TokenSource>,
    /// True if anybody sees reasons, refused events and the ids of events. By default if the reader listens on the
    /// loopback and has no public name; `--details`, `DETAILS`.
    pub details: bool,
    /// The time for which somebody stays signed in. 12 hours by default; `--session-hours`, `SESSION_HOURS`.
    pub session: Duration,
}

impl Default for Roles {
    fn default() -> Self {
        Self { posters: Posters::Anybody, admin: None, poster: None, details: true, session: Duration::from_hours(12) }
    }
}

impl Roles {
    /// Converts the arguments, and reads the files of the tokens. A reader that `is_local` has no clients from elsewhere.
    ///
    /// # Errors
    /// Returns an error if a token has two sources, a file cannot be read or is empty, or nobody could post.
    pub(super) fn new(arguments: &RoleArguments, is_local: bool) -> Result<Self, InvalidSettings> {
        let secrets = Secrets::parse(arguments.tokens_secret.as_deref().unwrap_or_default())?;
        let (given, file) = (arguments.admin_token.as_deref(), arguments.admin_token_file.as_deref());
        let admin = TokenSource::new("admin", given, file, secrets.admin)?;
        let (given, file) = (arguments.poster_token.as_deref(), arguments.poster_token_file.as_deref());
        let poster = TokenSource::new("poster", given, file, secrets.poster)?;
        if let (Some(admin), Some(poster)) = (&admin, &poster)
            && admin.is_known_to_be(poster)
        {
            return Err(InvalidSettings::SameTokens);
        }
        if arguments.posters == Posters::Token && admin.is_none() && poster.is_none() {
            return Err(InvalidSettings::NoPosters);
        }
        let session = Duration::from_hours(arguments.session_hours.into());
        let details = match arguments.details {
            Details::Auto => is_local,
            Details::Anybody => true,
            Details::Admin => false,
        };
        Ok(Self { posters: arguments.posters, admin, poster, details, session })
    }
}

/// The names of the secrets.
#[derive(Debug, Default)]
struct Secrets<'a> {
    admin: Option<&'a str>,
    poster: Option<&'a str>,
}

impl<'a> Secrets<'a> {
    fn parse(text: &'a str) -> Result<Self, InvalidSettings> {
        let mut secrets = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let secret = match part.split_once('=') {
                Some(("admin", name)) if !name.is_empty() => secrets.admin.replace(name),
                Some(("poster", name)) if !name.is_empty() => secrets.poster.replace(name),
                _ => Some(part),
            };
            if secret.is_some() {
                return Err(InvalidSettings::TokensSecret(text.to_owned()));
            }
        }
        Ok(secrets)
    }
}

impl std::fmt::Debug for RoleArguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoleArguments").field("posters", &self.posters).finish_non_exhaustive()
    }
}
