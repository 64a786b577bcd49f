use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use mock_service::{MockService, Settings};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::client::{Reply, exchange, get};

fn start() -> MockService {
    let tls_address = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    MockService::start(Settings { tls_address, ..Settings::default() }).unwrap()
}

fn port(service: &MockService) -> u16 {
    service.tls_url().unwrap().strip_prefix("https://localhost:").unwrap().parse().unwrap()
}

fn connect(service: &MockService, name: &str, trusted: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(trusted.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_string()).unwrap();
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port(service))).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
}

fn connect_as(service: &MockService, name: &str) -> StreamOwned<ClientConnection, TcpStream> {
    connect(service, name, service.ca_pem().unwrap())
}

#[test]
fn https_serves_the_same_endpoints_and_counts_by_all_its_names() {
    let service = start();
    for name in ["localhost", "127.0.0.1", "::1"] {
        let received = exchange(connect_as(&service, name), "GET", "/fast", "", "");
        assert_eq!((Reply::parse(&received.bytes).status, received.error), (200, None), "{name}");
    }
    assert_eq!(get(&service, "/fast").status, 200);
    assert_eq!((service.hits()["/fast"], service.connections()), (4, 4));
}

#[test]
fn a_client_that_trusts_another_authority_refuses_the_service() {
    let (service, other) = (start(), start());
    let mut stream = connect(&service, "localhost", other.ca_pem().unwrap());
    assert!(stream.write_all(b"GET /fast HTTP/1.1\r\n\r\n").is_err());
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn a_client_that_never_shakes_hands_holds_up_nobody() {
    let service = start();
    let _silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port(&service))).unwrap();
    let received = exchange(connect_as(&service, "localhost"), "GET", "/fast", "", "");
    assert_eq!(Reply::parse(&received.bytes).status, 200);
}

#[test]
fn faults_work_inside_tls() {
    let service = start();
    let truncated = exchange(connect_as(&service, "localhost"), "GET", "/fault/truncated", "", "");
    assert_eq!((Reply::parse(&truncated.bytes).body.len(), truncated.error), (100, None));
    let mut stream = connect_as(&service, "localhost");
    stream.write_all(b"GET /fault/reset HTTP/1.1\r\nhost: test\r\n\r\n").unwrap();
    let error = stream.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn without_an_address_there_is_no_https() {
    let service = crate::client::start();
    assert_eq!((service.tls_url(), service.ca_pem()), (None, None));
}
