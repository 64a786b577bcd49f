//! Server of the page: one thread, a bounded number of clients, and none that may keep it waiting.

use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::sync::Semaphore;

use crate::error::Error;

/// Clients at a time; more are turned away.
const MOST_CLIENTS: usize = 64;
/// Longest time in which a client must have said what it wants.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause when the process has no more files: it may pass.
const BREATH: Duration = Duration::from_millis(200);
/// Longest head of a request.
const LONGEST_HEAD: usize = 16 * 1024;
/// Threads that work on what takes long, such as a report.
const WORKERS: usize = 2;

/// Listens, and can answer once there is something to tell.
#[derive(Debug)]
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens on `HOST:PORT`, which `field` has given.
    ///
    /// # Errors
    /// When the address is taken, or not one of this machine.
    pub(crate) fn listen(field: &str, address: &str) -> Result<Server, Error> {
        let listening = || {
            let addresses: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
            let listener = TcpListener::bind(&addresses[..])?;
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        };
        match listening() {
            Ok((address, listener)) => Ok(Server { listener, address }),
            Err::<_, io::Error>(error) => Err(Error::usage(format!(
                "{field} {address}: cannot be listened on ({error}); give another port, or 0 for a free one"
            ))),
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers on a thread of its own until the process ends.
    ///
    /// # Errors
    /// When there is no thread for it.
    pub(crate) fn serve(self, name: &str, router: Router) -> io::Result<()> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(WORKERS).build()?;
        let serve = move || {
            runtime.block_on(async {
                // Only outside of a runtime could it fail.
                if let Ok(listener) = tokio::net::TcpListener::from_std(self.listener) {
                    accept(listener, router).await;
                }
            });
        };
        thread::Builder::new().name(name.into()).spawn(serve).map(drop)
    }
}

async fn accept(listener: tokio::net::TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(MOST_CLIENTS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_buf_size(LONGEST_HEAD)
            .title_case_headers(true)
            .serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            // A client that hangs up gets no answer, and the others theirs.
            let _ = connection.await;
            drop(place);
        });
    }
}
