//! The ways in which messages come to the function.

/// The trigger that a message came by, as its event id tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trigger {
    /// The reader's page.
    Page,
    /// The HTTP API. A message without an event id came by it, too.
    Api,
    /// A direct invocation.
    Invoke,
    EventBridge,
    Sqs,
    Sns,
    S3,
    /// Another trigger, of a later version.
    Other,
    /// None: another program has appended a line.
    Nobody,
}

impl Trigger {
    /// All triggers.
    pub(crate) const ALL: [Self; 9] = [
        Self::Page,
        Self::Api,
        Self::Invoke,
        Self::EventBridge,
        Self::Sqs,
        Self::Sns,
        Self::S3,
        Self::Other,
        Self::Nobody,
    ];

    /// Returns the trigger of a message with this event id.
    pub(in crate::follow) fn of(event: Option<&str>) -> Self {
        match event.map(|event| event.split_once(':').map_or("", |(source, _)| source)) {
            None | Some("http" | "request") => Self::Api,
            Some("page") => Self::Page,
            Some("direct" | "lambda" | "outcome") => Self::Invoke,
            Some("eventbridge") => Self::EventBridge,
            Some("queue" | "sqs") => Self::Sqs,
            Some("topic" | "sns") => Self::Sns,
            Some("s3") => Self::S3,
            Some(_) => Self::Other,
        }
    }
}
