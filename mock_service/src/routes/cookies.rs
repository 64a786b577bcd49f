use std::collections::BTreeMap;

use axum::Router;
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::json;

use super::answer;
use super::line::Line;

pub(super) const LINES: &[Line] = &[
    ("ANY /cookies", "the cookies received, as JSON"),
    ("ANY /cookies/set?name=value", "sets each cookie named in the query"),
    ("ANY /cookies/delete?name", "deletes each cookie named in the query"),
];

pub(super) fn router() -> Router {
    Router::new().route("/cookies", any(received)).route("/cookies/set", any(set)).route("/cookies/delete", any(delete))
}

async fn received(headers: HeaderMap) -> Response {
    let cookies: BTreeMap<_, _> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .collect();
    answer::json(StatusCode::OK, &json!(cookies))
}

async fn set(Query(cookies): Query<Vec<(String, String)>>) -> Response {
    with_cookies("cookies set\n", cookies, "")
}

async fn delete(Query(cookies): Query<Vec<(String, String)>>) -> Response {
    let cookies = cookies.into_iter().map(|(name, _)| (name, String::new())).collect();
    with_cookies("cookies deleted\n", cookies, "; Max-Age=0")
}

fn with_cookies(body: &'static str, cookies: Vec<(String, String)>, attributes: &str) -> Response {
    let mut response = body.into_response();
    for (name, value) in cookies {
        // A semicolon or a line break would be more than a cookie.
        match HeaderValue::from_str(&format!("{name}={value}; Path=/{attributes}")) {
            Ok(cookie) if !name.contains(';') && !value.contains(';') => {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            _ => return answer::refuse(StatusCode::BAD_REQUEST, "a cookie cannot hold such characters"),
        }
    }
    response
}
