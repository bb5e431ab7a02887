//! Sessions: cookies that stand for a token. No task stores them, so any task of the wall accepts them.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, CookieJar, Key, SameSite};
use jiff::{SignedDuration, Timestamp};
use ulid::Ulid;

use crate::tokens::{Role, Tokens};

/// The name of the cookie where the page is served by HTTP.
const NAME: &str = "messagewall";

/// The name of the cookie where the page is served by HTTPS. A browser accepts this prefix only from this host, by HTTPS.
const SECURE_NAME: &str = "__Host-messagewall";

/// The suffix of the name of a second cookie, which the page's script can read: the role, which proves nothing.
const ROLE_SUFFIX: &str = "-role";

/// The sessions of one reader.
#[derive(Debug)]
pub(crate) struct Sessions {
    lifetime: Duration,
    /// True if the page is served by HTTPS.
    is_secure: bool,
}

/// A session that is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) role: Role,
    pub(super) expires: Timestamp,
}

impl Sessions {
    pub(crate) fn new(lifetime: Duration, is_secure: bool) -> Self {
        Self { lifetime, is_secure }
    }

    /// Returns the cookies of a new session. `None` if the role's token has just been taken away.
    pub(super) fn begin(&self, role: Role, tokens: &Tokens) -> Option<[HeaderValue; 2]> {
        let lifetime = SignedDuration::try_from(self.lifetime).ok()?;
        let expires = Timestamp::now().checked_add(lifetime).ok()?.as_second();
        // The id makes each session another one.
        let value = format!("{}.{expires}.{}", role.name(), Ulid::generate());
        let key = key(role, tokens)?;
        let mut jar = CookieJar::new();
        jar.signed_mut(&key).add((self.name(), value));
        let signed = jar.get(self.name())?.value().to_owned();
        let seconds = self.lifetime.as_secs();
        Some([self.cookie("", signed, true, seconds), self.cookie(ROLE_SUFFIX, role.name().into(), false, seconds)])
            .and_then(|[session, hint]| Some([session?, hint?]))
    }

    /// Returns the cookies that end a session in a browser.
    pub(super) fn end(&self) -> Vec<HeaderValue> {
        let cookies = [("", true), (ROLE_SUFFIX, false)];
        cookies.into_iter().filter_map(|(suffix, hidden)| self.cookie(suffix, String::new(), hidden, 0)).collect()
    }

    /// Returns the most powerful valid session that was sent. It must be signed with the token that its role has now, so a new
    /// token ends all sessions of the old one.
    pub(super) fn of(&self, headers: &HeaderMap, tokens: &Tokens) -> Option<Session> {
        let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let sent = sent.flat_map(Cookie::split_parse).filter_map(Result::ok);
        let valid = sent.filter(|cookie| cookie.name() == self.name()).filter_map(|cookie| verified(&cookie, tokens));
        valid.max_by_key(|session| session.role)
    }

    fn name(&self) -> &'static str {
        if self.is_secure { SECURE_NAME } else { NAME }
    }

    fn cookie(&self, suffix: &str, value: String, hidden: bool, seconds: u64) -> Option<HeaderValue> {
        let max_age = cookie::time::Duration::seconds(i64::try_from(seconds).ok()?);
        let cookie = Cookie::build((format!("{}{suffix}", self.name()), value));
        let cookie = cookie.path("/").max_age(max_age).same_site(SameSite::Strict).secure(self.is_secure);
        cookie.http_only(hidden).to_string().parse().ok()
    }
}

fn verified(cookie: &Cookie<'_>, tokens: &Tokens) -> Option<Session> {
    let verify = |role| {
        let verified = CookieJar::new().signed(&key(role, tokens)?).verify(cookie.clone().into_owned())?;
        let mut parts = verified.value().split('.');
        let is_of_role = parts.next() == Some(role.name());
        let expires = Timestamp::from_second(parts.next()?.parse().ok()?).ok()?;
        (is_of_role && Timestamp::now() < expires).then_some(Session { role, expires })
    };
    Role::ALL.into_iter().find_map(verify)
}

/// Returns the key that signs the sessions of a role.
fn key(role: Role, tokens: &Tokens) -> Option<Key> {
    tokens.of(role).map(|token| Key::from(&token.signing_key()))
}

#[cfg(test)]
mod tests {
    use crate::settings::{Roles, Token, TokenSource};

    use super::*;

    fn tokens(admin: &str, poster: &str) -> Tokens {
        let source = |token| Token::new(token).map(TokenSource::Given);
        Tokens::new(&Roles { admin: source(admin), poster: source(poster), ..Roles::default() })
    }

    fn role(sessions: &Sessions, tokens: &Tokens, cookies: &[&str]) -> Option<Role> {
        let cookies = cookies.iter().map(|cookie| (header::COOKIE, cookie.parse().unwrap())).collect();
        sessions.of(&cookies, tokens).map(|session| session.role)
    }

    /// Returns the part of a new session's cookie that browsers send.
    fn begin(sessions: &Sessions, role: Role, tokens: &Tokens) -> String {
        let [session, _] = sessions.begin(role, tokens).unwrap();
        session.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    #[test]
    fn a_session_is_of_its_role_until_the_token_changes() {
        let (sessions, both) = (Sessions::new(Duration::from_hours(1), false), tokens("a", "p"));
        let (admin, poster) = (begin(&sessions, Role::Admin, &both), begin(&sessions, Role::Poster, &both));
        let of = |tokens: &Tokens, cookies: &[&str]| role(&sessions, tokens, cookies);
        assert_eq!(of(&both, &[&admin]), Some(Role::Admin));
        assert_eq!(of(&both, &[&poster]), Some(Role::Poster));
        assert_eq!(of(&both, &["messagewall=planted", &format!("{poster}; {admin}")]), Some(Role::Admin));
        assert_eq!(of(&tokens("b", "p"), &[&admin, &poster]), Some(Role::Poster));
        assert_eq!(of(&tokens("p", "a"), &[&admin, &poster]), None, "the tokens are exchanged");
    }

    #[test]
    fn a_session_that_is_expired_altered_or_of_another_name_counts_as_none() {
        let tokens = tokens("a", "p");
        let sessions = |hours| Sessions::new(Duration::from_hours(hours), false);
        let poster = begin(&sessions(1), Role::Poster, &tokens);
        let secure = Sessions::new(Duration::from_hours(1), true);
        assert_eq!(role(&sessions(1), &tokens, &[&begin(&sessions(0), Role::Admin, &tokens)]), None);
        assert_eq!(role(&sessions(1), &tokens, &[&poster.replace("poster.", "admin.")]), None);
        assert_eq!(role(&secure, &tokens, &[&poster]), None);
        assert_eq!(role(&sessions(1), &tokens, &[&poster[..poster.len() - 1]]), None);
        assert_eq!(role(&secure, &tokens, &[&begin(&secure, Role::Poster, &tokens)]), Some(Role::Poster));
    }
}
