//! The ways in which a program is told that a new generation is in place.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use hyper::{Method, Uri};
use rustix::process::{Pid, Signal};
use serde::Deserialize;

use super::command::CommandLine;

/// A way to tell the program: `signal:HUP:PID`, `http:POST:URL`, `exec:COMMAND` or `touch`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum Then {
    /// Sends a signal to a process.
    Signal(SignalName, Whom),
    /// Sends a request without a body. Any 2xx status is success.
    Http(Method, Uri),
    /// Runs a command. The exit code 0 is success.
    Exec(CommandLine),
    /// Makes inotify report each changed name in the target, and the files of the old generation.
    Touch,
}

/// A process that is sent a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whom {
    /// A process id.
    Pid(Pid),
    /// A file that contains a process id.
    PidFile(PathBuf),
    /// The name of a program: its oldest process gets the signal.
    Name(OsString),
}

/// A signal by its name, with or without `SIG`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct SignalName(pub(crate) Signal);

/// The signals that a program may be sent.
const SIGNALS: [(&str, Signal); 8] = [
    ("HUP", Signal::HUP),
    ("INT", Signal::INT),
    ("QUIT", Signal::QUIT),
    ("TERM", Signal::TERM),
    ("USR1", Signal::USR1),
    ("USR2", Signal::USR2),
    ("WINCH", Signal::WINCH),
    ("CONT", Signal::CONT),
];

impl FromStr for SignalName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.to_ascii_uppercase();
        let name = name.strip_prefix("SIG").unwrap_or(&name);
        let known = SIGNALS.iter().find(|(known, _)| *known == name);
        let names = || SIGNALS.map(|(name, _)| name).join(", ");
        known.map(|(_, signal)| Self(*signal)).ok_or_else(|| format!("{text:?} is no signal; write one of {}", names()))
    }
}

impl TryFrom<String> for SignalName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Whom {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<i32>() {
            // 0 and negative numbers are groups of processes.
            Ok(number) => {
                let pid = Some(number).filter(|number| *number > 0).and_then(Pid::from_raw);
                pid.map(Self::Pid).ok_or_else(|| format!("{text:?} is no process id"))
            }
            Err(_) if text.is_empty() => {
                Err("names no process; write an id, the path of a pid file or a name".to_owned())
            }
            Err(_) if text.starts_with('/') => Ok(Self::PidFile(text.into())),
            Err(_) => Ok(Self::Name(text.into())),
        }
    }
}

impl FromStr for Then {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (way, rest) = text.split_once(':').unwrap_or((text, ""));
        match way {
            "touch" if rest.is_empty() => Ok(Self::Touch),
            "exec" => rest.parse().map(Self::Exec),
            "signal" => {
                let (signal, whom) = rest.split_once(':').ok_or("signal: write signal:HUP:PID")?;
                Ok(Self::Signal(signal.parse()?, whom.parse()?))
            }
            "http" => {
                let (method, url) =
                    rest.split_once(':').ok_or("http: write http:POST:http://127.0.0.1:9090/-/reload")?;
                Ok(Self::Http(parse_method(method)?, parse_url(url)?))
            }
            _ => Err(format!("{text:?}: write signal:HUP:PID, http:POST:URL, exec:COMMAND or touch")),
        }
    }
}

impl TryFrom<String> for Then {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

fn parse_method(text: &str) -> Result<Method, String> {
    let known = [Method::GET, Method::POST, Method::PUT];
    known.into_iter().find(|method| method.as_str() == text).ok_or_else(|| format!("{text:?}: write GET, POST or PUT"))
}

fn parse_url(text: &str) -> Result<Uri, String> {
    let uri: Uri = text.parse().map_err(|error| format!("{text:?}: {error}"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http"), Some(_)) => Ok(uri),
        _ => Err(format!("{text:?}: write a URL that begins with http://; the program is in the same task")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_is_read_from_its_text() {
        let pid = Pid::from_raw(7).unwrap();
        let hup = SignalName(Signal::HUP);
        assert_eq!("signal:HUP:7".parse(), Ok(Then::Signal(hup, Whom::Pid(pid))));
        assert_eq!("signal:SIGHUP:/run/a.pid".parse(), Ok(Then::Signal(hup, Whom::PidFile("/run/a.pid".into()))));
        assert_eq!("signal:hup:nginx".parse(), Ok(Then::Signal(hup, Whom::Name("nginx".into()))));
        assert_eq!("touch".parse(), Ok(Then::Touch));
        assert!(matches!("http:POST:http://127.0.0.1:9090/-/reload".parse(), Ok(Then::Http(..))));
        assert!(matches!("exec:nginx -s reload".parse(), Ok(Then::Exec(_))));
    }

    #[test]
    fn what_cannot_be_done_is_refused_when_the_settings_are_read() {
        for text in [
            "",
            "signal:HUP",
            "signal:KILLALL:7",
            "signal:HUP:0",
            "signal:HUP:-1",
            "signal:HUP:",
            "touch:x",
            "http:POST:https://example.com/",
            "http:DELETE:http://a/",
            "http:POST:/x",
            "exec:",
            "exec:'open",
        ] {
            assert!(text.parse::<Then>().is_err(), "{text}");
        }
    }
}
