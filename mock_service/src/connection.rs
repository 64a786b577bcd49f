use std::error::Error as _;
use std::future::poll_fn;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};

use crate::front::{Front, Handover};
use crate::transport::Transport;

/// Serves HTTP/1.1 on a connection until either side ends it.
pub(crate) async fn serve(mut transport: Transport, front: Front, idle_timeout: Option<Duration>) {
    let mut http = http1::Builder::new();
    // The time in which the next request's head must be complete, counted from the end of the answer before.
    http.timer(TokioTimer::new()).header_read_timeout(idle_timeout);
    loop {
        let mut connection = http.serve_connection(TokioIo::new(transport), front.clone());
        let end = poll_fn(|cx| connection.poll_without_shutdown(cx)).await;
        let parts = connection.into_parts();
        let released = parts.io.into_inner();
        let Some(Handover { script, keep_alive }) = end.as_ref().err().and_then(handover) else {
            return released.close().await;
        };
        let Some(played) = script.play(released).await else {
            return;
        };
        // A request that was read ahead went down with the HTTP layer: the next answer would be taken for its.
        if !keep_alive || !parts.read_buf.is_empty() {
            return played.close().await;
        }
        transport = played;
    }
}

/// The script for which the HTTP layer let go of the connection, if there is one.
fn handover(error: &hyper::Error) -> Option<&Handover> {
    error.source()?.downcast_ref()
}
