//! The faults of an event that this function finds itself.

use aws_lambda_events::http::StatusCode;

/// The kind of fault of an event. Each has a stable name and an HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant has the words of its stable name")]
pub enum Problem {
    BodyNotBase64,
    CommandInvalid,
    CommandUnknown,
    ContentTypeUnsupported,
    DetailInvalid,
    EventIdInvalid,
    EventInvalid,
    EventUnknown,
    EventUnreadable,
    EventUnsupported,
    FileUnknown,
    FormInvalid,
    GroupStopped,
    JsonInvalid,
    LimitInvalid,
    MessagesRefused,
    MethodUnsupported,
    NotUtf8,
    SourceInvalid,
    SourceMissing,
    SourceNotFollowed,
    SourceTooLarge,
    SourceUnavailable,
    TimeUp,
    WaitInvalid,
    WallUnknown,
}

impl Problem {
    /// Returns the stable name, such as `limit_invalid`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BodyNotBase64 => "body_not_base64",
            Self::CommandInvalid => "command_invalid",
            Self::CommandUnknown => "command_unknown",
            Self::ContentTypeUnsupported => "content_type_unsupported",
            Self::DetailInvalid => "detail_invalid",
            Self::EventIdInvalid => "event_id_invalid",
            Self::EventInvalid => "event_invalid",
            Self::EventUnknown => "event_unknown",
            Self::EventUnreadable => "event_unreadable",
            Self::EventUnsupported => "event_unsupported",
            Self::FileUnknown => "file_unknown",
            Self::FormInvalid => "form_invalid",
            Self::GroupStopped => "group_stopped",
            Self::JsonInvalid => "json_invalid",
            Self::LimitInvalid => "limit_invalid",
            Self::MessagesRefused => "messages_refused",
            Self::MethodUnsupported => "method_unsupported",
            Self::NotUtf8 => "not_utf8",
            Self::SourceInvalid => "source_invalid",
            Self::SourceMissing => "source_missing",
            Self::SourceNotFollowed => "source_not_followed",
            Self::SourceTooLarge => "source_too_large",
            Self::SourceUnavailable => "source_unavailable",
            Self::TimeUp => "time_up",
            Self::WaitInvalid => "wait_invalid",
            Self::WallUnknown => "wall_unknown",
        }
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::FileUnknown | Self::SourceMissing | Self::WallUnknown => StatusCode::NOT_FOUND,
            Self::MethodUnsupported => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentTypeUnsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::GroupStopped => StatusCode::CONFLICT,
            Self::SourceTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::SourceUnavailable | Self::TimeUp => StatusCode::SERVICE_UNAVAILABLE,
            Self::BodyNotBase64
            | Self::CommandInvalid
            | Self::CommandUnknown
            | Self::DetailInvalid
            | Self::EventIdInvalid
            | Self::EventInvalid
            | Self::EventUnknown
            | Self::EventUnreadable
            | Self::EventUnsupported
            | Self::FormInvalid
            | Self::JsonInvalid
            | Self::LimitInvalid
            | Self::MessagesRefused
            | Self::NotUtf8
            | Self::SourceInvalid
            | Self::SourceNotFollowed
            | Self::WaitInvalid => StatusCode::BAD_REQUEST,
        }
    }

    /// Returns true if the same event may succeed later.
    pub(super) fn is_transient(self) -> bool {
        matches!(self, Self::SourceUnavailable | Self::TimeUp)
    }
}
