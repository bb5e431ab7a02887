//! The rules of EFS, today and in 2020.

/// The rules by which EFS limits the throughput of a file system in the performance mode General Purpose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// The throughput that each GiB in the class Standard earns, in KiB/s. 50, then and now. Sources: the blog post of 2020
    /// ("The baseline rate is 50 KiB/s per GiB of storage"); the EFS user guide, "Performance", of today.
    pub kib_s_per_gib: f64,
    /// The throughput that is always there in the mode Bursting, in MiB/s. 1 since 30 June 2020, two weeks after the post.
    /// Source: AWS What's New, "Amazon EFS announces 1 MiB/s minimum baseline". 0 before.
    pub floor_mib_s: f64,
    /// The throughput of a burst for each TiB and for the first one begun, in MiB/s. 100, then and now. Sources: the post
    /// ("can burst at least to 100 MiB/s"); the EFS user guide.
    pub burst_mib_s_per_tib: f64,
    /// The credits of a new file system, and the most of one up to 1 TiB, in TiB. 2.1, then and now. Source: the EFS user guide,
    /// "Performance": "initial credit balance of 2.1 TiB", which lasts for 6.12 h at 100 MiB/s.
    pub credits_tib: f64,
    /// The part of a read that is metered. A third today: EFS user guide, "Performance", and AWS Storage Blog, "3X
    /// read-throughput". All of it in 2020: the post divides throughput by the size of a load.
    pub read_metered: f64,
    /// The largest throughput of one client, in MiB/s. 500 today: EFS user guide, "Quotas" (Elastic has up to 1,500 with
    /// a recent mount helper; nothing says that Lambda has it). 250 MB/s in 2020: the quotas at the time of the post.
    pub client_mib_s: f64,
}

impl Rules {
    /// The rules of today.
    pub const TODAY: Self = Self {
        kib_s_per_gib: 50.0,
        floor_mib_s: 1.0,
        burst_mib_s_per_tib: 100.0,
        credits_tib: 2.1,
        read_metered: 1.0 / 3.0,
        client_mib_s: 500.0,
    };

    /// The rules by which the blog post of 16 June 2020 calculates. Its own results are a little higher, because it takes 1 GiB
    /// for 10^9 bytes: "43.2 GiB" a day are 41.2.
    pub const IN_2020: Self =
        Self { floor_mib_s: 0.0, read_metered: 1.0, client_mib_s: 250e6 / (1024.0 * 1024.0), ..Self::TODAY };
}
