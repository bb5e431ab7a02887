//! The tasks that serve a wall.

use std::net::SocketAddr;

use anyhow::{Context, Result};

use crate::wall::Wall;

impl Wall {
    /// Returns the addresses of all readers, that of [`address`](Self::address) first. `MESSAGEWALL_READERS` sets their number.
    ///
    /// # Errors
    /// Returns an error if a line that `messagewall up` has printed of a reader has no address.
    pub fn tasks(&self) -> Result<Vec<SocketAddr>> {
        let printed = self.process.stdout();
        let others = printed.lines().skip_while(|line| !line.contains(" wall ")).skip(1);
        let others = others.map(str::trim).take_while(|line| line.starts_with("http://"));
        let address = |line: &str| {
            let address = line.trim_start_matches("http://").trim_end_matches('/');
            address.parse().with_context(|| format!("the address of a reader in {line:?}"))
        };
        [Ok(self.address())].into_iter().chain(others.map(address)).collect()
    }
}
