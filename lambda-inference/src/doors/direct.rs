//! Direct invocations, and pictures of the wall.

use std::time::Instant;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared_volume::message::PictureSize;
use wall_api::{Classified, ClassifyPicture, ErrorBody};

use super::top;
use crate::classifier::{Classification, Classifier, Source};
use crate::error::{Failure, Problem};

/// A request for the classes of one picture.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    url: Option<String>,
    file: Option<String>,
    top: Option<usize>,
}

/// Handles a request.
pub(super) async fn handle(classifier: &Classifier, event: Value, ends: Instant) -> Result<Value, Failure> {
    if event.get("message").is_some() && event.get("picture").is_some() {
        return of_wall(classifier, event, ends).await;
    }
    let request: Request = parse(event)?;
    let count = request.top.map(|top| top::parse(&top.to_string())).transpose()?;
    let source = match (request.url, request.file) {
        (Some(url), None) => Source::Url(url),
        (None, Some(name)) => Source::File { name, is_expected: false },
        _ => return Err(Failure::new(Problem::EventUnknown, "the event must have either `url` or `file`")),
    };
    Ok(answer(classifier.classify(source, count.unwrap_or(1), ends).await?, count.is_some()))
}

/// Classifies the picture of a message. Lambda passes the answer on to the function that writes the wall.
async fn of_wall(classifier: &Classifier, event: Value, ends: Instant) -> Result<Value, Failure> {
    let ClassifyPicture { message: _, picture } = parse(event)?;
    let source = Source::File { name: picture.file(PictureSize::Full), is_expected: true };
    let Classification { classes, model, timing, .. } = classifier.classify(source, top::OF_LABEL, ends).await?;
    Ok(json!(Classified { classes, model, timing }))
}

/// Returns the answer of the 2020 blog post, `{"bird_class": "106.Horned_Puffin"}`, and with `details` the most probable classes,
/// the model and the times.
pub(super) fn answer(classification: Classification, details: bool) -> Value {
    let Classification { classes, model, answer_field, timing } = classification;
    let class = classes.first().map(|class| class.class.clone()).unwrap_or_default();
    let mut answer = Map::from_iter([(answer_field, Value::from(class))]);
    if details {
        let Value::Object(more) = json!(Classified { classes, model, timing }) else { return answer.into() };
        answer.extend(more);
    }
    answer.into()
}

/// Returns the reply that refuses an event.
pub(super) fn refused(failure: &Failure) -> Value {
    json!(ErrorBody { status: Some(failure.problem().status()), ..failure.body() })
}

fn parse<T: for<'de> Deserialize<'de>>(event: Value) -> Result<T, Failure> {
    let unknown = |fault: String| Failure::new(Problem::EventUnknown, format!("the event: {fault}"));
    if !event.is_object() {
        return Err(unknown("must be a JSON object".to_owned()));
    }
    serde_path_to_error::deserialize(event).map_err(|error| unknown(error.to_string()))
}
