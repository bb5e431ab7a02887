//! The settings, from the command line and the environment. No other module reads either of them.

mod admin_token;
mod arguments;
mod invalid;
mod task;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub use self::admin_token::AdminToken;
pub use self::arguments::{Arguments, Watch};
pub use self::invalid::InvalidSettings;

/// The settings of the service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The id of this task, in its answers to writers: that of ECS, else the names of the host and of the process.
    pub task: String,
    /// The directory of the wall. `/mnt/msg` by default; `--wall-dir`, `WALL_DIR`.
    pub wall_dir: PathBuf,
    /// True if the directory must be a mount point. False by default; `--require-mount`, `REQUIRE_MOUNT`.
    pub require_mount: bool,
    /// The address to serve on. `0.0.0.0:8080` by default; `--listen`, `LISTEN`.
    pub listen: SocketAddr,
    /// The address of the internal port, for writers and operators. None by default. `--internal-listen`, `INTERNAL_LISTEN`.
    pub internal_listen: Option<SocketAddr>,
    /// The Lambda function that writes, by name or ARN. None by default: nobody can post from the page.
    /// `--writer-function`, `WRITER_FUNCTION`.
    pub writer_function: Option<String>,
    /// The Lambda function that classifies pictures, by name or ARN. None by default: pictures are shown without labels.
    /// `--inference-function`, `INFERENCE_FUNCTION`.
    pub inference_function: Option<String>,
    /// The directory of pictures. None by default: the wall has no pictures. `--uploads-dir`, `UPLOADS_DIR`.
    pub uploads_dir: Option<PathBuf>,
    /// The way in which the volume is watched. [`Watch::Auto`] by default; `--watch`, `WATCH`.
    pub watch: Watch,
    /// The pause between two scans of the network watcher while a stream is open. 250 ms by default;
    /// `--watch-interval-ms`, `WATCH_INTERVAL_MS`.
    pub watch_interval: Duration,
    /// The pause between two scans of the network watcher while every change of the last minutes was announced by its writer.
    /// 1,000 ms by default, at least [`Settings::watch_interval`]; `--announced-interval-ms`, `ANNOUNCED_INTERVAL_MS`.
    pub announced_interval: Duration,
    /// The token of the administrator. None by default: there is no administrator. `--admin-token`, `ADMIN_TOKEN`, or the
    /// content of the file `--admin-token-file`, `ADMIN_TOKEN_FILE`.
    pub admin_token: Option<AdminToken>,
}

impl Settings {
    /// Converts the arguments, and reads the file of the token if there is one.
    ///
    /// # Errors
    /// Returns an error if the token is given twice, or its file cannot be read or is empty.
    pub fn new(arguments: Arguments) -> Result<Self, InvalidSettings> {
        let (admin_token, internal_listen) = (arguments.admin_token()?, arguments.internal_listen()?);
        Ok(Self {
            task: task::id(),
            wall_dir: arguments.wall_dir,
            require_mount: arguments.require_mount,
            listen: arguments.listen,
            internal_listen,
            writer_function: arguments.writer_function.filter(|name| !name.is_empty()),
            inference_function: arguments.inference_function.filter(|name| !name.is_empty()),
            uploads_dir: arguments.uploads_dir.filter(|dir| !dir.is_empty()).map(PathBuf::from),
            watch: arguments.watch,
            watch_interval: Duration::from_millis(arguments.watch_interval_ms),
            announced_interval: Duration::from_millis(arguments.announced_interval_ms),
            admin_token,
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    /// Returns the settings with this token and with a file of this content.
    fn settings(token: Option<&str>, file: Option<&str>) -> Result<Settings, InvalidSettings> {
        let directory = tempfile::tempdir().unwrap();
        let command = Arguments::augment_args(Command::new("fargate-reader"));
        let matches = command.get_matches_from(["fargate-reader"]);
        let mut arguments = Arguments::from_arg_matches(&matches).unwrap();
        arguments.admin_token = token.map(str::to_owned);
        arguments.admin_token_file = file.map(|content| {
            let path = directory.path().join("token");
            fs_err::write(&path, content).unwrap();
            path.to_str().unwrap().to_owned()
        });
        Settings::new(arguments)
    }

    #[test]
    fn the_token_may_be_in_a_file_with_a_line_break() {
        for (token, file) in [(Some("secret"), None), (None, Some("secret\n")), (Some(""), Some("secret"))] {
            let token = settings(token, file).unwrap().admin_token.unwrap();
            assert!(token.is("secret") && !token.is("secret\n"));
        }
        for token in [None, Some("")] {
            assert!(settings(token, None).unwrap().admin_token.is_none());
        }
    }

    #[test]
    fn two_tokens_and_an_empty_file_are_refused() {
        assert!(matches!(settings(Some("a"), Some("a")), Err(InvalidSettings::TwoAdminTokens)));
        assert!(matches!(settings(None, Some(" \n")), Err(InvalidSettings::EmptyAdminToken(_))));
    }
}
