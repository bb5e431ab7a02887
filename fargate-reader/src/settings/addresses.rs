//! The arguments of the names under which the wall is served.

use std::net::IpAddr;

use axum::http::Uri;

use super::invalid::InvalidSettings;

/// The arguments of the names under which the wall is served.
#[derive(Debug, Clone, clap::Args)]
pub struct AddressArguments {
    /// The origins of the page in the browser, with commas between: for a proxy that changes the Host header, or for HTTPS.
    /// With an https origin, cookies are sent by HTTPS only
    #[arg(long, env = "PUBLIC_ORIGIN", value_name = "ORIGIN")]
    pub public_origin: Option<String>,
    /// The host names under which the wall is served, with commas between; `*` stands for all. Addresses, names without a dot
    /// and private names such as `wall.lan` are always served. By default those of PUBLIC_ORIGIN; without that all names, or
    /// none if the reader listens on the loopback
    #[arg(long, env = "ALLOWED_HOSTS", value_name = "NAMES")]
    pub allowed_hosts: Option<String>,
    /// The number of proxies in front, 0 to 16, of which each adds to `X-Forwarded-For` the address that it was called from
    #[arg(long, env = "TRUSTED_PROXIES", value_name = "COUNT", default_value = "0",
        value_parser = clap::value_parser!(u8).range(0..=16))]
    pub trusted_proxies: u8,
}

/// The names under which the wall is served.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    /// The origins of the page, as browsers write them. None by default; `--public-origin`, `PUBLIC_ORIGIN`.
    pub origins: Vec<String>,
    /// The public host names that are served, in lower case; `None` stands for all. `--allowed-hosts`, `ALLOWED_HOSTS`.
    pub hosts: Option<Vec<String>>,
    /// The number of proxies in front. 0 by default; `--trusted-proxies`, `TRUSTED_PROXIES`.
    pub proxies: usize,
}

impl Addresses {
    /// Converts the arguments. A reader that `is_local` listens on the loopback.
    ///
    /// # Errors
    /// Returns an error if an origin or a name is invalid.
    pub(super) fn new(arguments: &AddressArguments, is_local: bool) -> Result<Self, InvalidSettings> {
        let origins = list(arguments.public_origin.as_deref()).map(origin).collect::<Result<Vec<_>, _>>()?;
        let named = list(arguments.allowed_hosts.as_deref()).map(host).collect::<Result<Vec<_>, _>>()?;
        let serves_all = named.iter().any(|host| host == "*") || (named.is_empty() && origins.is_empty() && !is_local);
        let of_origins = origins.iter().filter_map(|origin| origin.parse::<Uri>().ok()?.host().map(str::to_owned));
        let hosts = (!serves_all).then(|| named.iter().cloned().chain(of_origins).collect());
        Ok(Self { origins, hosts, proxies: arguments.trusted_proxies.into() })
    }

    /// Returns true if the wall has no name in public.
    pub(super) fn is_private(&self) -> bool {
        self.hosts.as_ref().is_some_and(Vec::is_empty)
    }
}

fn list(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// Returns an origin as browsers write it: in lower case, without the port that is the default of its scheme.
fn origin(text: &str) -> Result<String, InvalidSettings> {
    let invalid = || InvalidSettings::PublicOrigin(text.to_owned());
    let lower = text.trim_end_matches('/').to_ascii_lowercase();
    let (authority, default) = match lower.split_once("://") {
        Some(("http", authority)) => (authority, ":80"),
        Some(("https", authority)) => (authority, ":443"),
        _ => return Err(invalid()),
    };
    let uri = authority.parse::<Uri>().ok().filter(|uri| uri.path_and_query().is_none()).ok_or_else(invalid)?;
    let (host, port) = authority.rsplit_once(':').filter(|(host, _)| !host.ends_with(':')).unwrap_or((authority, "1"));
    let is_host = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
        || (!host.split('.').any(str::is_empty)
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
    if uri.authority().is_none() || !is_host || !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(invalid());
    }
    Ok(lower.strip_suffix(default).unwrap_or(&lower).to_owned())
}

fn host(text: &str) -> Result<String, InvalidSettings> {
    let is_name = text == "*" || text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    is_name.then(|| text.to_ascii_lowercase()).ok_or_else(|| InvalidSettings::AllowedHosts(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(origin: &str, hosts: &str, is_local: bool) -> Result<Addresses, InvalidSettings> {
        let (public_origin, allowed_hosts) = (Some(origin.to_owned()), Some(hosts.to_owned()));
        Addresses::new(&AddressArguments { public_origin, allowed_hosts, trusted_proxies: 0 }, is_local)
    }

    #[test]
    fn an_origin_is_stored_as_browsers_write_it() {
        let origins = addresses("HTTPS://Wall.Example.org:443/, http://wall.lan:8080", "", false).unwrap().origins;
        assert_eq!(origins, ["https://wall.example.org", "http://wall.lan:8080"]);
        for invalid in [
            "wall.example.org",
            "ftp://wall",
            "https://",
            "https://a/b",
            "https://a@b",
            "https://a?b",
            "https://:443",
            "https://a:",
            "https://a:99999",
            "https://[zz]",
            "https://*.a.org",
            "https://a..b",
            "https://a'b",
        ] {
            assert!(matches!(addresses(invalid, "", false), Err(InvalidSettings::PublicOrigin(_))), "{invalid}");
        }
    }

    #[test]
    fn all_names_are_served_only_where_nothing_says_which() {
        let hosts = |origin, hosts, is_local| addresses(origin, hosts, is_local).unwrap().hosts;
        assert_eq!(hosts("", "", false), None);
        assert_eq!(hosts("", "", true), Some(vec![]));
        assert_eq!(hosts("", "*", true), None);
        assert_eq!(hosts("https://a.org:1", "B.org", false), Some(vec!["b.org".to_owned(), "a.org".to_owned()]));
        assert!(matches!(addresses("", "b.org:80", false), Err(InvalidSettings::AllowedHosts(_))));
    }
}
