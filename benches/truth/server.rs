//! The servers under load: nginx where it is installed, else the mock service; for TLS always the latter.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mock_service::{MockService, Settings};

use crate::case::{Case, LARGE, POSTED};
use crate::machine;
use crate::process::Process;

const START_WITHIN: Duration = Duration::from_secs(10);
const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Where a case's requests go.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) port: u16,
    pub(crate) is_tls: bool,
    /// The body to post.
    pub(crate) body: Option<PathBuf>,
    /// The authority that signed the server's certificate.
    pub(crate) ca: Option<PathBuf>,
}

/// All that is needed for all cases. They end when this is dropped.
pub(crate) struct Servers {
    nginx: Option<Nginx>,
    mock: MockService,
    tls_port: u16,
    ca: PathBuf,
    body: PathBuf,
}

impl Servers {
    pub(crate) fn start(folder: &Path) -> io::Result<Servers> {
        let mock = MockService::start(Settings { tls_address: Some(ANY_PORT), ..Settings::default() })?;
        let (ca, body) = (folder.join("ca.pem"), folder.join("posted"));
        fs::write(&ca, mock.ca_pem().unwrap_or_default())?;
        fs::write(&body, "b".repeat(POSTED))?;
        let tls_url = mock.tls_url().unwrap_or_default();
        let tls_port = tls_url.rsplit(':').next().and_then(|port| port.parse().ok());
        let tls_port = tls_port.ok_or_else(|| io::Error::other("the mock service does not serve HTTPS"))?;
        let nginx = machine::find("nginx").map(|program| Nginx::start(&program, folder)).transpose()?;
        Ok(Servers { nginx, mock, tls_port, ca, body })
    }

    /// Who serves, in words.
    pub(crate) fn described(&self) -> String {
        let mock = "perfloop's mock service";
        match &self.nginx {
            Some(nginx) => format!("{} with 2 workers, for TLS {mock}", nginx.version),
            None => mock.to_owned(),
        }
    }

    pub(crate) fn target(&self, case: Case) -> Target {
        let (port, path) = match (case, &self.nginx) {
            (Case::Tls, _) => (self.tls_port, "/fast".to_owned()),
            (Case::Small, Some(nginx)) => (nginx.port, "/small".to_owned()),
            (Case::Post, Some(nginx)) => (nginx.port, "/sink".to_owned()),
            (Case::Large, Some(nginx)) => (nginx.port, "/large".to_owned()),
            (Case::Small, None) => (self.mock.address().port(), "/fast".to_owned()),
            // It answers when it has read the body, with that body in its answer.
            (Case::Post, None) => (self.mock.address().port(), "/echo".to_owned()),
            (Case::Large, None) => (self.mock.address().port(), format!("/bytes/{LARGE}")),
        };
        let is_tls = case == Case::Tls;
        let scheme = if is_tls { "https" } else { "http" };
        Target {
            url: format!("{scheme}://127.0.0.1:{port}{path}"),
            port,
            is_tls,
            body: (case == Case::Post).then(|| self.body.clone()),
            ca: is_tls.then(|| self.ca.clone()),
        }
    }
}

/// nginx with a configuration of its own, on a free port.
#[derive(Debug)]
struct Nginx {
    port: u16,
    version: String,
    _process: Process,
}

impl Nginx {
    fn start(program: &Path, folder: &Path) -> io::Result<Nginx> {
        let version = Command::new(program).arg("-v").output()?.stderr;
        let version = String::from_utf8_lossy(&version).trim().replace("nginx version: ", "");
        // Free at this moment, and nobody else is likely to be given it in the next.
        let port = TcpListener::bind(ANY_PORT)?.local_addr()?.port();
        fs::write(folder.join("large"), "l".repeat(LARGE))?;
        let (file, log) = (folder.join("nginx.conf"), folder.join("nginx.log"));
        fs::write(&file, configuration(folder, port))?;
        let mut command = Command::new(program);
        command.arg("-p").arg(folder).arg("-c").arg(&file).arg("-e").arg(&log);
        let mut process = Process::start(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
        let until = Instant::now() + START_WITHIN;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if Instant::now() > until || !process.is_running()? {
                let why = fs::read_to_string(&log).unwrap_or_default();
                return Err(io::Error::other(format!("nginx did not start: {}", why.trim())));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Nginx { port, version, _process: process })
    }
}

/// `return` answers before it has read a body. A proxy that buffers requests has read it all when it asks the server
/// behind it, which is another of its own on a Unix socket, where the capture does not see it.
fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "daemon off;
user root;
worker_processes 2;
worker_rlimit_nofile 8192;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log error;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    sendfile on;
    client_body_temp_path {folder}/client_body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream behind {{ server unix:{folder}/behind.sock; keepalive 256; }}
    server {{
        listen unix:{folder}/behind.sock;
        location / {{ return 200 'the body was read'; }}
    }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {folder};
        location = /small {{ default_type application/json; return 200 '{{\"code\": 1, \"message\": \"Hello, World!\"}}'; }}
        location = /large {{ default_type application/octet-stream; }}
        location = /sink {{
            client_max_body_size 1m;
            client_body_buffer_size 128k;
            proxy_request_buffering on;
            proxy_pass_request_body off;
            proxy_set_header Content-Length '';
            proxy_set_header Connection '';
            proxy_http_version 1.1;
            proxy_pass http://behind/;
        }}
        location / {{ return 404; }}
    }}
}}
"
    )
}
