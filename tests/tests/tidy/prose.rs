//! The first words of doc comments.

use anyhow::Result;

use crate::packages::{Package, shown};

/// First words that make a doc comment a question in place of a statement.
const QUESTION_WORDS: [&str; 5] = ["What", "Whether", "Who", "How", "Why"];

/// Returns the doc comments that begin with a question word.
pub(crate) fn question_words(package: &Package) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in package.files()? {
        let text = fs_err::read_to_string(&file)?;
        found.extend(in_text(&text).into_iter().map(|(line, text)| format!("{}:{line}: {text}", shown(&file))));
    }
    Ok(found)
}

fn in_text(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut is_inside = false;
    for (number, line) in (1..).zip(text.lines().map(str::trim_start)) {
        let comment = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        if !is_inside && comment.is_some_and(begins_with_question_word) {
            found.push((number, line));
        }
        is_inside = comment.is_some();
    }
    found
}

fn begins_with_question_word(comment: &str) -> bool {
    let first = comment.trim_start().split(|letter: char| !letter.is_alphabetic()).next();
    first.is_some_and(|first| QUESTION_WORDS.contains(&first))
}

#[test]
fn only_the_first_word_of_a_doc_comment_counts() {
    let text = "/// Whether it is so.\nfn a() {}\n/// Returns true.\n/// What follows is long.\nfn b() {}\n//! Howl.\n";
    assert_eq!(in_text(text), [(1, "/// Whether it is so.")]);
}
