use axum::Router;
use axum::body::Bytes;
use axum::extract::Query;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use super::answer;
use super::line::Line;

/// These frame the answer: the HTTP layer sets them.
const FRAMING: [HeaderName; 3] = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION];

pub(super) const LINES: &[Line] =
    &[("ANY /mirror?name=value", "the request's body, of its content type, with each header named in the query")];

pub(super) fn router() -> Router {
    Router::new().route("/mirror", any(mirror))
}

async fn mirror(Query(wanted): Query<Vec<(String, String)>>, headers: HeaderMap, body: Bytes) -> Response {
    let mut response = body.into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    if let Some(content_type) = headers.get(header::CONTENT_TYPE) {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type.clone());
    }
    for (name, value) in wanted {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) if !FRAMING.contains(&name) => drop(response.headers_mut().append(name, value)),
            _ => return answer::refuse(StatusCode::BAD_REQUEST, "such a header cannot be sent"),
        }
    }
    response
}
