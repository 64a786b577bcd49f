//! Routes of Locust's page, so that scripts made for it work: its paths, its field names, its messages.

use std::sync::Arc;

use axum::Router;

use super::desk::Desk;

pub(super) fn routes() -> Router<Arc<Desk>> {
    Router::new()
}
