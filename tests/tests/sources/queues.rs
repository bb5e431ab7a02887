//! Queues and topics, with the redelivery and the dead-letter queue that SQS has.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::{Wall, printed, tool};

use crate::aws::Aws;
use crate::documents::rejected;
use crate::page::Page;

/// A queue with its dead-letter queue.
struct Queue<'a> {
    aws: &'a Aws,
    url: String,
    dead_letters: String,
}

impl<'a> Queue<'a> {
    async fn create(aws: &'a Aws, is_fifo: bool) -> Result<Self> {
        let ending = if is_fifo { ".fifo" } else { "" };
        let create = async |name: &str, attributes: Value| {
            let mut attributes = attributes;
            if is_fifo {
                attributes["FifoQueue"] = json!("true");
            }
            let (name, attributes) = (format!("{name}{ending}"), attributes.to_string());
            let created = aws.cli(&["sqs", "create-queue", "--queue-name", &name, "--attributes", &attributes]).await?;
            anyhow::Ok(created["QueueUrl"].as_str().context("QueueUrl")?.to_owned())
        };
        let dead_letters = create("dead-letters", json!({})).await?;
        let target = attribute(aws, &dead_letters, "QueueArn").await?;
        let redrive = json!({"deadLetterTargetArn": target, "maxReceiveCount": "3"}).to_string();
        let url = create("commands", json!({"RedrivePolicy": redrive})).await?;
        Ok(Self { aws, url, dead_letters })
    }

    async fn send(&self, body: &str, group: Option<&str>) -> Result<()> {
        let mut arguments = vec!["sqs", "send-message", "--queue-url", &self.url, "--message-body", body];
        let deduplication = format!("d{}", fastrand::u64(..));
        if let Some(group) = group {
            arguments.extend(["--message-group-id", group, "--message-deduplication-id", &deduplication]);
        }
        self.aws.cli(&arguments).await.map(drop)
    }

    /// Lets the function handle the messages until the queue is empty.
    async fn poll(&self, wall: &Wall) -> Result<()> {
        let mut poller = tool("python3");
        poller.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sources/poller.py"));
        poller.args([&self.aws.url(), &self.url, &wall.api(""), "10"]);
        printed(poller).await.map(drop)
    }

    /// Returns the bodies of the messages in the dead-letter queue.
    async fn dead(&self) -> Result<Vec<String>> {
        let receive = ["sqs", "receive-message", "--queue-url", &self.dead_letters, "--max-number-of-messages", "10"];
        let received = self.aws.cli(&receive).await?;
        let messages = received["Messages"].as_array().cloned().unwrap_or_default();
        Ok(messages.iter().filter_map(|message| Some(message["Body"].as_str()?.to_owned())).collect())
    }
}

async fn attribute(aws: &Aws, queue: &str, name: &str) -> Result<String> {
    let get = ["sqs", "get-queue-attributes", "--queue-url", queue, "--attribute-names", name];
    Ok(aws.cli(&get).await?["Attributes"][name].as_str().context("the attribute")?.to_owned())
}

fn post(text: &str) -> String {
    json!({"command": "post", "text": text}).to_string()
}

#[tokio::test]
async fn good_messages_of_a_queue_reach_an_open_page_and_bad_ones_the_dead_letter_queue() -> Result<()> {
    let aws = Aws::start().await?;
    let (queue, wall) = (Queue::create(&aws, false).await?, aws.wall().await?);
    let mut page = Page::open(&wall).await?;
    for body in [&post("one")[..], "no JSON", &post(""), &post("two")] {
        queue.send(body, None).await?;
    }
    queue.poll(&wall).await?;
    page.message("one").await?;
    page.message("two").await?;
    assert_eq!(wall.get().await?, "one\ntwo\n");
    let mut dead = queue.dead().await?;
    dead.sort();
    assert_eq!(dead, ["no JSON".to_owned(), post("")]);
    ensure!(rejected(&wall)?.len() == 2, "each refused message is stored once, not at each of its deliveries");
    Ok(())
}

#[tokio::test]
async fn nothing_of_a_group_in_a_fifo_queue_overtakes_a_refused_message() -> Result<()> {
    let aws = Aws::start().await?;
    let (queue, wall) = (Queue::create(&aws, true).await?, aws.wall().await?);
    for (group, text) in [("a", "a1"), ("b", "b1"), ("a", ""), ("a", "a3"), ("b", "b2"), ("a", "a4")] {
        queue.send(&post(text), Some(group)).await?;
    }
    queue.poll(&wall).await?;
    let wall_text = wall.get().await?;
    let of_group = |group: char| wall_text.lines().filter(|line| line.starts_with(group)).collect::<Vec<_>>();
    assert_eq!((of_group('a'), of_group('b')), (vec!["a1"], vec!["b1", "b2"]));
    // SQS has delivered the messages behind the refused one as often as that one.
    assert_eq!(queue.dead().await?, [post(""), post("a3"), post("a4")]);
    Ok(())
}

#[tokio::test]
async fn a_notification_of_a_topic_in_a_queue_has_its_effect() -> Result<()> {
    let aws = Aws::start().await?;
    let (queue, wall) = (Queue::create(&aws, false).await?, aws.wall().await?);
    let mut page = Page::open(&wall).await?;
    let created = aws.cli(&["sns", "create-topic", "--name", "commands"]).await?;
    let topic = created["TopicArn"].as_str().context("TopicArn")?;
    let endpoint = attribute(&aws, &queue.url, "QueueArn").await?;
    aws.cli(&["sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs", "--notification-endpoint", &endpoint])
        .await?;
    let command = json!({"command": "change_config", "patch": {"title": "Over a topic"}}).to_string();
    for message in [command, post("over a topic")] {
        aws.cli(&["sns", "publish", "--topic-arn", topic, "--message", &message]).await?;
    }
    queue.poll(&wall).await?;
    page.title("Over a topic").await?;
    page.message("over a topic").await?;
    Ok(())
}
