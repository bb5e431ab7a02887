//! The settings of the parent of an application.

use std::time::Duration;

use super::then::SignalName;
use crate::units::Time;

/// The options of `follow run`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ParentArguments {
    /// Reloads the application by this signal, such as HUP. Without it and without --then the application is restarted
    #[arg(long, env = "FOLLOW_RELOAD_SIGNAL", value_name = "SIGNAL")]
    reload_signal: Option<SignalName>,
    /// The time that the application has to end after SIGTERM, before SIGKILL [default: 10s]
    #[arg(long, env = "FOLLOW_STOP_TIMEOUT", value_name = "TIME")]
    stop_timeout: Option<Time>,
    /// Starts an application that has ended by itself again
    #[arg(long, env = "FOLLOW_RESTART", value_name = "WHEN", default_value = "never")]
    restart: Restart,
    /// The first pause before an application that has ended by itself is started again. It doubles up to 1 min, and is
    /// short again after the application has run for 1 min [default: 1s]
    #[arg(long, env = "FOLLOW_RESTART_PAUSE", value_name = "TIME")]
    restart_pause: Option<Time>,
}

/// When an application that has ended by itself is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Restart {
    /// Never: the program exits with the exit code of the application
    Never,
    /// If its exit code was not 0
    OnFailure,
    /// Always
    Always,
}

/// The settings of the parent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parent {
    pub(crate) reload_signal: Option<SignalName>,
    pub(crate) stop_timeout: Duration,
    pub(crate) restart: Restart,
    pub(crate) restart_pause: Duration,
}

impl Restart {
    /// Returns true if an application that ended with `code` is started again.
    pub(crate) fn applies(self, code: u8) -> bool {
        self == Self::Always || self == Self::OnFailure && code != 0
    }
}

impl From<&ParentArguments> for Parent {
    fn from(given: &ParentArguments) -> Self {
        Self {
            reload_signal: given.reload_signal,
            stop_timeout: given.stop_timeout.map_or(Duration::from_secs(10), |Time(time)| time),
            restart: given.restart,
            restart_pause: given.restart_pause.map_or(Duration::from_secs(1), |Time(time)| time),
        }
    }
}
