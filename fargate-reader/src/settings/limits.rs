//! The limits on what clients can use up.

use std::num::NonZeroU32;

use clap::builder::RangedU64ValueParser;

/// The arguments of the limits.
#[derive(Debug, Clone, clap::Args)]
pub struct LimitArguments {
    /// The messages that one client may post in a minute, 1 to 1000000; more are refused with 429
    #[arg(long, env = "POSTS_PER_MINUTE", value_name = "COUNT", default_value = "300", value_parser = count())]
    pub posts_per_minute: u32,
    /// The messages that all clients who have not signed in may post in a minute, 1 to 1000000. A half is for clients that
    /// have more than a half of their own posts left, so that a flood does not keep them out
    #[arg(long, env = "WALL_POSTS_PER_MINUTE", value_name = "COUNT", default_value = "3000", value_parser = count())]
    pub wall_posts_per_minute: u32,
    /// The connections at a time, 16 to 1000000. For one more, the longest idle one is closed; if there is none, it gets 503
    #[arg(long, env = "MAX_CONNECTIONS", value_name = "COUNT", default_value = "12000", value_parser = connections())]
    pub max_connections: usize,
    /// The streams at a time, 1 to 1000000. One more is refused with 503
    #[arg(long, env = "MAX_STREAMS", value_name = "COUNT", default_value = "10000", value_parser = streams())]
    pub max_streams: usize,
    /// The streams of one client at a time, 1 to 1000000. One more is refused with 429. By default MAX_STREAMS
    #[arg(long, env = "MAX_STREAMS_PER_CLIENT", value_name = "COUNT", value_parser = streams())]
    pub max_streams_per_client: Option<usize>,
}

/// The limits on what clients can use up.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The messages that one client may post in a minute. 300 by default; `--posts-per-minute`, `POSTS_PER_MINUTE`.
    pub posts: NonZeroU32,
    /// The messages that all clients who have not signed in may post in a minute. 3,000 by default;
    /// `--wall-posts-per-minute`, `WALL_POSTS_PER_MINUTE`.
    pub wall_posts: NonZeroU32,
    /// The connections at a time. 12,000 by default, and fewer if the process may open fewer files; `--max-connections`,
    /// `MAX_CONNECTIONS`.
    pub connections: usize,
    /// The streams at a time. 10,000 by default; `--max-streams`, `MAX_STREAMS`.
    pub streams: usize,
    /// The streams of one client at a time. As many as [`Limits::streams`] by default; `--max-streams-per-client`,
    /// `MAX_STREAMS_PER_CLIENT`.
    pub streams_per_client: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            posts: at_least_one(300),
            wall_posts: at_least_one(3000),
            connections: 12_000,
            streams: 10_000,
            streams_per_client: 10_000,
        }
    }
}

impl From<&LimitArguments> for Limits {
    fn from(arguments: &LimitArguments) -> Self {
        Self {
            posts: at_least_one(arguments.posts_per_minute),
            wall_posts: at_least_one(arguments.wall_posts_per_minute),
            connections: arguments.max_connections,
            streams: arguments.max_streams,
            streams_per_client: arguments.max_streams_per_client.unwrap_or(arguments.max_streams),
        }
    }
}

const fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::MIN.saturating_add(count.saturating_sub(1))
}

fn count() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..=1_000_000)
}

fn connections() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(16..=1_000_000)
}

fn streams() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=1_000_000)
}
