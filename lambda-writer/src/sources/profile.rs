//! Documents in AppConfig.

use aws_config::SdkConfig;
use aws_sdk_appconfigdata::Client;
use shared_volume::config::SourceState;

use super::name::{DocumentName, ProfileName};
use super::{Raw, failed};
use crate::error::{Failure, Problem};

/// The code of the answer that there is no such application, environment, profile or deployment.
const MISSING: &[&str] = &["ResourceNotFoundException"];

/// Reads the deployed version of a configuration, in a session of its own.
pub(super) async fn read(sdk: &SdkConfig, profile: &ProfileName, name: &DocumentName) -> Result<Raw, Failure> {
    let client = Client::new(sdk);
    let session = client
        .start_configuration_session()
        .application_identifier(&profile.application)
        .environment_identifier(&profile.environment)
        .configuration_profile_identifier(&profile.profile)
        .send()
        .await
        .map_err(|error| failed(name, &error, MISSING))?;
    let request = client.get_latest_configuration().set_configuration_token(session.initial_configuration_token);
    let output = request.send().await.map_err(|error| failed(name, &error, MISSING))?;
    // The first answer of a session has the whole document. It is empty if nothing was deployed yet.
    let Some(document) = output.configuration.filter(|document| !document.as_ref().is_empty()) else {
        return Err(Failure::event(Problem::SourceMissing, format!("{name}: no configuration is deployed")));
    };
    let (content_type, label) = (output.content_type, output.version_label);
    Ok(Raw { bytes: document.into_inner(), content_type, version: SourceState::default(), label })
}
