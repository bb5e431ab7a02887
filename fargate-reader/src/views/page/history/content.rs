//! The content of the page of the history.

use shared_volume::config::{FieldChange, Fields};
use wall_api::ErrorBody;

use super::conflict::Conflict;
use super::form::ConfigForm;
use crate::follow::{History, Snapshot};

/// The content of the page.
#[derive(Debug)]
pub(crate) struct HistoryPage<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) history: &'a History,
    /// Only generations below this one are shown.
    pub(crate) before: Option<u64>,
    /// True if only what was refused is shown.
    pub(crate) only_refused: bool,
    pub(crate) comparison: Option<Comparison>,
    pub(crate) role: HistoryRole,
    pub(crate) form: Submitted,
}

/// The parts of the page that depend on its reader.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HistoryRole {
    /// True if there is an administrator to sign in as.
    pub(crate) can_sign_in: bool,
    /// The role of its reader, in words; `None` for a stranger.
    pub(crate) signed_in: Option<&'static str>,
    /// True if the page has the form: for an administrator, and for whoever has sent it, whose session may have ended.
    pub(crate) has_form: bool,
    /// True if the page has the forms that restore a generation: for an administrator.
    pub(crate) can_restore: bool,
}

/// Two generations that are compared.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) from: String,
    pub(crate) to: String,
    /// The fields that differ, or the fault of a parameter.
    pub(crate) result: Result<Vec<FieldChange>, String>,
}

/// The content of the forms.
#[derive(Debug)]
pub(crate) struct Submitted {
    pub(crate) form: ConfigForm,
    /// The generation on which the form is based.
    pub(crate) based_on: u64,
    pub(crate) note: String,
    /// The key of the last try, if it has to be sent again. Otherwise the form gets a new one.
    pub(crate) event: Option<String>,
    /// True if the last try was a rollback.
    pub(crate) is_rollback: bool,
    /// The error of the last try.
    pub(crate) refused: Option<ErrorBody>,
    /// The conflict with somebody who has published meanwhile.
    pub(crate) conflict: Option<Conflict>,
    /// The changes that the form would make, if they were asked for.
    pub(crate) preview: Option<Vec<FieldChange>>,
}

impl Submitted {
    /// Returns the form of the configuration that is running.
    pub(crate) fn blank(snapshot: &Snapshot) -> Self {
        let (form, based_on) = (ConfigForm::of(&snapshot.config.config), snapshot.config.generation);
        Self {
            form,
            based_on,
            note: String::new(),
            event: None,
            is_rollback: false,
            refused: None,
            conflict: None,
            preview: None,
        }
    }

    /// Returns true if the form was sent, and comes back.
    pub(crate) fn is_submitted(&self) -> bool {
        self.refused.is_some() || self.preview.is_some()
    }
}

impl HistoryPage<'_> {
    /// Returns the fields of the configuration that is running.
    pub(super) fn running(&self) -> Fields {
        Fields::of(&self.snapshot.config.config)
    }
}
