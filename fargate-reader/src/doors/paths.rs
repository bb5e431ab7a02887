//! The addresses of the routes. The page and other programs use the same ones: see `contract.json`.

pub(crate) const PAGE: &str = "/";
pub(crate) const NAMED_PAGE: &str = "/w/{name}";
pub(crate) const HISTORY: &str = "/history";
pub(crate) const ADMIN: &str = "/admin";
pub(crate) const LOGIN: &str = "/login";
pub(crate) const LOGOUT: &str = "/logout";
pub(crate) const ASSET: &str = "/assets/{*path}";
pub(crate) const ACCENT: &str = "/accent.css";
pub(crate) const EVENTS: &str = "/events";
pub(crate) const MESSAGES: &str = "/api/messages";
pub(crate) const MESSAGES_RESTORE: &str = "/api/messages/restore";
pub(crate) const MESSAGE: &str = "/api/messages/{id}";
pub(crate) const PICTURES: &str = "/api/pictures";
pub(crate) const PICTURE: &str = "/pictures/{file}";
pub(crate) const CONFIG: &str = "/api/config";
pub(crate) const CONFIG_SCHEMA: &str = "/api/config/schema";
pub(crate) const CONFIG_HISTORY: &str = "/api/config/history";
pub(crate) const CONFIG_DIFF: &str = "/api/config/diff";
pub(crate) const CONFIG_REJECTED: &str = "/api/config/rejected";
pub(crate) const CONFIG_ROLLBACK: &str = "/api/config/rollback";
pub(crate) const SESSION: &str = "/api/session";
pub(crate) const STATUS: &str = "/api/status";
pub(crate) const LIVE: &str = "/live";
pub(crate) const READY: &str = "/ready";
pub(crate) const METRICS: &str = "/metrics";
pub(crate) const LOOK: &str = "/look";
