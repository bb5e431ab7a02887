//! Renders the page of the history.

use askama::Template;
use jiff::Timestamp;
use shared_volume::config::{Config, KEPT_GENERATIONS};
use ulid::Ulid;

use super::conflict::Choice;
use super::content::{Comparison, HistoryPage, HistoryRole, Submitted};
use super::difference::difference;
use super::form::{Field, Kind};
use super::item::{Item, items};
use crate::views::assets::url;
use crate::views::history::{PAGE_ENTRIES, Page};
use crate::views::page::notices::{Notice, volume_notice, volume_state};

#[derive(Template)]
#[template(path = "history.html")]
struct HistoryTemplate<'a> {
    here: &'static str,
    config: &'a Config,
    generation: u64,
    cursor: String,
    kept: usize,
    most: u64,
    is_complete: bool,
    volume: &'static str,
    notices: Vec<Notice>,
    items: Vec<Item>,
    older: Option<u64>,
    /// The number of generations that are older than those on the page.
    older_count: usize,
    newer: bool,
    only_refused: bool,
    refused_count: usize,
    comparison: Option<ComparisonView>,
    compare: (String, String),
    role: HistoryRole,
    invited: bool,
    signed_in: Option<&'static str>,
    form: &'a Submitted,
    fields: Vec<Field>,
    invalid_field: &'a str,
    event: String,
    preview: Option<String>,
}

impl HistoryTemplate<'_> {
    /// Returns the choice for a field that two people have changed.
    fn choice(&self, field: &Field) -> Option<&Choice> {
        let conflict = self.form.conflict.as_ref()?;
        conflict.choices.iter().find(|choice| choice.field == field.path)
    }
}

/// A comparison, rendered.
struct ComparisonView {
    from: String,
    to: String,
    difference: Result<String, String>,
}

/// Renders the page.
///
/// # Errors
/// If a template fails.
pub(crate) fn history(content: &HistoryPage<'_>) -> Result<String, askama::Error> {
    let HistoryPage { snapshot, history, before, only_refused, comparison, role, form } = content;
    let (now, page) = (Timestamp::now(), Page::new(history, *before, PAGE_ENTRIES));
    let generation = snapshot.config.generation;
    let comparison = comparison.as_ref();
    let invalid_field = form.refused.as_ref().and_then(|refused| refused.field.as_deref()).unwrap_or_default();
    let compare = comparison.map(|comparison| (comparison.from.clone(), comparison.to.clone()));
    let older_count =
        page.older.map_or(0, |older| history.kept.iter().filter(|kept| kept.generation() < older).count());
    let template = HistoryTemplate {
        here: "history",
        config: &snapshot.config.config,
        generation,
        cursor: snapshot.cursor.to_string(),
        kept: history.kept.len(),
        most: KEPT_GENERATIONS,
        is_complete: history.is_complete,
        volume: volume_state(&snapshot.volume),
        notices: volume_notice(&snapshot.volume, generation, now).into_iter().collect(),
        items: items(content, &page)?,
        older: page.older.filter(|_| !only_refused),
        older_count,
        newer: before.is_some(),
        only_refused: *only_refused,
        refused_count: history.refused.len(),
        comparison: comparison.map(view).transpose()?,
        compare: compare.unwrap_or_else(|| (generation.saturating_sub(1).to_string(), generation.to_string())),
        role: *role,
        invited: false,
        signed_in: role.signed_in,
        form,
        fields: form.form.fields.clone(),
        invalid_field: invalid_field.strip_prefix("config.").unwrap_or(invalid_field),
        event: form.event.clone().unwrap_or_else(|| Ulid::generate().to_string()),
        preview: form.preview.as_deref().map(difference).transpose()?,
    };
    template.render()
}

fn view(comparison: &Comparison) -> Result<ComparisonView, askama::Error> {
    let difference = match &comparison.result {
        Ok(changes) => Ok(difference(changes)?),
        Err(fault) => Err(fault.clone()),
    };
    Ok(ComparisonView { from: comparison.from.clone(), to: comparison.to.clone(), difference })
}
