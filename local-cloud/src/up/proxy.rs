//! The exceptions from the proxy of the environment: requests between the parts on this machine must not use it.

/// The variables for exceptions. Programs differ in the spelling that they read.
pub(super) const VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The names of the loopback.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "::1"];

/// Returns the `NO_PROXY` of a child: the lists that are `given`, the loopback, and the `host` that the child calls.
pub(super) fn exceptions(given: impl IntoIterator<Item = String>, host: &str) -> String {
    let given: Vec<String> = given.into_iter().collect();
    let given = given.iter().flat_map(|list| list.split(',')).map(str::trim);
    let mut all: Vec<&str> = Vec::new();
    for name in given.chain(LOOPBACK).chain([host.trim_matches(['[', ']'])]) {
        if !name.is_empty() && !all.contains(&name) {
            all.push(name);
        }
    }
    all.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_exceptions_stay() {
        let given = || ["example.com, 10.0.0.0/8".to_owned(), "example.com,localhost".to_owned()];
        let expected = "example.com,10.0.0.0/8,localhost,127.0.0.1,::1,192.0.2.7";
        assert_eq!(exceptions(given(), "192.0.2.7"), expected);
        assert_eq!(exceptions([], "[::1]"), "127.0.0.1,localhost,::1");
    }
}
