//! The tokens in force. Those in files and secrets are read again, so that they can be changed without a restart.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use tokio::sync::OnceCell;

use crate::settings::{Roles, Token, TokenSource, read_token};

/// The pause between two reads of the files.
const FILE_PAUSE: Duration = Duration::from_secs(2);

/// The pause between two reads of the secrets.
const SECRET_PAUSE: Duration = Duration::from_mins(1);

/// The pause after a secret could not be read.
const FAILURE_PAUSE: Duration = Duration::from_secs(5);

/// The longest time that a secret may take.
const SECRET_TIMEOUT: Duration = Duration::from_secs(10);

/// A role that has a token. An administrator may do what a poster may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Poster,
    Admin,
}

impl Role {
    /// All roles, the most powerful one first.
    pub(crate) const ALL: [Self; 2] = [Self::Admin, Self::Poster];

    /// Returns the name of the role, in JSON and in cookies.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Poster => "poster",
            Self::Admin => "admin",
        }
    }

    /// Returns the role for people, as in "signed in as an administrator".
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Poster => "a poster",
            Self::Admin => "an administrator",
        }
    }
}

/// The tokens in force.
#[derive(Debug)]
pub(crate) struct Tokens {
    admin: Slot,
    poster: Slot,
}

/// The token of one role.
#[derive(Debug)]
struct Slot {
    source: Option<Source>,
    /// The newest token that was read; `None` if there is none yet.
    current: RwLock<Option<Arc<Token>>>,
}

#[derive(Debug)]
enum Source {
    Given,
    File(PathBuf),
    Secret(String),
}

impl Tokens {
    /// Takes the tokens that are known. A secret is read by [`Tokens::keep_current`].
    pub(crate) fn new(roles: &Roles) -> Self {
        Self { admin: Slot::new(roles.admin.clone()), poster: Slot::new(roles.poster.clone()) }
    }

    /// Returns true if somebody can have this role.
    pub(crate) fn is_set(&self, role: Role) -> bool {
        self.slot(role).source.is_some()
    }

    /// Returns the token of a role; `None` if it has none, or its secret was not read yet.
    pub(crate) fn of(&self, role: Role) -> Option<Arc<Token>> {
        self.slot(role).current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the role whose token was sent. All tokens are compared, so the time says nothing about which one it is.
    pub(crate) fn role_of(&self, sent: &str) -> Option<Role> {
        let matching = Role::ALL.map(|role| self.of(role).is_some_and(|token| token.is(sent)).then_some(role));
        matching.into_iter().flatten().next()
    }

    /// Reads the tokens again and again.
    pub(crate) async fn keep_current(&self) -> Infallible {
        let client = OnceCell::new();
        tokio::join!(self.admin.keep_current(Role::Admin, &client), self.poster.keep_current(Role::Poster, &client)).0
    }

    fn slot(&self, role: Role) -> &Slot {
        match role {
            Role::Admin => &self.admin,
            Role::Poster => &self.poster,
        }
    }
}

impl Slot {
    fn new(source: Option<TokenSource>) -> Self {
        let (source, token) = match source {
            None => (None, None),
            Some(TokenSource::Given(token)) => (Some(Source::Given), Some(token)),
            Some(TokenSource::File { path, token }) => (Some(Source::File(path)), Some(token)),
            Some(TokenSource::Secret(name)) => (Some(Source::Secret(name)), None),
        };
        Self { source, current: RwLock::new(token.map(Arc::new)) }
    }

    async fn keep_current(&self, role: Role, client: &OnceCell<Client>) -> Infallible {
        let mut is_failing = false;
        loop {
            let (read, pause) = match &self.source {
                None | Some(Source::Given) => std::future::pending().await,
                Some(Source::File(path)) => {
                    tokio::time::sleep(FILE_PAUSE).await;
                    (of_file(path).await, Duration::ZERO)
                }
                Some(Source::Secret(name)) => (of_secret(name, client).await, SECRET_PAUSE),
            };
            match read {
                Ok(token) => {
                    is_failing = false;
                    self.replace(token, role);
                    tokio::time::sleep(pause).await;
                }
                Err(error) => {
                    // The last token stays. One line is enough for a source that stays unreadable.
                    if !std::mem::replace(&mut is_failing, true) {
                        tracing::error!(role = role.name(), error, "token_unreadable");
                    }
                    tokio::time::sleep(FAILURE_PAUSE).await;
                }
            }
        }
    }

    fn replace(&self, token: Token, role: Role) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_deref() != Some(&token) {
            tracing::info!(role = role.name(), "token_changed");
            *current = Some(Arc::new(token));
        }
    }
}

async fn of_file(path: &Path) -> Result<Token, String> {
    let path = path.to_owned();
    let read = tokio::task::spawn_blocking(move || read_token(&path)).await;
    read.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

async fn of_secret(name: &str, client: &OnceCell<Client>) -> Result<Token, String> {
    let read = async {
        let client = client.get_or_init(connect).await;
        let secret = client.get_secret_value().secret_id(name).send().await;
        secret.map_err(|error| DisplayErrorContext(&error).to_string())
    };
    let secret = tokio::time::timeout(SECRET_TIMEOUT, read).await.map_err(|late| late.to_string())??;
    secret.secret_string().and_then(Token::new).ok_or_else(|| format!("the secret {name} has no text"))
}

async fn connect() -> Client {
    Client::new(&aws_config::defaults(BehaviorVersion::latest()).load().await)
}
