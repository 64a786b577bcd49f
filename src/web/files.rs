//! Files of the page, which stand in the program.

use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

use super::reply::not_found;

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const ICON: &str = "image/svg+xml";
const HTML: &str = "text/html; charset=utf-8";

/// A file of the page.
struct File {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

macro_rules! files {
    ($($kind:ident $name:literal $path:literal,)*) => {
        &[$(File { name: $name, kind: $kind, text: include_str!($path) },)*]
    };
}

const INDEX: &str = include_str!("page/index.html");
const FILES: &[File] = files![
    SCRIPT "charts.js" "../report/html/charts.js",
    SCRIPT "levels.js" "../report/html/levels.js",
    STYLE "looks.css" "../report/html/looks.css",
    STYLE "app.css" "page/app.css",
    ICON "icon.svg" "page/icon.svg",
    SCRIPT "api.js" "page/api.js",
    SCRIPT "app.js" "page/app.js",
    SCRIPT "asking.js" "page/asking.js",
    SCRIPT "capacity.js" "page/capacity.js",
    SCRIPT "dom.js" "page/dom.js",
    SCRIPT "downloads.js" "page/downloads.js",
    SCRIPT "exchange.js" "page/exchange.js",
    SCRIPT "failures.js" "page/failures.js",
    SCRIPT "form.js" "page/form.js",
    SCRIPT "format.js" "page/format.js",
    SCRIPT "header.js" "page/header.js",
    SCRIPT "history.js" "page/history.js",
    SCRIPT "log.js" "page/log.js",
    SCRIPT "over_time.js" "page/over_time.js",
    SCRIPT "ratio.js" "page/ratio.js",
    SCRIPT "series.js" "page/series.js",
    SCRIPT "statistics.js" "page/statistics.js",
    SCRIPT "store.js" "page/store.js",
    SCRIPT "theme.js" "page/theme.js",
    SCRIPT "worker.js" "page/worker.js",
];

pub(super) async fn index() -> Response {
    ([(CONTENT_TYPE, HTML)], INDEX).into_response()
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|file| file.name == name) {
        Some(file) => ([(CONTENT_TYPE, file.kind)], file.text).into_response(),
        None => not_found("such file"),
    }
}
