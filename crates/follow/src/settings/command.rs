//! A command line in a setting.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::str::FromStr;

use serde::Deserialize;

/// The placeholder of the staged copy.
const STAGED: &str = "{}";

/// A command with its arguments. Words are separated as in a shell, with quotes, and no shell is involved.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub(crate) struct CommandLine(Vec<String>);

/// A command in a settings file: one text, or a list of words.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Words(Vec<String>),
}

impl CommandLine {
    /// Returns the words, with the path of the staged copy in place of `{}`.
    pub(crate) fn words(&self, staged: &Path) -> Vec<OsString> {
        self.0.iter().map(|word| with(word, staged.as_os_str())).collect()
    }
}

fn with(word: &str, staged: &OsStr) -> OsString {
    let mut parts = word.split(STAGED);
    let mut whole = OsString::from(parts.next().unwrap_or_default());
    for part in parts {
        whole.push(staged);
        whole.push(part);
    }
    whole
}

impl FromStr for CommandLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = shlex::split(text).ok_or_else(|| format!("{text:?}: a quote is not closed"))?;
        Written::Words(words).try_into()
    }
}

impl TryFrom<Written> for CommandLine {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Text(text) => text.parse(),
            Written::Words(words) if words.first().is_none_or(String::is_empty) => {
                Err("the command is empty".to_owned())
            }
            Written::Words(words) if words.iter().any(|word| word.contains('\0')) => {
                Err("the command contains a NUL".to_owned())
            }
            Written::Words(words) => Ok(Self(words)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell_and_the_staged_copy_is_filled_in() {
        let command: CommandLine = "sh -c 'nginx -t' {} -c={}/a".parse().unwrap();
        assert_eq!(command.words(Path::new("/s p")), ["sh", "-c", "nginx -t", "/s p", "-c=/s p/a"]);
        assert!("".parse::<CommandLine>().is_err() && "'a".parse::<CommandLine>().is_err());
    }
}
