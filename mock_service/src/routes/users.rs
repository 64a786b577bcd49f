use axum::Router;

use super::line::Line;
use crate::app::SharedApp;

pub(super) const LINES: &[Line] = &[
    ("POST /users/", "create a user from JSON with name and email; 422 if they are missing"),
    ("GET /users", "the newest users first; ?limit= how many (100)"),
    ("GET /users/{name}", "one user, or {}"),
];

#[cfg(feature = "sqlite")]
pub(super) fn router(app: SharedApp) -> Router {
    use axum::routing::get;

    let users = get(served::list).post(served::create);
    Router::new()
        .route("/users", users.clone())
        .route("/users/", users)
        .route("/users/{name}", get(served::find))
        .with_state(app)
}

#[cfg(not(feature = "sqlite"))]
pub(super) fn router(_: SharedApp) -> Router {
    use axum::http::StatusCode;
    use axum::routing::any;

    let missing = any(async || {
        super::answer::refuse(StatusCode::NOT_IMPLEMENTED, "built without the feature `sqlite`, which keeps the users")
    });
    Router::new().route("/users", missing.clone()).route("/users/", missing.clone()).route("/users/{name}", missing)
}

#[cfg(feature = "sqlite")]
mod served {
    use axum::body::Bytes;
    use axum::extract::{Path, Query, State};
    use axum::http::StatusCode;
    use axum::response::Response;
    use serde_json::{Value, json};

    use crate::app::SharedApp;
    use crate::routes::answer;

    const DEFAULT_LIMIT: u32 = 100;

    pub(super) async fn create(State(app): State<SharedApp>, body: Bytes) -> Response {
        match name_and_email(&body) {
            Ok((name, email)) => answer(app.users.create(name, email).await),
            Err(reason) => answer::refuse(StatusCode::UNPROCESSABLE_ENTITY, &reason),
        }
    }

    pub(super) async fn list(State(app): State<SharedApp>, Query(query): Query<Vec<(String, String)>>) -> Response {
        let limit = query.iter().find(|(key, _)| key == "limit").map_or(Ok(DEFAULT_LIMIT), |(_, value)| value.parse());
        match limit {
            Ok(limit) => answer(app.users.list(limit).await),
            Err(_) => answer::refuse(StatusCode::BAD_REQUEST, "limit must be a number"),
        }
    }

    pub(super) async fn find(State(app): State<SharedApp>, Path(name): Path<String>) -> Response {
        answer(app.users.find(name).await.map(|user| user.unwrap_or_else(|| json!({}))))
    }

    fn answer(result: Result<Value, String>) -> Response {
        match result {
            Ok(body) => answer::json(StatusCode::OK, &body),
            Err(reason) => answer::refuse(StatusCode::INTERNAL_SERVER_ERROR, &reason),
        }
    }

    fn name_and_email(body: &[u8]) -> Result<(String, String), String> {
        let user: Value = serde_json::from_slice(body).map_err(|e| format!("the body is not JSON: {e}"))?;
        let field = |name: &str| match &user[name] {
            Value::String(text) if !text.is_empty() => Ok(text.clone()),
            _ => Err(format!("the field \"{name}\" must be a text")),
        };
        Ok((field("name")?, field("email")?))
    }
}
