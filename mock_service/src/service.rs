use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::app::{App, SharedApp};
use crate::connection;
use crate::front::Front;
use crate::listener;
use crate::routes;
use crate::settings::Settings;
#[cfg(feature = "tls")]
use crate::tls::Identity;
use crate::transport::Transport;

/// Longest time for stopping; a task that still runs by then ends with the process.
const STOP_WITHIN: Duration = Duration::from_secs(1);

/// A running mock service. It serves on threads of its own, and stops when dropped.
///
/// It may be started and dropped anywhere, in async code too.
pub struct MockService {
    app: SharedApp,
    bound: Bound,
    stop: Option<oneshot::Sender<()>>,
    host: Option<JoinHandle<()>>,
}

/// The addresses the service listens on.
struct Bound {
    address: SocketAddr,
    #[cfg(feature = "tls")]
    tls: Option<BoundTls>,
}

#[cfg(feature = "tls")]
struct BoundTls {
    address: SocketAddr,
    ca_pem: String,
    client_pem: (String, String),
}

impl MockService {
    /// Starts a service; returns when it listens.
    ///
    /// # Errors
    ///
    /// When it cannot listen on an address it is to listen on, open its database or start its threads. The error
    /// names what failed.
    pub fn start(settings: Settings) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let (started, start) = mpsc::channel();
        // The runtime lives on a thread of its own, since one may neither be entered nor dropped within another.
        let host = std::thread::Builder::new()
            .name("mock-service".into())
            .spawn(move || host(&settings, &started, stopped))?;
        let (app, bound) = start.recv().map_err(|_| io::Error::other("the service died at its start"))??;
        Ok(Self { app, bound, stop: Some(stop), host: Some(host) })
    }

    /// Address of the service for HTTP.
    pub fn address(&self) -> SocketAddr {
        self.bound.address
    }

    /// The URL of the service without a path, such as `http://127.0.0.1:5000`.
    pub fn url(&self) -> String {
        format!("http://{}", reachable(self.bound.address))
    }

    /// The HTTPS URL without a path, such as `https://localhost:5443`, if the service listens for HTTPS.
    #[cfg(feature = "tls")]
    pub fn tls_url(&self) -> Option<String> {
        self.bound.tls.as_ref().map(|tls| format!("https://localhost:{}", tls.address.port()))
    }

    /// The certificate, as PEM, of the authority a client must trust to talk HTTPS to the service as `localhost`,
    /// `127.0.0.1` or `::1`. It is made anew at each start.
    #[cfg(feature = "tls")]
    pub fn ca_pem(&self) -> Option<&str> {
        self.bound.tls.as_ref().map(|tls| tls.ca_pem.as_str())
    }

    /// A certificate and its private key, as PEM, for clients of a service that asks for one.
    #[cfg(feature = "tls")]
    pub fn client_pem(&self) -> Option<(&str, &str)> {
        let (certificate, key) = &self.bound.tls.as_ref()?.client_pem;
        Some((certificate, key))
    }

    /// The requests that reached the HTTP layer, by their path as it was sent, without the query.
    ///
    /// The service's own endpoints, `/__...`, are not counted. Beyond 10 000 paths, the hits of new ones are counted
    /// together as `(other)`.
    pub fn hits(&self) -> BTreeMap<String, u64> {
        self.app.hits.by_path()
    }

    /// The requests that reached the HTTP layer, all paths together.
    pub fn total_hits(&self) -> u64 {
        self.app.hits.total()
    }

    /// Starts to count hits from zero again.
    pub fn reset_hits(&self) {
        self.app.hits.reset();
    }

    /// The TCP connections accepted so far, HTTP and HTTPS.
    pub fn connections(&self) -> u64 {
        self.app.connections.load(Ordering::Relaxed)
    }
}

impl Drop for MockService {
    fn drop(&mut self) {
        // Dropping the sender is the signal.
        self.stop.take();
        if let Some(host) = self.host.take() {
            // Bounded, since the host abandons what does not stop in time. It only fails if the host panicked.
            let _ = host.join();
        }
    }
}

/// The thread that owns the runtime: reports what `started`, then waits until it is `stopped`.
fn host(settings: &Settings, started: &mpsc::Sender<io::Result<(SharedApp, Bound)>>, stopped: oneshot::Receiver<()>) {
    let runtime = match Builder::new_multi_thread()
        .worker_threads(settings.workers.max(1))
        .thread_name("mock-worker")
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return drop(started.send(Err(error))),
    };
    let serves = runtime.block_on(App::start(settings)).map(Arc::new).and_then(|app| {
        let bound = listen(&runtime, settings, &app)?;
        Ok((app, bound))
    });
    let listens = serves.is_ok();
    if started.send(serves).is_ok() && listens {
        // Either a message or its sender's end is the signal.
        let _ = runtime.block_on(stopped);
    }
    runtime.shutdown_timeout(STOP_WITHIN);
}

/// Binds all addresses and starts to accept connections on them.
fn listen(runtime: &Runtime, settings: &Settings, app: &SharedApp) -> io::Result<Bound> {
    let _entered = runtime.enter();
    let front = Front::new(Arc::clone(app), routes::router(Arc::clone(app)));
    let idle = settings.idle_timeout;

    let listener = listener::bind(settings.address)?;
    let address = listener.local_addr()?;

    #[cfg(feature = "tls")]
    let tls = match settings.tls_address {
        Some(tls_address) => {
            let listener = listener::bind(tls_address)?;
            let address = listener.local_addr()?;
            let Identity { acceptor, ca_pem, client_pem } = Identity::issue(settings.client_certificates)?;
            let front = front.clone();
            let serve = move |stream: TcpStream| {
                let (handshake, front) = (acceptor.accept(stream), front.clone());
                tokio::spawn(async move {
                    if let Some(tls) = crate::tls::shake_hands(handshake).await {
                        connection::serve(Transport::Tls(Box::new(tls)), front, idle).await;
                    }
                });
            };
            runtime.spawn(listener::accept(listener, Arc::clone(app), serve));
            Some(BoundTls { address, ca_pem, client_pem })
        }
        None => None,
    };

    let serve = move |stream: TcpStream| {
        tokio::spawn(connection::serve(Transport::Plain(stream), front.clone(), idle));
    };
    runtime.spawn(listener::accept(listener, Arc::clone(app), serve));
    Ok(Bound {
        address,
        #[cfg(feature = "tls")]
        tls,
    })
}

/// `address` as a client on the same machine can use it.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    address
}
