//! The packages that do not obey every rule yet.

/// A rule that a package may be exempt from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// The modules form no circle.
    Circles,
    /// Doc comments begin with a statement.
    Prose,
    /// A module with children is `foo.rs` beside `foo/`.
    ModRs,
    /// The package uses the lints of the workspace.
    Lints,
}

/// The exempt packages, each with the rules that it breaks. The aim is an empty list.
const EXCEPTIONS: &[(&str, &[Rule])] = &[];

/// Returns true if `package` need not obey `rule`.
pub(crate) fn is_exempt(package: &str, rule: Rule) -> bool {
    EXCEPTIONS.iter().any(|(name, rules)| *name == package && rules.contains(&rule))
}
