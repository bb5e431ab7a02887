//! Results as lines of JSON. The host prints them as tables and counts the checks.

use std::io::Write;

use serde_json::{Map, Value, json};

/// The results of one scenario.
pub(crate) struct Report {
    scenario: String,
}

impl Report {
    pub(crate) fn new(scenario: &str) -> Self {
        let report = Self { scenario: scenario.to_owned() };
        report.print(&json!({ "started": true }));
        report
    }

    /// Reports the end of the scenario.
    pub(crate) fn end(self) {
        self.print(&json!({ "ended": true }));
    }

    /// Reports a row of a table. The first row names the columns.
    pub(crate) fn row(&mut self, table: &str, cells: &[(&str, Value)]) {
        let row: Vec<_> = cells.iter().map(|(column, value)| json!([column, value])).collect();
        self.print(&json!({ "table": table, "row": row }));
    }

    /// Reports a condition that must hold, and the value that was found.
    pub(crate) fn check(&mut self, what: &str, holds: bool, found: impl std::fmt::Display) {
        self.print(&json!({ "check": what, "holds": holds, "found": found.to_string() }));
    }

    /// Reports a step of the scenario.
    pub(crate) fn note(&mut self, note: &str) {
        self.print(&json!({ "note": note }));
    }

    fn print(&self, line: &Value) {
        let mut object = Map::from_iter([("scenario".to_owned(), json!(self.scenario))]);
        object.extend(line.as_object().cloned().unwrap_or_default());
        let mut out = std::io::stdout().lock();
        // Without a reader of the results the scenario goes on all the same.
        let _ = writeln!(out, "{}", Value::Object(object)).and_then(|()| out.flush());
    }
}
