use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::app::SharedApp;

/// Room for many clients that connect at once; the kernel caps it at its own limit.
const BACKLOG: u32 = 8_192;
/// Pause when the process is out of file descriptors.
const BREATH: Duration = Duration::from_millis(10);

/// Listens on `address`; port 0 picks a free one.
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        // Lets a restarted service have its port back while old connections linger. On Windows the option means
        // something else: to take a port from a program that uses it.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().map_err(|e| io::Error::new(e.kind(), format!("cannot listen on {address}: {e}")))
}

/// Hands each accepted connection to `serve`, for ever. `serve` must not block.
pub(crate) async fn accept(listener: TcpListener, app: SharedApp, serve: impl Fn(TcpStream)) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                app.connections.fetch_add(1, Ordering::Relaxed);
                // Answers are written in one piece: waiting to fill a packet could only delay them. An error means
                // that the client has gone again, which serving it will find out.
                let _ = stream.set_nodelay(true);
                serve(stream);
            }
            Err(_) => tokio::time::sleep(BREATH).await,
        }
    }
}
