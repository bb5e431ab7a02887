//! Asks again for labels that did not come: the reader that stored the picture may have ended before it asked.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shared_volume::message::Picture;
use shared_volume::time;
use tokio::time::sleep;
use wall_api::ClassifyPicture;

use crate::follow::{Follow, Message, VolumeHealth};
use crate::invoke::Function;

/// The age of a message from which on its label is late, and the time between the first two questions.
const LATE: Duration = Duration::from_secs(30);

/// The number of questions about one message.
const MAX_QUESTIONS: u32 = 3;

/// Each pause between two questions about a message is this many times as long as the one before.
const LONGER: u32 = 4;

/// The pause between two looks at the messages.
const PERIOD: Duration = Duration::from_secs(5);

/// Asks the inference function for labels that are late, one at a time. Never ends.
pub(crate) async fn ask_again(inference: Arc<Function>, follow: Follow) -> Infallible {
    let mut asked = HashMap::<String, Asked>::new();
    loop {
        let snapshot = follow.snapshot();
        if snapshot.volume == VolumeHealth::Ok {
            let late: Vec<_> = snapshot.messages.iter().rev().filter_map(late).collect();
            asked.retain(|id, _| late.iter().any(|late| late.message == *id));
            for question in late {
                let asked = asked.entry(question.message.clone()).or_default();
                if asked.is_due() {
                    asked.count();
                    inference.classify(&question).await;
                }
            }
        }
        sleep(PERIOD).await;
    }
}

/// The questions about a message.
#[derive(Debug, Default)]
struct Asked {
    times: u32,
    last: Option<Instant>,
}

impl Asked {
    fn is_due(&self) -> bool {
        let pause = LATE * LONGER.pow(self.times.saturating_sub(1).min(MAX_QUESTIONS));
        self.times < MAX_QUESTIONS && self.last.is_none_or(|last| last.elapsed() >= pause)
    }

    fn count(&mut self) {
        self.times += 1;
        self.last = Some(Instant::now());
    }
}

/// Returns the question about a message whose label is late.
fn late(message: &Arc<Message>) -> Option<ClassifyPicture> {
    let picture: Picture = message.picture.filter(|_| message.label.is_none())?;
    let age = time::now().duration_since(message.at?);
    (age.unsigned_abs() >= LATE && age.is_positive()).then(|| ClassifyPicture { message: message.id.clone(), picture })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_asked_about_three_times_with_longer_pauses() {
        let ago = |seconds| Instant::now().checked_sub(Duration::from_secs(seconds));
        let is_due = |times, last| Asked { times, last }.is_due();
        assert!(is_due(0, None));
        assert!(!is_due(1, ago(29)) && is_due(1, ago(31)));
        assert!(!is_due(2, ago(119)) && is_due(2, ago(121)));
        assert!(!is_due(3, ago(100_000)));
    }
}
