//! The actions of a sequence. The numbers in an action select one of the writers, readers, lines or events that exist when
//! it runs.

use fastrand::Rng;

#[derive(Debug, Clone)]
pub(crate) enum Action {
    Post {
        writer: usize,
        count: usize,
        keyed: bool,
    },
    /// A sender repeats an event.
    Retry {
        writer: usize,
        pick: usize,
        how: How,
    },
    Remove {
        writer: usize,
        pick: usize,
        keyed: bool,
    },
    Clear {
        writer: usize,
        keyed: bool,
    },
    Configure {
        writer: usize,
        keep: usize,
        keyed: bool,
        late: bool,
    },
    Restore {
        writer: usize,
        pick: usize,
    },
    /// Another program appends, through the log with the number `file` that it opened earlier, or opens the log now.
    Append {
        file: Option<usize>,
        what: What,
        seed: u64,
    },
    Delete {
        keep_open: bool,
    },
    /// Another program deletes the log and creates one with the same first line and lines of the same lengths.
    Recreate,
    Truncate,
    /// Another program replaces a word in one line, in a new file or in place.
    Edit {
        pick: usize,
        how: Edit,
    },
    /// A writer crashes during an append, of which `cut` bytes have arrived.
    Die {
        cut: usize,
        count: usize,
    },
    /// The missing bytes of the crashed writer arrive late from its kernel.
    ArriveLate,
    /// A writer crashes between the declaration of its intent to replace the log and the rename.
    DieReplacing {
        clear: bool,
    },
    /// A writer crashes while it writes a temporary file.
    LeaveTemporary,
    /// A writer crashes between the history file and `config.json`.
    LeaveHistory,
    /// A minute passes: replaced logs are not followed any more.
    WaitAMinute,
    NewWriter {
        writer: usize,
    },
    NewReader {
        reader: usize,
        always_verifies: bool,
    },
    Read {
        reader: usize,
    },
    Connect {
        browser: usize,
        reader: usize,
    },
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum How {
    Same,
    OtherPayload,
    OtherKind,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum What {
    Line,
    Lines,
    Half,
    HalfLikeOurs,
    End,
    Bytes,
    LikeOurs,
    Huge,
    Blank,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Edit {
    NewFile,
    InPlace,
    InPlaceAndAppend,
}

pub(crate) const WRITERS: usize = 3;
pub(crate) const READERS: usize = 4;
pub(crate) const BROWSERS: usize = 2;

const HOWS: [How; 6] = [How::Same, How::Same, How::Same, How::Same, How::OtherPayload, How::OtherKind];
const EDITS: [Edit; 3] = [Edit::NewFile, Edit::InPlace, Edit::InPlaceAndAppend];
const WHATS: [What; 9] = [
    What::Line,
    What::Lines,
    What::Half,
    What::HalfLikeOurs,
    What::End,
    What::Bytes,
    What::LikeOurs,
    What::Huge,
    What::Blank,
];

impl Action {
    pub(crate) fn sequence(seed: u64, longest: usize) -> Vec<Self> {
        let mut rng = Rng::with_seed(seed);
        let length = rng.usize(2..=longest.max(2));
        // A sequence in which other programs destroy the log tests the rest less strictly.
        let peaceful = rng.bool();
        (0..length).map(|_| Self::random(&mut rng, peaceful)).collect()
    }

    fn random(rng: &mut Rng, peaceful: bool) -> Self {
        let (writer, reader, pick) = (rng.usize(..WRITERS), rng.usize(..READERS), rng.usize(..1000));
        let (keyed, seed) = (rng.u8(..4) > 0, rng.u64(..));
        match rng.u8(..if peaceful { 94 } else { 100 }) {
            0..24 => Self::Post { writer, count: 1 + rng.usize(..6).saturating_sub(3), keyed },
            24..34 => Self::Retry { writer, pick, how: HOWS[rng.usize(..HOWS.len())] },
            34..39 => Self::Remove { writer, pick, keyed },
            39..42 => Self::Clear { writer, keyed },
            42..46 => Self::Configure { writer, keep: 1 + rng.usize(..6), keyed, late: rng.u8(..4) == 0 },
            46..48 => Self::Restore { writer, pick },
            48..64 => {
                let file = rng.bool().then_some(pick);
                Self::Append { file, what: WHATS[rng.usize(..WHATS.len())], seed }
            }
            64..70 => Self::Die { cut: rng.usize(..600) * rng.usize(..2), count: 1 + rng.usize(..2) },
            70..73 => Self::ArriveLate,
            73..75 => Self::DieReplacing { clear: rng.bool() },
            75 => Self::LeaveTemporary,
            76 => Self::LeaveHistory,
            77..79 => Self::WaitAMinute,
            79..81 => Self::NewWriter { writer },
            81..83 => Self::NewReader { reader, always_verifies: rng.bool() },
            83..89 => Self::Read { reader },
            89..94 => Self::Connect { browser: rng.usize(..BROWSERS), reader },
            94 => Self::Delete { keep_open: rng.bool() },
            95 => Self::Recreate,
            96 => Self::Truncate,
            _ => Self::Edit { pick, how: EDITS[rng.usize(..EDITS.len())] },
        }
    }
}
