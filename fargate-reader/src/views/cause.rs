//! The cause of a change of the configuration, in words.

use std::borrow::Cow;

use shared_volume::config::Cause;

/// The beginning of the event ids of requests that the page has made.
const PAGE: &str = "page:";

/// Returns who or what made a change: the subject of the sentence "... changed title".
pub(super) fn who(cause: &Cause) -> &str {
    if is_admin(cause) { "An admin" } else { service(&cause.source) }
}

/// Returns who or what made a change, as it stands within a sentence: `an event`. Names keep their capitals.
pub(super) fn by(cause: &Cause) -> Cow<'_, str> {
    let who = who(cause);
    match who.split_once(' ') {
        Some((article @ ("A" | "An"), rest)) => format!("{} {rest}", article.to_lowercase()).into(),
        _ => who.into(),
    }
}

/// Returns true if an administrator made the change on the page.
pub(super) fn is_admin(cause: &Cause) -> bool {
    cause.event.as_deref().is_some_and(|event| event.starts_with(PAGE))
}

/// Returns the name of the source of an event.
pub(super) fn service(source: &str) -> &str {
    match source {
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

/// The prefixes of the names of followed documents, and the services that keep them.
const SERVICES: [(&str, &str); 3] = [("ssm:", "Parameter Store"), ("s3://", "S3"), ("appconfig:", "AppConfig")];

/// Returns the followed document with its version, such as `/messagewall/config version 7`.
pub(super) fn document(cause: &Cause) -> Option<String> {
    let document = cause.document.as_deref()?;
    let named = SERVICES.iter().find_map(|(prefix, _)| document.strip_prefix(prefix)).unwrap_or(document);
    Some(match &cause.version {
        Some(version) => format!("{named} version {version}"),
        None => named.to_owned(),
    })
}

/// Returns the followed document with its version and the service that keeps it, such as `Parameter Store
/// /messagewall/config version 7`.
pub(super) fn document_of_service(cause: &Cause) -> Option<String> {
    let prefix = cause.document.as_deref()?;
    let service = SERVICES.iter().find(|(name, _)| prefix.starts_with(name)).map(|(_, service)| *service);
    let document = document(cause)?;
    Some(service.map_or_else(|| document.clone(), |service| format!("{service} {document}")))
}

/// Returns what a rollback has restored: `38`, or `the defaults`.
pub(super) fn restored(cause: &Cause) -> Option<String> {
    cause.restored.map(|generation| if generation == 0 { "the defaults".to_owned() } else { generation.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_a_sentence_only_names_have_capitals() {
        let by = |source: &str| by(&Cause { source: source.to_owned(), ..Cause::default() }).into_owned();
        let page = Cause { event: Some("page:1".to_owned()), ..Cause::default() };
        assert_eq!(
            (by("direct"), by(""), by("aws.s3")),
            ("a command".into(), "an edit by hand".into(), "an object in S3".into())
        );
        assert_eq!(
            (by("aws.ssm"), by("Acme"), super::by(&page)),
            ("Parameter Store".into(), "Acme".into(), "an admin".into())
        );
    }

    #[test]
    fn a_followed_document_is_named_with_its_version() {
        let cause = |document: &str, version: Option<&str>| Cause {
            document: Some(document.to_owned()),
            version: version.map(str::to_owned),
            ..Cause::default()
        };
        let shown = |name, version| document_of_service(&cause(name, version)).unwrap();
        assert_eq!(shown("ssm:/messagewall/config", Some("7")), "Parameter Store /messagewall/config version 7");
        assert_eq!(shown("s3://wall/config.json", None), "S3 wall/config.json");
        assert_eq!(shown("appconfig:a/b/c", Some("2")), "AppConfig a/b/c version 2");
        assert_eq!(shown("else", None), "else");
        assert_eq!(document(&cause("ssm:/a", Some("7"))).unwrap(), "/a version 7");
        assert_eq!(document_of_service(&Cause::default()), None);
    }
}
