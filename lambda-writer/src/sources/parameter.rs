//! Documents in Parameter Store.

use aws_config::SdkConfig;
use aws_sdk_ssm::Client;
use shared_volume::config::SourceState;

use super::name::{DocumentName, ParameterName};
use super::{Raw, failed};
use crate::error::{Failure, Problem};

/// Reads the newest version of a parameter, decrypted.
pub(super) async fn read(sdk: &SdkConfig, parameter: &ParameterName, name: &DocumentName) -> Result<Raw, Failure> {
    let request = Client::new(sdk).get_parameter().name(&parameter.0).with_decryption(true);
    let output = request.send().await.map_err(|error| failed(name, &error, &["ParameterNotFound"]))?;
    let Some((parameter, value)) = output.parameter().and_then(|found| Some((found, found.value()?))) else {
        return Err(Failure::event(Problem::SourceUnavailable, format!("{name}: the answer has no value")));
    };
    let modified = parameter.last_modified_date().and_then(|date| date.to_millis().ok());
    let version = SourceState {
        number: u64::try_from(parameter.version()).ok(),
        modified: modified.and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok()),
        ..SourceState::default()
    };
    let label = Some(parameter.version().to_string());
    Ok(Raw { bytes: value.as_bytes().to_vec(), content_type: None, version, label })
}
