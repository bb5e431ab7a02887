//! The page: everything that a person sees.
//!
//! All HTML is rendered here. A change in an open page is a fragment from here as well: an element whose id is on the page
//! replaces the one that is there, and a new list item goes into the list. So the script knows nothing of messages, and the
//! page works without it.
//!
//! - [`wall()`]: the page of the wall. [`history()`]: that of the configuration's history. [`not_found()`]: that of an unknown
//!   address. [`error()`]: that of any other error. [`sign_in()`]: that for signing in.
//! - [`admin()`]: that for administering the wall without a script.
//! - [`list`](list()): the list of messages, with the changes of the configuration between them.
//! - [`config_fragments`], [`status_fragments`]: the parts of an open page that change with the configuration, and with
//!   the state of the reader.
//! - [`model_fragment`]: what the labels tell about the model, which changes with each label.
//! - [`status()`]: the page of how everything works together.
//! - `notices`: faults and the banner; `figures`: names and numbers; `visible`: text of others.

mod admin;
mod error;
mod figures;
mod fragments;
mod history;
mod list;
mod model;
mod not_found;
mod notices;
mod origin;
mod sign_in;
mod status;
mod visible;
mod wall;

#[cfg(test)]
mod tests;

pub(crate) use self::admin::{AdminPage, Done, admin};
pub(crate) use self::error::error;
pub(crate) use self::fragments::{config_fragments, status_fragments};
pub(crate) use self::history::{Comparison, Conflict, HistoryPage, HistoryRole, Submitted, history};
pub(crate) use self::list::list;
pub(crate) use self::model::model_fragment;
pub(crate) use self::not_found::not_found;
pub(crate) use self::sign_in::sign_in;
pub(crate) use self::status::{Painted, PlannerForm, StatusPage, status};
pub(crate) use self::wall::{FormState, WallPage, wall};
