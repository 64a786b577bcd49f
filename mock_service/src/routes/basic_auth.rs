use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::line::Line;

pub(super) const LINES: &[Line] =
    &[("ANY /basic-auth/{user}/{password}", "200 to that user by basic authentication, 401 to others")];

pub(super) fn router() -> Router {
    Router::new().route("/basic-auth/{user}/{password}", any(authenticate))
}

async fn authenticate(Path((user, password)): Path<(String, String)>, headers: HeaderMap) -> Response {
    if credentials(&headers).is_some_and(|given| given == format!("{user}:{password}").as_bytes()) {
        return "welcome\n".into_response();
    }
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, r#"Basic realm="mock service", charset="UTF-8""#)])
        .into_response()
}

/// User and password of the request: `user:password`.
fn credentials(headers: &HeaderMap) -> Option<Vec<u8>> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then(|| BASE64_STANDARD.decode(token.trim()).ok())?
}
