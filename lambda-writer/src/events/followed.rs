//! Events of AWS about followed documents, and of schedules.

use serde::Deserialize;
use serde_json::Value;

use super::parse::{Part, parse};
use super::work::Work;
use crate::commands::Occasion;
use crate::error::{Failure, Problem};
use crate::sources::{DocumentName, FollowedDocument, Sources};

/// The detail type of an event about a parameter.
pub(crate) const PARAMETER_CHANGE: &str = "Parameter Store Change";

/// The detail type of an event about a new version of an object.
pub(crate) const OBJECT_CREATED: &str = "Object Created";

/// The detail type of an event about an object that was deleted.
pub(crate) const OBJECT_DELETED: &str = "Object Deleted";

/// The operations in an event about a parameter.
pub(crate) const OPERATIONS: [&str; 4] = ["Create", "Update", "Delete", "LabelParameterVersion"];

/// The detail type of an event of a schedule.
pub(crate) const SCHEDULED: &str = "Scheduled Event";

/// The detail types of the events about a deployment after which another configuration may be in force.
pub(crate) const DEPLOYED: [&str; 3] =
    ["On Deployment Complete", "On Deployment Rollback", "On Deployment Rolled Back"];

/// The settings that name the followed objects.
const OBJECT_SETTINGS: &str = "CONFIG_OBJECT and FILES name those that are";

#[derive(Deserialize)]
struct ParameterChange {
    operation: String,
    name: String,
}

/// An object in an event of EventBridge. Its key is as it is, unlike in a notification.
#[derive(Deserialize)]
struct ObjectChange {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
    sequencer: Option<String>,
}

/// A deployment in an event of the extension of AppConfig for EventBridge.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Deployment {
    application: Named,
    environment: Named,
    configuration_profile: Named,
    deployment_number: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
}

impl Named {
    fn names(&self) -> [&str; 2] {
        [&self.id, &self.name]
    }
}

/// Parses an event of AWS. `id` is the event id with its source.
///
/// # Errors
/// Returns a failure if the event is of another kind, or about a document that is not followed.
pub(super) fn work(
    source: &str,
    detail_type: &str,
    detail: Value,
    id: String,
    sources: &Sources,
) -> Result<Work, Failure> {
    match (source, detail_type) {
        ("aws.scheduler" | "aws.events", SCHEDULED) if sources.followed().is_empty() => {
            Ok(Work::Nothing("no document is followed".to_owned()))
        }
        ("aws.scheduler" | "aws.events", SCHEDULED) => Ok(Work::Reconcile(id)),
        ("aws.ssm", PARAMETER_CHANGE) => parameter(detail, id, sources),
        ("aws.s3", OBJECT_CREATED) => {
            let ObjectChange { bucket, object } = parse(detail, Part::Detail)?;
            self::object(&bucket.name, &object.key, object.sequencer, id, sources)
        }
        ("aws.s3", OBJECT_DELETED) => {
            let ObjectChange { bucket, object } = parse(detail, Part::Detail)?;
            let name = followed(sources, |name| name.is_object(&bucket.name, &object.key))
                .ok_or_else(|| not_followed(&format!("s3://{}/{}", bucket.name, object.key), OBJECT_SETTINGS))?;
            Ok(deleted(name))
        }
        ("aws.appconfig", detail_type) => deployment(detail_type, detail, id, sources),
        _ => Err(unsupported(source, detail_type)),
    }
}

fn parameter(detail: Value, id: String, sources: &Sources) -> Result<Work, Failure> {
    let ParameterChange { operation, name } = parse(detail, Part::Detail)?;
    let document = followed(sources, |document| document.is_parameter(&name))
        .ok_or_else(|| not_followed(&format!("ssm:{name}"), "CONFIG_PARAMETER and FILES name those that are"))?;
    match operation.as_str() {
        "Create" | "Update" => Ok(follow(document, id, None, None)),
        "Delete" => Ok(deleted(document)),
        "LabelParameterVersion" => {
            let reason = format!("{}: a label was moved, and labels are not followed", document.name);
            Ok(Work::Nothing(reason))
        }
        other => {
            let fault = format!("{other:?} is none of {}", OPERATIONS.join(", "));
            Err(Failure::in_field(Problem::DetailInvalid, "operation", fault))
        }
    }
}

/// Returns the work for a new version of an object.
pub(super) fn object(
    bucket: &str,
    key: &str,
    sequencer: Option<String>,
    id: String,
    sources: &Sources,
) -> Result<Work, Failure> {
    let document = followed(sources, |document| document.is_object(bucket, key))
        .ok_or_else(|| not_followed(&format!("s3://{bucket}/{key}"), OBJECT_SETTINGS))?;
    Ok(follow(document, id, sequencer, None))
}

fn deployment(detail_type: &str, detail: Value, id: String, sources: &Sources) -> Result<Work, Failure> {
    let deployment: Deployment = parse(detail, Part::Detail)?;
    let names = [&deployment.application, &deployment.environment, &deployment.configuration_profile].map(Named::names);
    let [application, environment, profile] = &names;
    let document = followed(sources, |document| document.is_profile([application, environment, profile]));
    let Some(document) = document else {
        let name = names.map(|[id, name]| if name.is_empty() { id.to_owned() } else { name.to_owned() });
        return Err(not_followed(&format!("appconfig:{}", name.join("/")), "CONFIG_APPCONFIG names the one that is"));
    };
    if DEPLOYED.contains(&detail_type) {
        return Ok(follow(document, id, None, deployment.deployment_number));
    }
    Ok(Work::Nothing(format!("{}: {detail_type:?} puts no configuration in force", document.name)))
}

fn follow(document: &FollowedDocument, event: String, sequencer: Option<String>, number: Option<u64>) -> Work {
    Work::Follow(Box::new(document.clone()), Occasion { event, sequencer, number, reconciled: false })
}

/// Returns the work for a document that was deleted. The last published version stays in force.
fn deleted(FollowedDocument { name: document, .. }: &FollowedDocument) -> Work {
    tracing::warn!(%document, "followed_document_deleted");
    Work::Nothing(format!("{document}: was deleted; its last version stays in force"))
}

fn followed(sources: &Sources, is_this: impl Fn(&DocumentName) -> bool) -> Option<&FollowedDocument> {
    sources.followed().iter().find(|document| is_this(&document.name))
}

/// Returns the failure of an event about a document that is not followed. `settings` says which are.
fn not_followed(document: &str, settings: &str) -> Failure {
    let message = format!("{document} is not followed by this function; {settings}");
    Failure::event(Problem::SourceNotFollowed, message)
}

/// Returns the failure of an event of EventBridge of another kind.
pub(super) fn unsupported(source: &str, detail_type: &str) -> Failure {
    let event = format!("an EventBridge event {detail_type:?} from {source:?}");
    Failure::event(Problem::EventUnsupported, format!("{event} is not served by this function"))
}
