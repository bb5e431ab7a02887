//! Messages of SQS: a batch in one lock cycle, with the failures reported message by message.

use std::collections::HashSet;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use serde_json::Value;
use shared_volume::limits::KEPT_REJECTED;

use super::logs;
use super::parse::{Part, parse};
use super::payload;
use super::sender::Sender;
use super::work::Work;
use crate::commands::{self, Answers, Step};
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::reply::Reply;

/// Returns true if the event is a batch of messages.
pub(super) fn recognises(event: &Value) -> bool {
    event["Records"][0]["eventSource"] == "aws:sqs"
}

/// Handles a batch. The reply names the messages that failed, and SQS delivers them again until it moves them to the
/// dead-letter queue. In a FIFO queue the messages behind a failed one of the same group are not applied.
///
/// # Errors
/// Returns a failure if no message could be applied because the volume or a source failed, or if the batch cannot be
/// parsed. SQS delivers all messages again then.
pub(super) async fn handle(event: Value, invocation: &Invocation<'_>) -> Result<Reply, Failure> {
    let SqsEvent { records, .. } = parse(event.clone(), Part::Event)?;
    let mut batch = Batch::new(records.len(), event, invocation);
    for (at, message) in records.iter().enumerate() {
        let item = Item::of(at, message, invocation)?;
        batch.add(item).await;
    }
    batch.apply_collected().await;
    let ids = records.into_iter().map(|record| record.message_id.unwrap_or_default());
    batch.reply(ids.collect())
}

/// A message of the batch.
struct Item {
    at: usize,
    /// The group of a message in a FIFO queue.
    group: Option<String>,
    /// True if SQS delivers the message for the first time.
    is_first_delivery: bool,
    work: Result<Work, Failure>,
}

impl Item {
    fn of(at: usize, message: &SqsMessage, invocation: &Invocation<'_>) -> Result<Self, Failure> {
        let id = message.message_id.as_deref().filter(|id| !id.is_empty());
        let Some(id) = id else {
            let field = format!("Records.{at}.messageId");
            return Err(Failure::in_field(Problem::EventInvalid, field, "is missing"));
        };
        // A message of a standard queue may have a group, too, which says nothing about its order.
        let is_fifo = message.event_source_arn.as_ref().is_some_and(|arn| arn.ends_with(".fifo"));
        let attribute = |name: &str| message.attributes.get(name).map(String::as_str);
        Ok(Self {
            at,
            group: attribute("MessageGroupId").filter(|_| is_fifo).map(str::to_owned),
            is_first_delivery: attribute("ApproximateReceiveCount").is_none_or(|count| count == "1"),
            work: payload::of_queue(message.body.as_deref().unwrap_or_default(), Sender::queue(id), invocation),
        })
    }
}

/// The state of a batch.
struct Batch<'a> {
    invocation: &'a Invocation<'a>,
    event: Value,
    /// The commands that one lock cycle applies, and the places of their messages.
    collected: Vec<(usize, Step)>,
    first_deliveries: HashSet<usize>,
    failed: HashSet<usize>,
    failed_groups: HashSet<String>,
    /// The number of messages that had their effect or were refused.
    settled: usize,
    stopped: Option<Failure>,
    /// The number of refused messages that were stored in `rejected/`.
    stored: usize,
    count: usize,
}

impl<'a> Batch<'a> {
    fn new(count: usize, event: Value, invocation: &'a Invocation<'a>) -> Self {
        Self {
            invocation,
            event,
            collected: Vec::new(),
            first_deliveries: HashSet::new(),
            failed: HashSet::new(),
            failed_groups: HashSet::new(),
            settled: 0,
            stopped: None,
            stored: 0,
            count,
        }
    }

    async fn add(&mut self, item: Item) {
        let Item { at, group, is_first_delivery, work } = item;
        if is_first_delivery {
            self.first_deliveries.insert(at);
        }
        match work {
            Ok(Work::Write(write)) => self.collected.push((at, Step { group, write: Ok(write) })),
            Ok(Work::Posts(posts)) => {
                let step = |write| (at, Step { group: group.clone(), write });
                self.collected.extend(posts.into_iter().map(step));
            }
            Err(failure) => self.collected.push((at, Step { group, write: Err(failure) })),
            Ok(work) => {
                // A document is read from its source, for which no lock is held.
                self.apply_collected().await;
                self.run(at, group, work).await;
            }
        }
    }

    async fn run(&mut self, at: usize, group: Option<String>, work: Work) {
        let is_behind = group.as_ref().is_some_and(|group| self.failed_groups.contains(group));
        if is_behind || self.stopped.is_some() {
            self.failed.insert(at);
            return;
        }
        match work.run(self.invocation).await {
            Ok(_) => self.settled += 1,
            Err(failure) => {
                self.fail(at, &failure).await;
                self.failed_groups.extend(group);
            }
        }
    }

    /// Applies the collected commands in one lock cycle.
    async fn apply_collected(&mut self) {
        let collected = std::mem::take(&mut self.collected);
        let (mut places, mut steps) = (Vec::new(), Vec::new());
        for (at, step) in collected {
            let is_behind = step.group.as_ref().is_some_and(|group| self.failed_groups.contains(group));
            if is_behind || self.stopped.is_some() {
                self.failed.insert(at);
            } else {
                places.push((at, step.group.clone()));
                steps.push(step);
            }
        }
        if steps.is_empty() {
            return;
        }
        let Answers { results, stopped } = commands::batch(self.invocation, steps).await;
        for ((at, group), result) in places.into_iter().zip(results) {
            match result {
                Some(Ok(_)) => self.settled += 1,
                None => drop(self.failed.insert(at)),
                Some(Err(failure)) => {
                    self.fail(at, &failure).await;
                    self.failed_groups.extend(group);
                }
            }
        }
        self.stopped = stopped;
    }

    async fn fail(&mut self, at: usize, failure: &Failure) {
        self.failed.insert(at);
        if failure.is_transient() || failure.is_of(Problem::GroupStopped) {
            logs::failed("sqs", failure);
            return;
        }
        self.settled += 1;
        // SQS delivers a refused message several times, and only the newest files are kept.
        if self.first_deliveries.contains(&at) && self.stored < KEPT_REJECTED {
            self.stored += 1;
            let message = self.event["Records"][at].clone();
            logs::refused_for_good(failure, &self.invocation.reject(message, failure).await);
        } else {
            logs::failed("sqs", failure);
        }
    }

    fn reply(self, ids: Vec<String>) -> Result<Reply, Failure> {
        tracing::info!(messages = self.count, failed = self.failed.len(), "batch_done");
        if let (Some(stopped), 0) = (self.stopped, self.settled) {
            return Err(stopped);
        }
        let mut response = SqsBatchResponse::default();
        for (at, id) in ids.into_iter().enumerate() {
            if self.failed.contains(&at) {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier = id;
                response.batch_item_failures.push(failure);
            }
        }
        Ok(Reply::Batch(response))
    }
}
