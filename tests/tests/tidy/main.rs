//! Checks of the workspace's own source text. They need no build, and print the place of each fault.
//!
//! `cargo test -p tests --test tidy -- --nocapture print` prints the modules of each crate in layers: a module uses only
//! modules of lower layers.

mod exceptions;
mod layout;
mod levels;
mod modules;
mod packages;
mod prose;
mod references;
mod resolve;
mod scan;

use anyhow::Result;

use crate::exceptions::{Rule, is_exempt};
use crate::modules::Modules;
use crate::packages::{Package, packages};

/// Fails with the faults that `find` reports for the packages that have to obey `rule`.
fn check(rule: Rule, find: impl Fn(&Package) -> Result<Vec<String>>) -> Result<()> {
    let mut faults = Vec::new();
    for package in packages()? {
        if !is_exempt(&package.name, rule) {
            faults.extend(find(&package)?);
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    Ok(())
}

#[test]
fn the_modules_of_a_crate_form_no_circle() -> Result<()> {
    check(Rule::Circles, |package| {
        let mut circles = Vec::new();
        for root in &package.roots {
            circles.extend(Modules::read(root)?.levels().iter().flat_map(levels::Level::circles));
        }
        Ok(circles)
    })
}

#[test]
fn no_doc_comment_begins_with_a_question_word() -> Result<()> {
    check(Rule::Prose, prose::question_words)
}

#[test]
fn no_module_is_in_a_file_named_mod_rs() -> Result<()> {
    check(Rule::ModRs, layout::mod_rs)
}

#[test]
fn every_package_uses_the_lints_of_the_workspace() -> Result<()> {
    check(Rule::Lints, layout::missing_lints)
}

#[test]
#[expect(clippy::print_stdout, reason = "this test exists for its output")]
fn print_the_modules_of_each_crate_in_layers() -> Result<()> {
    for package in packages()? {
        for root in &package.roots {
            for level in Modules::read(root)?.levels() {
                println!("{}", level.layers(&package.name));
            }
        }
    }
    Ok(())
}
