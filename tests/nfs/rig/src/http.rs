//! HTTP requests on the loopback device of the machine.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

/// An answer of any status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// True if Lambda has marked the answer as an error of the function.
    pub(crate) function_error: bool,
    pub(crate) text: String,
}

impl Answer {
    /// Returns the body, or null if it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

pub(crate) fn get(url: &str, patience: Duration) -> Result<Answer> {
    answer(agent(Some(patience)).get(url).call(), url)
}

pub(crate) fn post(url: &str, body: &Value, patience: Duration) -> Result<Answer> {
    let request = agent(Some(patience)).post(url).header("content-type", "application/json");
    answer(request.send(body.to_string()), url)
}

/// Opens a stream, without a time limit.
pub(crate) fn stream(url: &str) -> Result<impl std::io::Read + Send + 'static> {
    let response = agent(None).get(url).call().with_context(|| url.to_owned())?;
    Ok(response.into_body().into_reader())
}

fn agent(patience: Option<Duration>) -> ureq::Agent {
    ureq::Agent::config_builder().timeout_global(patience).http_status_as_error(false).build().into()
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>, url: &str) -> Result<Answer> {
    let mut response = response.with_context(|| url.to_owned())?;
    Ok(Answer {
        status: response.status().as_u16(),
        function_error: response.headers().contains_key("x-amz-function-error"),
        text: response.body_mut().read_to_string().with_context(|| url.to_owned())?,
    })
}
