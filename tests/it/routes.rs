//! Ways to a service that are not the straight one: proxies, and addresses given by hand.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use perfloop::{CheckResult, HttpSettings, Plan, RequestErrorKind, Summary, User};

use crate::support::{REFUSED, Service, perfloop, run, spawn_as};

/// A proxy for as long as the test runs. `greet` reads what the client wants and opens it.
fn proxy(greet: fn(&mut TcpStream) -> io::Result<TcpStream>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            thread::spawn(move || {
                let mut client = client.unwrap();
                if let Ok(service) = greet(&mut client) {
                    pump(client, service);
                }
            });
        }
    });
    port
}

fn pump(client: TcpStream, service: TcpStream) {
    let one_way = |mut from: TcpStream, mut to: TcpStream| {
        move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        }
    };
    thread::spawn(one_way(client.try_clone().unwrap(), service.try_clone().unwrap()));
    one_way(service, client)();
}

/// HTTP CONNECT.
fn connect(client: &mut TcpStream) -> io::Result<TcpStream> {
    connect_saying(client, &["HTTP/1.1 200 Connection established\r\n\r\n"])
}

/// The same, by an answer in pieces.
fn connect_in_pieces(client: &mut TcpStream) -> io::Result<TcpStream> {
    connect_saying(client, &["HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 Connec", "tion established\r\n\r", "\n"])
}

/// The same, with a length that means nothing (RFC 9110, 9.3.6).
fn connect_with_a_length(client: &mut TcpStream) -> io::Result<TcpStream> {
    connect_saying(client, &["HTTP/1.0 200 OK\r\nproxy-agent: x\r\ncontent-length: 5\r\n\r\n"])
}

fn connect_saying(client: &mut TcpStream, pieces: &[&str]) -> io::Result<TcpStream> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).unwrap();
    let service = TcpStream::connect(target)?;
    for piece in pieces {
        client.write_all(piece.as_bytes())?;
        thread::sleep(Duration::from_millis(2));
    }
    Ok(service)
}

/// SOCKS5 with a user and a password (RFC 1928, RFC 1929).
fn socks(client: &mut TcpStream) -> io::Result<TcpStream> {
    let mut read = |length: usize| {
        let mut bytes = vec![0; length];
        client.read_exact(&mut bytes).map(|()| bytes)
    };
    assert_eq!(read(3)?, [5, 1, 2]);
    client.write_all(&[5, 2])?;
    let mut read = |length: usize| {
        let mut bytes = vec![0; length];
        client.read_exact(&mut bytes).map(|()| bytes)
    };
    assert_eq!(read(1 + 1 + 3 + 1 + 6)?, b"\x01\x03ann\x06secret");
    client.write_all(&[1, 0])?;
    let mut read = |length: usize| {
        let mut bytes = vec![0; length];
        client.read_exact(&mut bytes).map(|()| bytes)
    };
    let kind = read(4)?[3];
    let host = match kind {
        1 => read(4)?.iter().map(u8::to_string).collect::<Vec<_>>().join("."),
        3 => {
            let length = read(1)?[0];
            String::from_utf8(read(length.into())?).unwrap()
        }
        other => panic!("kind of address {other}"),
    };
    let port = u16::from_be_bytes(read(2)?.try_into().unwrap());
    let service = TcpStream::connect((host, port))?;
    client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0])?;
    Ok(service)
}

fn through(proxy: &str, settings: HttpSettings, url: String) -> Summary {
    let http = settings.proxy(proxy.parse().unwrap());
    run(Plan::new().loops(3).http(http), move |user: &mut User| -> CheckResult {
        user.post(&url).body("hello").send()?.expect_status(200)?.expect_json("body", "hello")?;
        Ok(())
    })
}

/// The same, written with ureq.
fn through_by_agent(proxy: &str, settings: HttpSettings, url: String) -> Summary {
    let http = settings.proxy(proxy.parse().unwrap());
    run(Plan::new().loops(3).http(http), move |user: &mut User| -> CheckResult {
        let answer = user.agent().post(&url).send("hello")?.body_mut().read_json::<serde_json::Value>()?;
        assert_eq!(answer["body"], "hello");
        Ok(())
    })
}

#[track_caller]
fn all_pass_on_one_connection(summary: &Summary) {
    let requests = &summary.whole.request_totals;
    assert_eq!(summary.whole.totals.pass, 3, "{:?}", summary.failures);
    assert_eq!((requests.new_connections, requests.setup.count()), (1, 1));
    if cfg!(target_os = "linux") {
        assert_eq!(requests.stamped, 3);
    }
}

