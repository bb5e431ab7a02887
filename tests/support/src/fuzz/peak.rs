//! The memory of the process that runs the parser.

/// The largest growth of the process of the test, in bytes. Other tests run in it at the same time.
const OWN_GROWTH: u64 = 1 << 30;

/// A limit on the growth of a process.
#[derive(Debug)]
pub(super) struct Peak {
    process: String,
    limit: u64,
    /// The peak before the first run, in bytes.
    before: u64,
}

impl Peak {
    pub(super) fn of_this_process() -> Self {
        Self { process: "self".to_owned(), limit: OWN_GROWTH, before: 0 }
    }

    pub(super) fn of(pid: u32, limit: u64) -> Self {
        Self { process: pid.to_string(), limit, before: 0 }
    }

    pub(super) fn begin(self) -> Self {
        Self { before: self.peak(), ..self }
    }

    /// Returns the growth of the peak, in bytes.
    ///
    /// # Panics
    /// Panics if it is above the limit.
    pub(super) fn check(&self, name: &str) -> u64 {
        let grown = self.peak().saturating_sub(self.before);
        assert!(grown <= self.limit, "{name}: the memory of the parser has grown by {grown} bytes");
        grown
    }

    /// Returns the peak of the process. It is 0 if the system does not tell it, or if the process has ended.
    fn peak(&self) -> u64 {
        let status = fs_err::read_to_string(format!("/proc/{}/status", self.process)).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.unwrap_or(0) * 1024
    }
}
