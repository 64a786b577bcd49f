//! What is tested: nginx if it is installed, otherwise the mock service.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mock_service::{MockService, Settings};

use crate::testers::find;

/// A small JSON answer.
const BODY: &str = r#"{"code":1,"message":"hello","items":[]}"#;
/// How long it may take to start.
const START_LIMIT: Duration = Duration::from_secs(5);

/// A server that runs until it is dropped.
pub(crate) struct Server {
    url: String,
    body_length: usize,
    kind: Kind,
}

enum Kind {
    Nginx { _nginx: Nginx },
    Mock { _service: MockService },
}

impl Server {
    /// Starts it on a free loopback port; its files go to this folder.
    pub(crate) fn start(folder: &Path) -> io::Result<Self> {
        match find("nginx").map(|program| Nginx::start(&program, folder)) {
            Some(Ok((nginx, address))) => Server::of(address, "/", Kind::Nginx { _nginx: nginx }),
            other => {
                if let Some(Err(error)) = other {
                    eprintln!("nginx does not start: {error}");
                }
                let service = MockService::start(Settings { delay: Duration::ZERO, ..Settings::default() })?;
                Server::of(service.address(), "/json", Kind::Mock { _service: service })
            }
        }
    }

    fn of(address: SocketAddr, path: &str, kind: Kind) -> io::Result<Self> {
        let body_length = body_length(address, path)?;
        Ok(Server { url: format!("http://{address}{path}"), body_length, kind })
    }

    /// What to ask for.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The body length of its answers.
    pub(crate) fn body_length(&self) -> usize {
        self.body_length
    }

    /// Its name, for the report.
    pub(crate) fn description(&self) -> &'static str {
        match &self.kind {
            Kind::Nginx { .. } => "nginx, 2 workers",
            Kind::Mock { .. } => "mock service, in the bench's own process",
        }
    }
}

struct Nginx {
    master: Child,
    stop: Command,
}

impl Nginx {
    fn start(program: &Path, folder: &Path) -> io::Result<(Self, SocketAddr)> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let configuration = folder.join("nginx.conf");
        fs::write(&configuration, nginx_configuration(folder, address))?;
        let command = || {
            let mut command = Command::new(program);
            command.arg("-p").arg(folder).arg("-c").arg(&configuration);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        let mut stop = command();
        stop.args(["-s", "stop"]);
        let mut nginx = Nginx { master: command().spawn()?, stop };
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            if nginx.master.try_wait()?.is_some() || started.elapsed() > START_LIMIT {
                let log = fs::read_to_string(folder.join("error.log")).unwrap_or_default();
                return Err(io::Error::other(format!("it does not listen: {log}")));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok((nginx, address))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The master ends its workers; one that is killed cannot.
        if !self.stop.status().is_ok_and(|status| status.success()) {
            let _ = self.master.kill();
        }
        let _ = self.master.wait();
    }
}

fn nginx_configuration(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    format!(
        "daemon off;
worker_processes 2;
worker_rlimit_nofile 13000;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 12000; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 300s;
    client_body_temp_path {folder}/client_body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen {address} backlog=4096;
        default_type application/json;
        location / {{ return 200 '{BODY}'; }}
    }}
}}
"
    )
}

/// The body length of an answer that the server closes the connection after.
fn body_length(address: SocketAddr, path: &str) -> io::Result<usize> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(START_LIMIT))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) if head.starts_with("HTTP/1.1 200 ") => Ok(body.len()),
        _ => Err(io::Error::other(format!("the server answers {answer:?}"))),
    }
}
