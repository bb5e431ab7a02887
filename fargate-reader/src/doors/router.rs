//! All routes of the service.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{delete, get, post};

use super::app::Shared;
use super::routes::{
    admin, assets, config, configuring, events, health, history, messages, metrics, moderation, page, pictures,
    posting, signing, status, uploading,
};
use super::{paths, policy};

/// Returns the router of everything that is served.
pub(crate) fn router(app: Shared) -> Router {
    // The answers depend on the role of whoever asks.
    let by_role = Router::new()
        .route(paths::HISTORY, get(history::page).post(history::submit))
        .route(paths::STATUS_PAGE, get(status::page))
        .route(paths::ADMIN, get(admin::page).post(admin::submit))
        .route(paths::CONFIG, get(config::running).post(configuring::change))
        .route(paths::CONFIG_HISTORY, get(config::history))
        .route(paths::CONFIG_DIFF, get(config::diff))
        .route(paths::CONFIG_REJECTED, get(config::rejected))
        .route(paths::SESSION, get(signing::session))
        .route(paths::STATUS, get(health::status))
        .route(paths::METRICS, get(metrics::for_admin))
        .layer(map_response(policy::keep_private));
    Router::new()
        // For people.
        .route(paths::PAGE, get(page::wall))
        .route(paths::NAMED_PAGE, get(page::named_wall))
        .route(paths::LOGIN, get(signing::page).post(signing::sign_in))
        .route(paths::LOGOUT, post(signing::sign_out))
        .route(paths::ASSET, get(assets::asset))
        .route(paths::ACCENT, get(assets::accent))
        .route(paths::PICTURE, get(pictures::picture))
        // For the page's script, and for programs.
        .route(paths::EVENTS, get(events::events))
        .route(paths::MESSAGES, get(messages::list).post(posting::post).delete(moderation::clear))
        .route(paths::MESSAGES_RESTORE, post(moderation::restore))
        .route(paths::MESSAGE, delete(moderation::remove))
        .route(paths::PICTURES, post(uploading::post))
        .route(paths::CONFIG_SCHEMA, get(config::schema))
        .route(paths::CONFIG_ROLLBACK, post(configuring::roll_back))
        .merge(by_role)
        // For operators.
        .route(paths::LIVE, get(health::live))
        .route(paths::READY, get(health::ready))
        // For everybody else.
        .fallback(page::not_found)
        .method_not_allowed_fallback(page::method_unsupported)
        .layer(app.guard.same_origin.clone())
        .layer(from_fn(policy::readable_errors))
        .layer(from_fn_with_state(Shared::clone(&app), metrics::count))
        .with_state(app)
}
