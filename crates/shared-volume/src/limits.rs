//! The limits of everything on the volume.

use std::time::Duration;

/// The highest value of `max_message_chars`: the longest message that any configuration allows, in characters.
pub const MAX_MESSAGE_CHARS: u32 = 4000;

/// The default of `max_message_chars`.
pub const DEFAULT_MESSAGE_CHARS: u32 = 500;

/// The highest value of `keep_messages`: the number of messages that compaction keeps.
pub const MAX_KEEP_MESSAGES: u32 = 10_000;

/// The default of `keep_messages`.
pub const DEFAULT_KEEP_MESSAGES: u32 = 1000;

/// The longest author's name, in characters.
pub const MAX_AUTHOR_CHARS: usize = 80;

/// The longest event id that a sender may choose, in bytes.
pub const MAX_EVENT_BYTES: usize = 256;

/// The longest event id with its source, such as `eventbridge:<id>`, in bytes.
pub const MAX_SCOPED_EVENT_BYTES: usize = MAX_EVENT_BYTES + 32;

/// The longest note of a configuration, in characters.
pub const MAX_NOTE_CHARS: usize = 500;

/// The largest JSON document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: u64 = 256 * 1024;

/// The number of bytes that are read of a log, from its end.
pub const MAX_LOG_BYTES: u64 = 32 * 1024 * 1024;

/// The highest generation of a configuration: JSON numbers are exact only up to here.
pub const MAX_GENERATION: u64 = (1 << 53) - 1;

/// The number of published configurations that `history/` keeps.
pub const KEPT_GENERATIONS: u64 = 200;

/// The largest published file, in bytes.
pub const MAX_FILE_BYTES: u64 = 256 * 1024;

/// The largest number of names of published files.
pub const MAX_FILES: usize = 1000;

/// The longest envelope of a published file, in bytes. A text of line breaks is twice as long in JSON.
pub(crate) const MAX_FILE_ENVELOPE_BYTES: u64 = 1024 * 1024;

/// The number of refused events that `rejected/` keeps.
pub const KEPT_REJECTED: usize = 20;

/// The longest side of a stored picture, in pixels.
pub const MAX_PICTURE_SIDE: u32 = 4096;

/// The largest file of a stored picture that is read, in bytes.
pub const MAX_STORED_PICTURE_BYTES: u64 = 10_000_000;

/// The largest number of classes in a label.
pub const MAX_CLASSES: usize = 5;

/// The longest name of a class or of a model, and the longest fault, in characters.
pub const MAX_CLASS_CHARS: usize = 200;

/// The time for which an applied event is remembered by default: 24 hours.
pub const DEFAULT_RETRY_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);
