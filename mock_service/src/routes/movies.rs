use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::answer;
use super::line::Line;

pub(super) const LINES: &[Line] = &[
    ("GET /status", "whether the movie API is up"),
    ("GET /api/id/{id}", "a movie by its id, such as tt0068646; 404 if it is unknown"),
    ("GET /api/title/{title}/{year}", "a movie by title, in any case, and year, such as The%20godfather/1972"),
];

struct Movie {
    id: &'static str,
    title: &'static str,
    year: u16,
    director: &'static str,
}

const MOVIES: [Movie; 5] = [
    Movie { id: "tt0068646", title: "The Godfather", year: 1972, director: "Francis Ford Coppola" },
    Movie { id: "tt0111161", title: "The Shawshank Redemption", year: 1994, director: "Frank Darabont" },
    Movie { id: "tt0050083", title: "12 Angry Men", year: 1957, director: "Sidney Lumet" },
    Movie { id: "tt0133093", title: "The Matrix", year: 1999, director: "Lana Wachowski, Lilly Wachowski" },
    Movie { id: "tt0211915", title: "Am\u{e9}lie", year: 2001, director: "Jean-Pierre Jeunet" },
];

pub(super) fn router() -> Router {
    Router::new()
        .route("/status", get(status))
        .route("/api/id/{id}", get(by_id))
        .route("/api/title/{title}/{year}", get(by_title))
}

async fn status() -> Response {
    answer::json(StatusCode::OK, &json!({ "status": "up" }))
}

async fn by_id(Path(id): Path<String>) -> Response {
    first(|movie| movie.id == id)
}

async fn by_title(Path((title, year)): Path<(String, String)>) -> Response {
    let title = title.to_lowercase();
    first(|movie| movie.title.to_lowercase() == title && movie.year.to_string() == year)
}

fn first(wanted: impl Fn(&Movie) -> bool) -> Response {
    match MOVIES.iter().find(|movie| wanted(movie)) {
        Some(Movie { id, title, year, director }) => {
            let body = json!({ "id": id, "title": title, "year": year, "director": director });
            answer::json(StatusCode::OK, &body)
        }
        None => answer::refuse(StatusCode::NOT_FOUND, "no such movie"),
    }
}