#[test]
fn a_tunnel_is_open_however_the_proxy_says_so() {
    let service = Service::with_tls();
    let settings = HttpSettings::default().ca_pem(service.ca_pem().unwrap().as_bytes().to_vec());
    for greet in [connect, connect_in_pieces, connect_with_a_length] {
        let url = format!("http://127.0.0.1:{}", proxy(greet));
        all_pass_on_one_connection(&through(&url, settings.clone(), service.at_tls("/echo")));
    }
    assert_eq!(service.total_hits(), 9, "{:?}", service.hits());
}

#[test]
fn tls_goes_through_proxies_of_both_kinds() {
    let service = Service::with_tls();
    let settings = HttpSettings::default().ca_pem(service.ca_pem().unwrap().as_bytes().to_vec());
    for url in
        [format!("http://127.0.0.1:{}", proxy(connect)), format!("socks5h://ann:secret@127.0.0.1:{}", proxy(socks))]
    {
        all_pass_on_one_connection(&through(&url, settings.clone(), service.at_tls("/echo")));
        all_pass_on_one_connection(&through_by_agent(&url, settings.clone(), service.at_tls("/echo")));
    }
}

#[test]
fn requests_go_through_a_socks_proxy_with_and_without_its_names() {
    let service = Service::start();
    for scheme in ["socks5", "socks5h"] {
        let url = format!("{scheme}://ann:secret@127.0.0.1:{}", proxy(socks));
        all_pass_on_one_connection(&through(&url, HttpSettings::default(), service.at("/echo")));
        all_pass_on_one_connection(&through_by_agent(&url, HttpSettings::default(), service.at("/echo")));
    }
}

