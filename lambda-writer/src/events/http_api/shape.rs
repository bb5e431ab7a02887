//! The shapes of requests and responses. All become a request in payload format 2.0, and its response takes the shape of
//! the request.

use std::collections::HashMap;

use aws_lambda_events::alb::{AlbTargetGroupRequest, AlbTargetGroupResponse};
use aws_lambda_events::apigw::{
    ApiGatewayProxyRequest, ApiGatewayProxyResponse, ApiGatewayV2httpRequest, ApiGatewayV2httpResponse,
};
use aws_lambda_events::http::{HeaderMap, StatusCode};
use aws_lambda_events::query_map::QueryMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::error::Failure;
use crate::events::parse::{Part, parse};
use crate::reply::HttpResponse;

/// The parameter of a query for the number of messages to read.
pub(super) const LIMIT: &str = "limit";

/// The parameter of a query with which a client waits until the tasks serve the effect.
pub(super) const WAIT: &str = "wait";

/// The shape of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Payload format 2.0 of API Gateway, and a function URL.
    V2,
    /// Payload format 1.0 of API Gateway, which is also that of a REST API.
    V1,
    /// A target group of an Application Load Balancer, with one value for each header or with all of them.
    LoadBalancer { has_all_values: bool },
}

impl Shape {
    /// Returns the shape of a request, or `None` if the event is no HTTP request.
    pub(super) fn of(event: &Value) -> Option<Self> {
        let context = &event["requestContext"];
        // The request to an authorizer looks like the request that it is about.
        let is_authorizer = event["routeArn"].is_string() || event["methodArn"].is_string();
        if is_authorizer {
            None
        } else if context["http"].is_object() {
            Some(Self::V2)
        } else if context["elb"].is_object() {
            Some(Self::LoadBalancer { has_all_values: event["multiValueHeaders"].is_object() })
        } else if context.is_object() && event["httpMethod"].is_string() && context["connectionId"].is_null() {
            Some(Self::V1)
        } else {
            None
        }
    }

    /// Parses a request of this shape.
    pub(super) fn request(self, event: Value) -> Result<ApiGatewayV2httpRequest, Failure> {
        match self {
            Self::V2 => parse(event, Part::Event),
            Self::V1 => Ok(from_v1(parse(event, Part::Event)?)),
            Self::LoadBalancer { .. } => Ok(from_load_balancer(parse(event, Part::Event)?)),
        }
    }

    /// Returns the response in this shape.
    pub(super) fn response(self, response: ApiGatewayV2httpResponse) -> HttpResponse {
        match self {
            Self::V2 => HttpResponse::V2(response),
            Self::V1 => HttpResponse::V1(to_v1(response)),
            Self::LoadBalancer { has_all_values } => {
                HttpResponse::LoadBalancer(to_load_balancer(response, has_all_values))
            }
        }
    }
}

fn from_v1(request: ApiGatewayProxyRequest) -> ApiGatewayV2httpRequest {
    let mut converted = ApiGatewayV2httpRequest::default();
    converted.raw_path = request.path;
    converted.headers = either(request.multi_value_headers, request.headers);
    converted.query_string_parameters =
        either_query(request.multi_value_query_string_parameters, request.query_string_parameters);
    converted.path_parameters = request.path_parameters;
    converted.request_context.http.method = request.http_method;
    converted.request_context.request_id = request.request_context.request_id;
    converted.body = request.body;
    converted.is_base64_encoded = request.is_base64_encoded;
    converted
}

fn from_load_balancer(request: AlbTargetGroupRequest) -> ApiGatewayV2httpRequest {
    let mut converted = ApiGatewayV2httpRequest::default();
    converted.raw_path = request.path;
    converted.headers = either(request.multi_value_headers, request.headers);
    let query = either_query(request.multi_value_query_string_parameters, request.query_string_parameters);
    converted.query_string_parameters = decoded(&query);
    converted.request_context.http.method = request.http_method;
    converted.body = request.body;
    converted.is_base64_encoded = request.is_base64_encoded;
    converted
}

fn either(all_values: HeaderMap, last_values: HeaderMap) -> HeaderMap {
    if all_values.is_empty() { last_values } else { all_values }
}

fn either_query(all_values: QueryMap, last_values: QueryMap) -> QueryMap {
    if all_values.is_empty() { last_values } else { all_values }
}

/// Decodes the parameters that this API has. A load balancer passes a query on as it was sent.
///
/// Iterating over a [`QueryMap`] panics if a parameter has no value.
fn decoded(query: &QueryMap) -> QueryMap {
    let decode = |value: &str| percent_decode_str(value).decode_utf8_lossy().into_owned();
    let values = |name: &str| query.all(name).unwrap_or_default().into_iter().map(decode).collect();
    let parameters = [LIMIT, WAIT].map(|name| (name.to_owned(), values(name)));
    QueryMap::from(HashMap::<String, Vec<String>>::from(parameters))
}

fn to_v1(response: ApiGatewayV2httpResponse) -> ApiGatewayProxyResponse {
    let mut converted = ApiGatewayProxyResponse::default();
    converted.status_code = response.status_code;
    converted.headers = response.headers;
    converted.body = response.body;
    converted
}

fn to_load_balancer(response: ApiGatewayV2httpResponse, has_all_values: bool) -> AlbTargetGroupResponse {
    let mut converted = AlbTargetGroupResponse::default();
    let status = u16::try_from(response.status_code).ok().and_then(|code| StatusCode::from_u16(code).ok());
    converted.status_code = response.status_code;
    converted.status_description = status.map(|status| status.to_string());
    if has_all_values {
        converted.multi_value_headers = response.headers;
    } else {
        converted.headers = response.headers;
    }
    converted.body = response.body;
    converted
}
