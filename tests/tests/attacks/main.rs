//! Attacks from outside, on everything that `messagewall up` starts: floods, slow clients, and proxies in front. docs/attacks.md
//! lists them with those of the other tests.

mod client;
mod floods;
mod proxies;
mod secrets;
mod tasks;
