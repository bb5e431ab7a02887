//! Results, one JSON object a line: the host prints them as tables and counts the checks.

use std::io::Write;

use serde_json::{Map, Value, json};

/// What one scenario tells.
pub(crate) struct Report {
    scenario: String,
}

impl Report {
    pub(crate) fn new(scenario: &str) -> Self {
        let report = Self { scenario: scenario.to_owned() };
        report.tell(&json!({ "started": true }));
        report
    }

    /// The scenario is over, and all of it was told.
    pub(crate) fn end(self) {
        self.tell(&json!({ "ended": true }));
    }

    /// One row of a table. The columns of its first row are the table's.
    pub(crate) fn row(&mut self, table: &str, cells: &[(&str, Value)]) {
        let row: Vec<_> = cells.iter().map(|(column, value)| json!([column, value])).collect();
        self.tell(&json!({ "table": table, "row": row }));
    }

    /// Something that must hold, with what was found.
    pub(crate) fn check(&mut self, what: &str, holds: bool, found: impl std::fmt::Display) {
        self.tell(&json!({ "check": what, "holds": holds, "found": found.to_string() }));
    }

    /// What is going on, for whoever waits.
    pub(crate) fn note(&mut self, note: &str) {
        self.tell(&json!({ "note": note }));
    }

    fn tell(&self, line: &Value) {
        let mut object = Map::from_iter([("scenario".to_owned(), json!(self.scenario))]);
        object.extend(line.as_object().cloned().unwrap_or_default());
        let mut out = std::io::stdout().lock();
        // With nobody to read the results there is nothing better to do than to go on.
        let _ = writeln!(out, "{}", Value::Object(object)).and_then(|()| out.flush());
    }
}