#[test]
fn a_proxy_that_is_not_there_is_an_exception_before_anything_is_sent() {
    let service = Service::start();
    for url in [REFUSED.to_owned(), REFUSED.replace("http", "socks5")] {
        let summary = through(&url, HttpSettings::default(), service.at("/echo"));
        let requests = &summary.whole.request_totals;
        assert_eq!((summary.whole.totals.exception, requests.never_accepted), (3, 3), "{:?}", summary.failures);
        assert_eq!(requests.lost.get(&RequestErrorKind::Refused), Some(&3), "{:?}", requests.lost);
    }
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn a_proxy_that_cannot_be_used_is_refused_before_the_run() {
    for proxy in ["ftp://127.0.0.1:1", "http://", "nonsense"] {
        let output = perfloop(&["--proxy", proxy, "http://127.0.0.1:1/"]);
        assert_eq!(output.code, Some(2), "{output:#?}");
        assert!(output.stderr.contains("--proxy") && output.stderr.lines().count() == 1, "{}", output.stderr);
    }
}

#[test]
fn a_host_has_the_address_that_is_given_for_it() {
    let service = Service::start();
    let port = service.address().port();
    let url = format!("http://shop.example:{port}/echo");
    let given = format!("shop.example:{port}:127.0.0.1");
    let output = perfloop(&[&url, "--loops", "1", "--resolve", &given, "--expect-contains", "shop.example", "--quiet"]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    for bad in ["shop.example:80", "shop.example:x:127.0.0.1", "shop.example:80:nowhere", ":80:127.0.0.1"] {
        let output = perfloop(&[&url, "--resolve", bad]);
        assert_eq!(output.code, Some(2));
        assert!(output.stderr.contains("--resolve"), "{}", output.stderr);
    }
}

#[test]
fn users_spread_over_the_addresses_of_a_host_and_pass_by_one_that_is_dead() {
    let service = Service::start();
    let port = service.address().port();
    let second = Service::start_at(SocketAddr::from(([127, 0, 0, 2], port)));
    let url = format!("http://shop.example:{port}/fast");
    let run = |addresses: &str| {
        let given = format!("shop.example:{port}:{addresses}");
        perfloop(&[&url, "--users", "4", "--loops", "5", "--resolve", &given, "--json", "-"]).json()["totals"]["pass"]
            .as_u64()
    };
    assert_eq!(run("127.0.0.1,127.0.0.2"), Some(20));
    assert_eq!((service.total_hits(), second.total_hits()), (10, 10));
    assert_eq!(run("127.0.0.3,127.0.0.2"), Some(20), "nothing listens at the first");
    assert_eq!((service.total_hits(), second.total_hits()), (10, 30));
}

#[test]
fn a_service_that_asks_for_a_certificate_gets_it_or_turns_the_user_away() {
    let service = Service::with_client_certificates();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, pem: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (certificate, key) = service.client_pem().unwrap();
    let (ca, cert, key) = (file("ca", service.ca_pem().unwrap()), file("cert", certificate), file("key", key));
    let url = service.at_tls("/fast");
    let base = [&url, "--loops", "2", "--cacert", &ca, "--json", "-"];
    let shown = perfloop(&[&base[..], &["--cert", &cert, "--key", &key]].concat()).json();
    assert_eq!((&shown["totals"]["pass"], service.total_hits()), (&2.into(), 2), "{shown:#}");

    let without = perfloop(&base).json();
    assert_eq!((&without["totals"]["exception"], service.total_hits()), (&2.into(), 2), "{without:#}");
    let message = without["failures"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("TLS with localhost:") && message.contains("the service asks for a certificate; give cert"),
        "{message}"
    );
    assert_eq!(without["requests"][0]["never_accepted"], 2, "{without:#}");
}

#[test]
fn new_connections_shake_hands_with_and_without_resumed_sessions() {
    let service = Service::with_tls();
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, service.ca_pem().unwrap()).unwrap();
    let url = service.at_tls("/fast");
    let args =
        ["--cacert", ca.to_str().unwrap(), "--no-keepalive", "--loops", "4", "--json", "-", &url, "--tls-resume"];
    for resume in ["off", "user"] {
        let json = perfloop(&[&args[..], &[resume]].concat()).json();
        assert_eq!((&json["totals"]["pass"], &json["requests"][0]["new_connections"]), (&4.into(), &4.into()));
    }
    let output = perfloop(&[&args[..], &["sometimes"]].concat());
    assert_eq!(output.code, Some(2));
    assert!(output.stderr.contains("--tls-resume"), "{}", output.stderr);
}

#[test]
fn a_certificate_and_a_key_that_do_not_fit_are_refused_before_the_run() {
    let service = Service::with_tls();
    let folder = tempfile::tempdir().unwrap();
    let cert = folder.path().join("cert.pem");
    std::fs::write(&cert, service.ca_pem().unwrap()).unwrap();
    let cert = cert.to_str().unwrap();
    let url = service.at_tls("/fast");
    for (args, named) in [
        (vec!["--cert", cert, "--key", cert], "--key"),
        (vec!["--cert", cert], "--key"),
        (vec!["--cert", "/missing", "--key", cert], "--cert"),
    ] {
        let output = perfloop(&[&[url.as_str()], &args[..]].concat());
        assert_eq!(output.code, Some(2), "{output:#?}");
        assert!(output.stderr.contains(named) && output.stderr.lines().count() == 1, "{}", output.stderr);
    }
}

#[test]
fn more_users_than_files_are_refused_before_the_run() {
    let service = Service::start();
    let url = service.at("/fast");
    let output = spawn_as(&["prlimit", "--nofile=80:80"], &[&url, "--users", "40", "--loops", "2"]).wait();
    assert_eq!(output.code, Some(2), "{output:#?}");
    assert!(output.stderr.contains("--users 40") && output.stderr.contains("ulimit -Hn"), "{}", output.stderr);
    assert_eq!(service.total_hits(), 0);
}

#[test]
fn connections_for_which_no_file_is_left_are_exceptions_with_a_remedy() {
    // Each user keeps a connection to each service, which a plan does not know. All are there at once: they wait for one
    // another's first loop, so that no early one gives its files back.
    let services: Vec<Service> = (0..6).map(|_| Service::start()).collect();
    let urls: Vec<String> = services.iter().map(|service| service.at("/fast")).collect();
    let args = ["--users", "15", "--loops", "2", "--wait", "1s", "--json", "-"]
        .into_iter()
        .chain(urls.iter().map(String::as_str));
    let output = spawn_as(&["prlimit", "--nofile=80:80"], &args.collect::<Vec<_>>()).wait();
    let json = output.json();
    let totals = &json["totals"];
    assert_eq!(output.code, Some(1));
    assert_eq!(totals["pass"].as_u64().unwrap() + totals["exception"].as_u64().unwrap(), 15 * 2 * 6, "{totals:#}");
    let message = json["failures"][0]["message"].as_str().unwrap();
    assert!(message.contains("no file is left to open") && message.contains("ulimit -n"), "{message}");
    // Nothing of them reached a service.
    let hits: u64 = services.iter().map(|service| service.total_hits()).sum();
    assert_eq!(hits, totals["pass"].as_u64().unwrap());
}
