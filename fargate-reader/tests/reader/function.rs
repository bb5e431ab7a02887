//! A stand-in for Lambda: it gives the answers of the test, and records the commands.

use std::collections::VecDeque;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use shared_volume::WallDir;
use shared_volume::message::Draft;
use shared_volume::wall::{Appended, WallWriter};
use support::{Process, Reply, eventually, free_address};
use tokio::net::TcpListener;

use crate::wall::Wall;

/// The name of the inference function.
const INFERENCE: &str = "Inference";

/// An answer of Lambda.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// The function's answer.
    Of(Value),
    /// The function ended with an error of this type.
    Error(&'static str),
    /// Lambda did not run the function.
    Refusal(u16, &'static str),
    /// The connection is cut after the command was read.
    Cut,
}

/// A stand-in for Lambda.
#[derive(Debug, Clone, Default)]
pub(crate) struct Function {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Value>>>,
    questions: Arc<Mutex<Vec<Value>>>,
    /// The wall on which posts are written, if there are no answers for them.
    wall: Option<WallDir>,
}

impl Function {
    /// Sets the answers to the next commands. Commands after them are answered like a post.
    pub(crate) fn answers(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// Returns the commands since the last call.
    pub(crate) fn asked(&self) -> Vec<Value> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// Returns the asynchronous invocations of the inference function since the last call.
    pub(crate) fn questions(&self) -> Vec<Value> {
        std::mem::take(&mut *self.questions.lock().unwrap())
    }

    /// Serves on a free port and returns the address.
    async fn serve(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/2015-03-31/functions/{name}/invocations", post(invoke));
        tokio::spawn(axum::serve(listener, router.with_state(self.clone())).into_future());
        address
    }
}

/// Returns the function's answer to a post.
pub(crate) fn posted(id: &str, repeated: bool) -> Answer {
    let moment = "2026-01-02T03:04:05.678Z";
    let message = json!({ "id": id, "at": moment, "author": "ann", "text": "as it is there", "received": moment });
    Answer::Of(json!({ "message": message, "repeated": repeated }))
}

/// Appends a message as the function does.
fn write(wall: &WallDir, post: &Value) -> Answer {
    let post: wall_api::Post = {
        let mut post = post.clone();
        post.as_object_mut().unwrap().remove("command");
        serde_json::from_value(post).unwrap()
    };
    let event = post.event.map(|event| format!("page:{event}"));
    let received = shared_volume::time::now();
    let draft = Draft { author: post.author, text: post.text, picture: post.picture, event, received };
    let batch = WallWriter::new(wall.clone()).append(&[draft], Instant::now() + Duration::from_secs(5)).unwrap();
    match batch.answers.into_iter().next().unwrap() {
        Ok(Appended { message, repeated, .. }) => {
            let mut answer = json!({ "message": message, "repeated": repeated });
            answer["message"].as_object_mut().unwrap().remove("event");
            Answer::Of(answer)
        }
        Err(refusal) => {
            let status = if refusal.name() == "event_reused" { 409 } else { 422 };
            Answer::Of(json!({ "error": refusal.name(), "message": refusal.to_string(), "status": status }))
        }
    }
}

async fn invoke(
    State(function): State<Function>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    assert!(headers.contains_key("authorization"), "the request is not signed");
    if name == INFERENCE {
        assert_eq!(headers["x-amz-invocation-type"], "Event");
        function.questions.lock().unwrap().push(serde_json::from_str(&body).unwrap());
        return StatusCode::ACCEPTED.into_response();
    }
    function.asked.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    let answer = function.answers.lock().unwrap().pop_front();
    let written = || function.wall.as_ref().map(|wall| write(wall, &serde_json::from_str(&body).unwrap()));
    match answer.or_else(written).unwrap_or_else(|| posted("01JD0000000000000000000000", false)) {
        Answer::Of(value) => value.to_string().into_response(),
        Answer::Error(kind) => {
            let error = json!({ "errorType": kind, "errorMessage": format!("told by {kind}") });
            ([("x-amz-function-error", "Unhandled")], error.to_string()).into_response()
        }
        Answer::Refusal(status, kind) => {
            let body = json!({ "Type": "User", "message": format!("told by {kind}") });
            (StatusCode::from_u16(status).unwrap(), [("x-amzn-errortype", kind)], body.to_string()).into_response()
        }
        Answer::Cut => panic!("the connection is cut on purpose"),
    }
}

/// A reader as a process, whose environment leads to the stand-in.
pub(crate) struct Posting {
    pub(crate) function: Function,
    pub(crate) address: String,
    pub(crate) process: Process,
    client: reqwest::Client,
}

impl Posting {
    pub(crate) async fn start(wall: &Wall) -> Self {
        let function = Function::default();
        let lambda = function.serve().await;
        Self::start_with(wall, function, &lambda).await
    }

    /// Starts a reader whose Lambda is at this address.
    pub(crate) async fn start_with(wall: &Wall, function: Function, lambda: &str) -> Self {
        Self::start_on(wall, function, lambda, None).await
    }

    /// Starts a reader with pictures in this directory, and with labels.
    pub(crate) async fn start_with_uploads(wall: &Wall, uploads: &std::path::Path) -> Self {
        let function = Function { wall: Some(wall.dir()), ..Function::default() };
        let lambda = function.serve().await;
        Self::start_on(wall, function, &lambda, Some(uploads)).await
    }

    async fn start_on(wall: &Wall, function: Function, lambda: &str, uploads: Option<&std::path::Path>) -> Self {
        let address = free_address().unwrap().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_fargate-reader"));
        command.env_clear().env("LISTEN", &address).env("WALL_DIR", wall.path());
        command.env("WRITER_FUNCTION", "Writer").env("ADMIN_TOKEN", "secret").env("AWS_ENDPOINT_URL_LAMBDA", lambda);
        command.env("AWS_REGION", "eu-central-1").env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_ACCESS_KEY_ID", "a").env("AWS_SECRET_ACCESS_KEY", "b");
        if let Some(uploads) = uploads {
            command.env("UPLOADS_DIR", uploads).env("INFERENCE_FUNCTION", INFERENCE);
        }
        let process = Process::start(command).unwrap();
        // Redirects are answers that tests want to see.
        let client = support::client_builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let reader = Self { function, address: format!("http://{address}"), client, process };
        eventually("a ready reader", async || Reply::to(reader.get("/ready")).await?.success()).await.unwrap();
        reader
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    pub(crate) fn post(&self, content_type: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        let request = self.client.post(format!("{}/api/messages", self.address));
        request.header("Content-Type", content_type).body(body)
    }

    /// Returns a request that uploads a form.
    pub(crate) fn upload(&self, form: (String, Vec<u8>)) -> RequestBuilder {
        let request = self.client.post(format!("{}/api/pictures", self.address));
        request.header("Content-Type", form.0).body(form.1)
    }

    /// Returns a request of the administrator.
    pub(crate) fn admin(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.address));
        request.header("Authorization", "Bearer secret")
    }

    /// Returns the one command since the last call.
    pub(crate) fn command(&self) -> Value {
        let asked = self.function.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.into_iter().next().unwrap()
    }
}
