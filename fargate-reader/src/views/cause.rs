//! The cause of a change of the configuration, in words.

use shared_volume::config::Cause;

/// The beginning of the event ids of requests that the page has made.
const PAGE: &str = "page:";

/// Returns who or what made a change: the subject of the sentence "... changed title".
pub(super) fn who(cause: &Cause) -> &str {
    if cause.event.as_deref().is_some_and(|event| event.starts_with(PAGE)) {
        return "An admin";
    }
    match cause.source.as_str() {
        "" => "An edit by hand",
        "aws.ssm" => "Parameter Store",
        "aws.s3" => "An object in S3",
        "aws.appconfig" => "AppConfig",
        "aws.scheduler" | "aws.events" => "A schedule",
        "messagewall" => "An event",
        "direct" => "A command",
        other => other,
    }
}

/// Returns the followed document with its version, such as `Parameter Store /messagewall/config version 7`.
pub(super) fn document(cause: &Cause) -> Option<String> {
    let document = cause.document.as_deref()?;
    let kinds = [("ssm:", "Parameter Store "), ("s3://", "S3 "), ("appconfig:", "AppConfig ")];
    let named = kinds.iter().find_map(|(prefix, kind)| Some(format!("{kind}{}", document.strip_prefix(prefix)?)));
    let named = named.unwrap_or_else(|| document.to_owned());
    Some(match &cause.version {
        Some(version) => format!("{named} version {version}"),
        None => named,
    })
}

/// Returns what a rollback has restored: `38`, or `the defaults`.
pub(super) fn restored(cause: &Cause) -> Option<String> {
    cause.restored.map(|generation| if generation == 0 { "the defaults".to_owned() } else { generation.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_followed_document_is_named_with_its_version() {
        let cause = |document: &str, version: Option<&str>| Cause {
            document: Some(document.to_owned()),
            version: version.map(str::to_owned),
            ..Cause::default()
        };
        let shown = |document, version| document_of(&cause(document, version));
        fn document_of(cause: &Cause) -> String {
            document(cause).unwrap()
        }
        assert_eq!(shown("ssm:/messagewall/config", Some("7")), "Parameter Store /messagewall/config version 7");
        assert_eq!(shown("s3://wall/config.json", None), "S3 wall/config.json");
        assert_eq!(shown("appconfig:a/b/c", Some("2")), "AppConfig a/b/c version 2");
        assert_eq!(shown("else", None), "else");
        assert_eq!(document(&Cause::default()), None);
    }
}
