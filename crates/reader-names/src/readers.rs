//! The names of the readers, as a setting.

use std::fmt;
use std::str::FromStr;

/// The names of the readers: `host:port`, separated by commas. A name has the addresses of all tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readers(Vec<String>);

impl fmt::Display for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

impl FromStr for Readers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let check = |name: &str| {
            let port = name.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
            match port {
                Some(Ok(1..)) => Ok(name.to_owned()),
                _ => Err(format!("{name:?} is not a host and a port, such as reader.wall.internal:8081")),
            }
        };
        names.map(check).collect::<Result<_, _>>().map(Self)
    }
}

impl Readers {
    /// Returns the names.
    pub(crate) fn into_names(self) -> Vec<String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_hosts_with_ports() {
        for text in ["127.0.0.1:8081", "reader.wall.internal:8081, [::1]:9", ""] {
            text.parse::<Readers>().unwrap();
        }
        for text in ["reader", ":8081", "reader:", "reader:0", "reader:70000", "a:1,b"] {
            assert!(text.parse::<Readers>().is_err(), "{text}");
        }
    }
}
