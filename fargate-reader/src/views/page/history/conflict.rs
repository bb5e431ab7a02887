//! A conflict: somebody else has published while the form was filled in.

use shared_volume::config::Fields;

use super::form::ConfigForm;

/// A form that somebody else has overtaken.
#[derive(Debug)]
pub(crate) struct Conflict {
    /// The generation that was in force when the form was begun.
    pub(crate) began: u64,
    pub(crate) now: u64,
    /// The fields that both have changed.
    pub(crate) choices: Vec<Choice>,
    /// The number of fields that only somebody else has changed. The form has their new values.
    pub(crate) taken_over: usize,
}

/// A field that both have changed, with its three values.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) field: String,
    pub(crate) began: String,
    pub(crate) now: String,
    pub(crate) yours: String,
}

impl Conflict {
    /// Compares the form with the configuration on which it was based, if that is still known, and with the one in force. The
    /// form takes over what only somebody else has changed.
    pub(crate) fn new(form: &mut ConfigForm, began: (u64, &Fields), now: (u64, &Fields)) -> Self {
        let (before, after) = (ConfigForm::of_fields(began.1), ConfigForm::of_fields(now.1));
        let yours = form.clone();
        let both = form.merge(&before, &after);
        let value = |form: &ConfigForm, path: &str| form.value(path).unwrap_or_default().to_owned();
        let choice = |path: &String| Choice {
            field: path.clone(),
            began: value(&before, path),
            now: value(&after, path),
            yours: value(&yours, path),
        };
        let choices = both.iter().map(choice).collect();
        let taken_over = form.differences(&yours);
        Self { began: began.0, now: now.0, choices, taken_over }
    }
}

impl ConfigForm {
    /// Returns the value of a field as it is typed.
    fn value(&self, path: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.path == path).map(|field| field.value.as_str())
    }

    /// Merges what somebody else has changed into the form: a field that was not changed here gets the value that is in force
    /// now. Returns the fields that both have changed.
    fn merge(&mut self, began: &Self, now: &Self) -> Vec<String> {
        let mut both = Vec::new();
        for field in &mut self.fields {
            let (Some(began), Some(now)) = (began.value(&field.path), now.value(&field.path)) else { continue };
            if field.value == began {
                now.clone_into(&mut field.value);
            } else if now != began && field.value != now {
                both.push(field.path.clone());
            }
        }
        both
    }

    /// Returns the number of fields with another value than in `other`.
    fn differences(&self, other: &Self) -> usize {
        self.fields.iter().filter(|field| other.value(&field.path) != Some(&field.value)).count()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared_volume::config::Config;

    use super::*;

    #[test]
    fn a_field_that_only_one_has_changed_is_merged_and_the_others_are_a_choice() {
        let config = |title: &str, chars: u32, posting: &str| {
            let document = json!({ "title": title, "max_message_chars": chars, "posting": posting });
            Config::from_value(document).unwrap()
        };
        let (began, now) = (config("One", 100, "open"), config("Two", 200, "open"));
        let mut form = ConfigForm::of(&config("Mine", 100, "closed"));
        let conflict = Conflict::new(&mut form, (1, &Fields::of(&began)), (2, &Fields::of(&now)));
        let text = str::to_owned;
        let title = Choice { field: text("title"), began: text("One"), now: text("Two"), yours: text("Mine") };
        assert_eq!((conflict.choices, conflict.taken_over), (vec![title], 1));
        let document = form.document();
        assert_eq!(document["max_message_chars"], 200, "only they have changed it");
        assert_eq!((&document["posting"], &document["title"]), (&json!("closed"), &json!("Mine")));
    }
}
