use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::transport::Transport;

/// Pause of a reset after the last bytes, so that the client has got them: a reset overtakes what is under way.
const SETTLE: Duration = Duration::from_millis(10);

/// The steps of a connection, byte by byte, in place of an HTTP answer.
///
/// A handler answers with a script as with any response: it travels as an extension of an empty one.
#[derive(Clone, Debug)]
pub(crate) struct Script(Arc<[Step]>);

/// One step of a [`Script`]. The last one says what becomes of the connection.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// From now on a write that fills no packet waits until all before it is acknowledged (no TCP_NODELAY).
    Collect,
    /// Sends these bytes as they are.
    Write(Bytes),
    /// Does nothing for so long.
    Pause(Duration),
    /// Says that nothing more will be sent (FIN), and keeps the connection.
    Finish,
    /// Ends the connection in order (FIN).
    Close,
    /// Ends the connection with a reset (RST).
    Reset,
    /// Never does anything again; ends when the client does.
    Hang,
}

impl Script {
    pub(crate) fn new(steps: impl Into<Arc<[Step]>>) -> Self {
        Self(steps.into())
    }

    /// Plays the script. Gives the connection back if it is fit for a next request.
    pub(crate) async fn play(&self, mut transport: Transport) -> Option<Transport> {
        for step in self.0.iter() {
            match step {
                Step::Write(bytes) => {
                    transport.write_all(bytes).await.ok()?;
                    transport.flush().await.ok()?;
                }
                Step::Collect => transport.collect(),
                Step::Pause(duration) => tokio::time::sleep(*duration).await,
                Step::Finish => transport.shutdown().await.ok()?,
                Step::Close => {
                    transport.close().await;
                    return None;
                }
                Step::Reset => {
                    tokio::time::sleep(SETTLE).await;
                    transport.reset();
                    return None;
                }
                Step::Hang => {
                    hang(transport).await;
                    return None;
                }
            }
        }
        Some(transport)
    }
}

impl IntoResponse for Script {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(self);
        response
    }
}

/// Swallows what the client sends until it goes away.
async fn hang(mut transport: Transport) {
    let mut scrap = [0; 4096];
    while matches!(transport.read(&mut scrap).await, Ok(n) if n > 0) {}
}
