//! The id of this task.

/// The variable in which ECS tells a container the address of its metadata, which ends with the id of the task.
const METADATA: &str = "ECS_CONTAINER_METADATA_URI_V4";

/// Returns the id of this task: that of ECS, else the names of the host and of the process.
pub(crate) fn id() -> String {
    let of_ecs = std::env::var(METADATA).ok().and_then(|address| of_address(&address));
    of_ecs.unwrap_or_else(|| {
        let system = rustix::system::uname();
        format!("{}-{}", system.nodename().to_string_lossy(), std::process::id())
    })
}

/// Returns the id in an address such as `http://169.254.170.2/v4/4a5f...-526187`: the part before the number of the container.
fn of_address(address: &str) -> Option<String> {
    let last = address.rsplit('/').next()?;
    let id = last.rsplit_once('-').map_or(last, |(id, _)| id);
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_ecs_is_in_the_address_of_its_metadata() {
        let id = of_address("http://169.254.170.2/v4/4a5f0c1d2e3b-526187");
        assert_eq!(id.as_deref(), Some("4a5f0c1d2e3b"));
        assert_eq!(of_address("http://169.254.170.2/v4/"), None);
    }
}
