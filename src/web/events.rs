//! Events for those who look on, pushed to them: the latest state and the latest snapshot. Who reads slowly gets fewer, and
//! keeps nobody waiting.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use super::desk::{Desk, News, Viewer};

/// Time after which a line is sent to keep a quiet connection open.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Somebody who looks on, and what he has seen.
struct Seen {
    news: watch::Receiver<News>,
    state: u64,
    snapshot: u64,
    _viewer: Viewer,
}

pub(super) async fn events(State(desk): State<Arc<Desk>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let viewer = desk.viewer();
    let seen = Seen { news: desk.hear(), state: 0, snapshot: 0, _viewer: viewer };
    let next = |mut seen: Seen| async move {
        loop {
            let event = {
                let news = seen.news.borrow_and_update();
                if news.state.0 != seen.state {
                    seen.state = news.state.0;
                    Some(Event::default().event("state").data(&news.state.1))
                } else if news.snapshot.0 != seen.snapshot {
                    seen.snapshot = news.snapshot.0;
                    Some(Event::default().event("snapshot").data(&news.snapshot.1))
                } else {
                    None
                }
            };
            match event {
                Some(event) => return Some((Ok(event), seen)),
                // The desk is gone, and with it the process.
                None if seen.news.changed().await.is_err() => return None,
                None => {}
            }
        }
    };
    Sse::new(stream::unfold(seen, next)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
