//! The paths at which a test calls the function, from `contract.json`.

use support::fact;

/// Returns the path of the wall in the HTTP API, with the stage.
#[must_use]
pub fn function_path() -> String {
    format!("/{}{}", fact("/routes/api/stage"), fact("/routes/api/wall"))
}

/// Returns the path at which the Lambda Invoke API calls the function.
#[must_use]
pub fn invocations_path() -> String {
    fact("/routes/local_cloud/invoke").replace("{function}", &fact("/functions/writer"))
}
