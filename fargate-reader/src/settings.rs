//! The settings, from the command line and the environment. No other module reads either of them.

mod addresses;
mod arguments;
mod invalid;
mod limits;
mod roles;
mod task;
mod token;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::Uri;
use reader_names::Readers;

pub use self::addresses::{AddressArguments, Addresses};
pub use self::arguments::{Arguments, Watch};
pub use self::invalid::InvalidSettings;
pub use self::limits::{LimitArguments, Limits};
pub use self::roles::{Details, Posters, RoleArguments, Roles};
pub(crate) use self::token::read as read_token;
pub use self::token::{Token, TokenSource};

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
    /// The names of all readers of the volume, by which the tasks ask each other how they are. None by default: the status page shows
    /// this task alone. `--readers`, `READERS`.
    pub readers: Readers,
    /// The address at which the local cloud tells its state. None by default, as on AWS. `--cloud-status`, `CLOUD_STATUS`.
    pub cloud_status: Option<Uri>,
    /// The roles, and their tokens.
    pub roles: Roles,
    /// The names under which the wall is served.
    pub addresses: Addresses,
    /// The limits on what clients can use up.
    pub limits: Limits,
}

impl Settings {
    /// Converts the arguments, and reads the files of tokens.
    ///
    /// # Errors
    /// Returns an error if settings contradict each other, or the file of a token cannot be read or is empty.
    pub fn new(arguments: Arguments) -> Result<Self, InvalidSettings> {
        let cloud_status = arguments.cloud_status()?;
        let (internal_listen, is_local) = (arguments.internal_listen()?, arguments.listen.ip().is_loopback());
        let addresses = Addresses::new(&arguments.addresses, is_local)?;
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
            readers: arguments.readers,
            cloud_status,
            roles: Roles::new(&arguments.roles, is_local && addresses.is_private())?,
            addresses,
            limits: Limits::from(&arguments.limits),
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command, FromArgMatches};

    use super::*;

    /// Returns the settings with these arguments.
    fn settings(arguments: &[&str]) -> Result<Settings, InvalidSettings> {
        let command = Arguments::augment_args(Command::new("fargate-reader"));
        let matches = command.get_matches_from(["fargate-reader"].iter().chain(arguments));
        Settings::new(Arguments::from_arg_matches(&matches).unwrap())
    }

    #[test]
    fn the_token_may_be_in_a_file_with_a_line_break() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        fs_err::write(path, "secret\n").unwrap();
        for arguments in [["--admin-token", "secret"], ["--admin-token", " secret\n"], ["--admin-token-file", path]] {
            let (TokenSource::Given(token) | TokenSource::File { token, .. }) =
                settings(&arguments).unwrap().roles.admin.unwrap()
            else {
                unreachable!("no secret was named")
            };
            assert!(token.is("secret") && token.is("secret\n") && !token.is("secre"));
        }
        for arguments in [&[][..], &["--admin-token", ""], &["--admin-token-file", ""]] {
            assert!(settings(arguments).unwrap().roles.admin.is_none());
        }
        fs_err::write(path, " \n").unwrap();
        assert!(matches!(settings(&["--admin-token-file", path]), Err(InvalidSettings::TokenFile("admin", _))));
    }

    #[test]
    fn the_address_of_the_local_cloud_is_a_whole_one() {
        let status = |text| settings(&["--cloud-status", text]).map(|settings| settings.cloud_status);
        assert_eq!(status("").unwrap(), None);
        assert_eq!(status("http://cloud:9000/status").unwrap().unwrap().path(), "/status");
        for invalid in ["cloud:9000", "https://cloud/status", "/status", "http://", "http://a b"] {
            assert!(matches!(status(invalid), Err(InvalidSettings::CloudStatus(_))), "{invalid}");
        }
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        let secrets = |text| settings(&["--tokens-secret", text]);
        let Roles { admin, poster, .. } = secrets("admin=arn:a, poster=b").unwrap().roles;
        assert!(
            matches!((admin, poster), (Some(TokenSource::Secret(a)), Some(TokenSource::Secret(b))) if a == "arn:a" && b == "b")
        );
        for invalid in ["admin", "admin=", "owner=a", "admin=a,admin=b"] {
            assert!(matches!(secrets(invalid), Err(InvalidSettings::TokensSecret(_))), "{invalid}");
        }
        let two = settings(&["--tokens-secret", "poster=a", "--poster-token", "b"]);
        assert!(matches!(two, Err(InvalidSettings::TwoTokens("poster"))));
        assert!(matches!(settings(&["--posters", "token"]), Err(InvalidSettings::NoPosters)));
        assert!(settings(&["--posters", "token", "--poster-token", "a"]).is_ok());
    }
}
