//! Defaults that other programs and the documentation know. A test compares them with `contract.json`.

/// The name of the function.
pub(crate) const FUNCTION: &str = "MessageWall";

/// The timeout of the function, in seconds. The deployed function has the same.
pub(crate) const FUNCTION_TIMEOUT_S: u64 = 15;

/// The name of the function that classifies pictures.
pub(crate) const INFERENCE_FUNCTION: &str = "MessageWallInference";

/// The timeout of the function that classifies pictures, in seconds.
pub(crate) const INFERENCE_TIMEOUT_S: u64 = 60;

/// The memory of the function that classifies pictures, in MB.
pub(crate) const INFERENCE_MEMORY_MB: u32 = 3008;

/// The memory of the function, in MB.
pub(crate) const FUNCTION_MEMORY_MB: u32 = 256;

/// The address of the reader.
pub(crate) const WALL_ADDRESS: &str = "127.0.0.1:8080";

/// The URL of the reader.
pub(crate) const WALL_URL: &str = "http://127.0.0.1:8080";

/// The address of the HTTP API and the Invoke API.
pub(crate) const API_ADDRESS: &str = "127.0.0.1:9000";

/// The URL of the HTTP API and the Invoke API.
pub(crate) const API_URL: &str = "http://127.0.0.1:9000";

/// The address of the Runtime API.
pub(crate) const RUNTIME_API_ADDRESS: &str = "127.0.0.1:9001";

/// The directory of the models on the volume.
pub(crate) const MODELS: &str = "models";

/// The directory that stands for the volume.
pub(crate) const VOLUME: &str = ".messagewall";
