//! Certificates and keys as people make them, and what becomes of a connection with each.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;

use perfloop::HttpSettings;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use crate::support::{Output, Service, perfloop, run, start};

/// A service that shows this certificate, and answers each request with 200. Its port.
fn service(certificate: &rcgen::Certificate, key: &KeyPair) -> u16 {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivatePkcs8KeyDer::from(key.serialize_der()).into());
    let config = Arc::new(config.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), client.unwrap());
            thread::spawn(move || {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).is_ok_and(|length| length > 0) {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                }
            });
        }
    });
    port
}

/// As `openssl req -x509` makes one: its own authority, and for this name.
fn self_made(names: &[&str], common: &str) -> (rcgen::Certificate, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, common);
    (params.self_signed(&key).unwrap(), key)
}

fn saved(folder: &TempDir, name: &str, content: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The message of the only failure of a run.
fn message(output: &Output) -> String {
    output.json()["failures"][0]["message"].as_str().unwrap_or_else(|| panic!("{output:#?}")).to_owned()
}

#[test]
fn a_certificate_that_is_its_own_authority_is_trusted_where_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    for (names, common) in [(&["tls.localhost"][..], "x"), (&[], "tls.localhost")] {
        let (certificate, key) = self_made(names, common);
        let port = service(&certificate, &key);
        let ca = saved(&folder, "ca.pem", &certificate.pem());
        let url = format!("https://tls.localhost:{port}/");
        let trusting = perfloop(&[&url, "--cacert", &ca, "--loops", "2", "--json", "-"]).json();
        assert_eq!(trusting["totals"]["pass"], 2, "{trusting:#}");
        assert_eq!(perfloop(&[&url, "--insecure", "--loops", "2"]).code, Some(0));

        let neither = message(&perfloop(&[&url, "--loops", "2", "--json", "-"]));
        assert!(neither.contains("nobody who is trusted issued the certificate; give cacert"), "{neither}");
        let other = format!("https://127.0.0.1:{port}/");
        let other = message(&perfloop(&[&other, "--cacert", &ca, "--loops", "2", "--json", "-"]));
        assert!(other.contains("the certificate is for tls.localhost, not for 127.0.0.1"), "{other}");
    }
}

#[test]
fn an_encrypted_key_is_opened_by_the_password_behind_its_certificate() {
    let asking = Service::with_client_certificates();
    let folder = tempfile::tempdir().unwrap();
    let ca = saved(&folder, "ca.pem", asking.ca_pem().unwrap());
    let url = asking.at_tls("/fast");
    // The service refuses this certificate of somebody else's, which shows that it was shown.
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/load/http/tls/samples");
    let sample = |name: &str| samples.join(name).to_str().unwrap().to_owned();
    let (client, key) = (sample("client.pem"), sample("pkcs8-aes256.key"));
    let with =
        |cert: &str| perfloop(&[&url, "--cacert", &ca, "--loops", "1", "--json", "-", "--cert", cert, "--key", &key]);
    let shown = with(&format!("{client}:secret"));
    assert!(message(&shown).contains("the service refuses the certificate that it was shown"), "{shown:#?}");
    assert!(!shown.stdout.contains("secret") && shown.stdout.contains("client.pem:***"), "{}", shown.stdout);
    for (cert, wanted) in
        [(client.clone(), "--key: the key is under a password"), (format!("{client}:x"), "does not open")]
    {
        let refused = with(&cert);
        assert!(refused.code == Some(2) && refused.stderr.contains(wanted), "{refused:#?}");
    }

    let hurl = |options: &str| {
        let file = saved(&folder, "a.hurl", &format!("GET {url}\n[Options]\ncacert: {ca}\n{options}\nHTTP 200\n"));
        perfloop(&["test", &file])
    };
    let shown = hurl(&format!("cert: {client}:secret\nkey: {key}"));
    assert!(shown.code == Some(3) && shown.stderr.contains("refuses the certificate"), "{shown:#?}");
    let refused = hurl(&format!("cert: {client}\nkey: {key}"));
    assert!(refused.code == Some(3) && refused.stderr.contains("under a password"), "{refused:#?}");
}

#[test]
fn a_certificate_and_its_key_may_be_in_one_file() {
    let asking = Service::with_client_certificates();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = asking.client_pem().unwrap();
    let both = saved(&folder, "both.pem", &format!("{certificate}{key}"));
    let ca = saved(&folder, "ca.pem", asking.ca_pem().unwrap());
    let url = asking.at_tls("/fast");
    let output = perfloop(&[&url, "--cacert", &ca, "--cert", &both, "--loops", "2"]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let file = saved(&folder, "a.hurl", &format!("GET {url}\nHTTP 200\n"));
    let output = perfloop(&["test", &file, "--cacert", &ca, "-E", &both]);
    assert_eq!(output.code, Some(0), "{output:#?}");
    let alone = saved(&folder, "alone.pem", certificate);
    let output = perfloop(&[&url, "--cert", &alone]);
    assert!(
        output.code == Some(2) && output.stderr.contains("no private key in it; give its file as --key"),
        "{output:#?}"
    );
}

#[test]
fn names_below_localhost_and_hosts_in_any_writing_find_their_service() {
    let service = Service::start();
    let port = service.address().port();
    let loops = ["--loops", "1"];
    let named = format!("http://shop.localhost:{port}/fast");
    assert_eq!(perfloop(&[&[named.as_str()][..], &loops].concat()).code, Some(0));
    let mut wanted = 1;
    for (given, url) in [
        ("bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("BÜCHER.example", "bücher.EXAMPLE"),
        ("bücher.example.", "bücher.example"),
        ("bücher.example", "bücher.example."),
    ] {
        let resolve = format!("{given}:{port}:127.0.0.1");
        let url = format!("http://{url}:{port}/fast");
        let output = perfloop(&[&url, "--resolve", &resolve, "--loops", "1"]);
        assert_eq!(output.code, Some(0), "{output:#?}");
        let folder = tempfile::tempdir().unwrap();
        let file = saved(&folder, "a.hurl", &format!("GET {url}\n[Options]\nresolve: {resolve}\nHTTP 200\n"));
        let output = perfloop(&["test", &file]);
        assert_eq!(output.code, Some(0), "{output:#?}");
        wanted += 2;
    }
    assert_eq!(service.total_hits(), wanted);
}

#[test]
fn a_proxy_of_the_environment_is_told_of_where_it_would_matter() {
    let service = Service::start();
    let folder = tempfile::tempdir().unwrap();
    let port = service.address().port();
    let with = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perfloop"));
        let proxy = format!("http://127.0.0.1:{port}");
        start(command.args(words).env("http_proxy", &proxy).env("NO_PROXY", "a.test")).wait()
    };
    let line = "note: http_proxy and NO_PROXY are set in the environment, and perfloop does not use them";
    let told = |output: &Output| output.stderr.matches(line).count();
    let near = with(&[&service.at("/fast"), "--loops", "1"]);
    assert_eq!((near.code, told(&near)), (Some(0), 0), "{near:#?}");
    let resolve = format!("a.test:{port}:127.0.0.1");
    let far = format!("http://a.test:{port}/fast");
    let output = with(&[&far, "--resolve", &resolve, "--loops", "1"]);
    assert_eq!((output.code, told(&output)), (Some(0), 1), "{output:#?}");
    let file = saved(&folder, "a.hurl", &format!("GET {far}\nHTTP 200\n"));
    let output = with(&["test", &file, "--resolve", &resolve]);
    assert_eq!((output.code, told(&output)), (Some(0), 1), "{output:#?}");
    let file = saved(&folder, "b.hurl", &format!("GET {}\nHTTP 200\n", service.at("/fast")));
    assert_eq!(told(&with(&["test", &file])), 0);
}

#[test]
fn what_tls_refuses_is_told_in_words() {
    // Something that speaks no TLS, and something that only sends an alert.
    let alert = |bytes: &'static [u8]| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for client in listener.incoming() {
                let mut client = client.unwrap();
                let _ = client.read(&mut [0; 4096]);
                let _ = client.write_all(bytes);
            }
        });
        port
    };
    for (bytes, wanted) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "does not speak TLS; is the URL to begin with http://?"),
        (b"\x15\x03\x03\x00\x02\x02\x28", "(alert: handshake failure)"),
        (b"\x15\x03\x03\x00\x02\x02\x46", "perfloop speaks 1.2 and 1.3 (alert: protocol version)"),
        (b"\x15\x03\x03\x00\x02\x02\x70", "does not know this host (alert: unrecognised name)"),
        (b"\x16\x03\x03\x00\x04\x02\x00\x00\x00", "broken message"),
        (b"\x17\x03\x03\x00\x04\x02\x00\x00\x00", "out of turn (application data)"),
    ] {
        let url = format!("https://127.0.0.1:{}/", alert(bytes));
        let said = message(&perfloop(&[&url, "--insecure", "--loops", "1", "--json", "-"]));
        assert!(said.contains(wanted) && !said.contains(['{', '"', '[']), "{said}");
    }
    let summary =
        run(perfloop::Plan::new().loops(1).http(HttpSettings::default()), move |user: &mut perfloop::User| {
            let port = alert(b"\x15\x03\x03\x00\x02\x02\x74");
            user.get(&format!("https://127.0.0.1:{port}/")).send().map(drop)
        });
    assert!(summary.failures[0].message.contains("asks for a certificate; give cert"), "{:?}", summary.failures);
}

/// `openssl s_server` with a certificate, until it is dropped.
struct OpenSsl {
    child: Child,
    port: u16,
}

impl OpenSsl {
    fn serve(folder: &Path, flags: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("openssl");
        command.args(["s_server", "-www", "-quiet", "-accept", &format!("127.0.0.1:{port}")]).args(flags);
        let child = command.current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = OpenSsl { child, port };
        let is_up = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        assert!((0..200).any(|_| is_up() || {
            thread::sleep(std::time::Duration::from_millis(20));
            false
        }));
        server
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs lines of a shell in a folder.
fn shell(folder: &Path, lines: &str) {
    let output = Command::new("sh").args(["-ec", lines]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{lines}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "needs openssl"]
fn certificates_are_trusted_as_curl_trusts_them() {
    const SIGN: &str = "openssl req -new -key key.pem -subj /CN=localhost -out csr.pem; openssl x509 -req -in csr.pem -CA ca.pem \
                        -CAkey ca.key -CAcreateserial -days 9 -out cert.pem";
    const OWN: &str = "openssl req -x509 -key key.pem -days 9 -out cert.pem";
    const EC: &str = "openssl ecparam -genkey -noout -out key.pem -name";
    let leaf = |extensions: &str| {
        format!("openssl genrsa -out key.pem 2048; printf '{extensions}' > ext; {SIGN} -extfile ext")
    };
    let v1 = format!("openssl genrsa -out key.pem 2048; {SIGN}");
    // The certificate, what is given as --cacert, flags of the server, and whether perfloop must differ from curl.
    let rows: Vec<(&str, String, &str, &str)> = vec![
        ("as openssl makes it", format!("openssl genrsa -out key.pem 2048; {OWN} -subj /CN=localhost"), "cert.pem", ""),
        ("another name", format!("openssl genrsa -out key.pem 2048; {OWN} -subj /CN=a.test"), "cert.pem", ""),
        (
            "alternative name",
            format!("{EC} prime256v1; {OWN} -subj /CN=x -addext subjectAltName=DNS:localhost"),
            "cert.pem",
            "",
        ),
        (
            "other alternative name",
            format!("{EC} prime256v1; {OWN} -subj /CN=localhost -addext subjectAltName=DNS:x.test"),
            "cert.pem",
            "",
        ),
        ("version 1", v1.clone(), "ca.pem", ""),
        ("version 1, trusted itself", v1.clone(), "cert.pem", ""),
        ("version 1, TLS 1.2", v1, "ca.pem", "-tls1_2"),
        ("issued to an authority", leaf("basicConstraints=CA:TRUE"), "ca.pem", ""),
        ("only its common name", leaf("basicConstraints=CA:FALSE"), "ca.pem", ""),
        ("for clients", leaf("extendedKeyUsage=clientAuth"), "ca.pem", ""),
        ("an authority's usage", leaf("basicConstraints=CA:TRUE\\nkeyUsage=keyCertSign"), "ca.pem", ""),
        ("of curve P-384", format!("{EC} secp384r1; {OWN} -subj /CN=localhost"), "cert.pem", ""),
        ("of curve P-521", format!("{EC} secp521r1; {OWN} -subj /CN=localhost"), "cert.pem", ""),
        ("of curve P-521, issued", format!("{EC} secp521r1; {SIGN}"), "ca.pem", ""),
        ("of curve P-521, TLS 1.2", format!("{EC} secp521r1; {OWN} -subj /CN=localhost"), "cert.pem", "-tls1_2"),
        (
            "with keys exchanged on P-521 alone",
            format!("{EC} prime256v1; {OWN} -subj /CN=localhost"),
            "cert.pem",
            "-groups P-521",
        ),
        (
            "of Ed25519",
            format!("openssl genpkey -algorithm ed25519 -out key.pem; {OWN} -subj /CN=localhost"),
            "cert.pem",
            "",
        ),
        (
            "of Ed448",
            format!("openssl genpkey -algorithm ed448 -out key.pem; {OWN} -subj /CN=localhost"),
            "cert.pem",
            "",
        ),
        (
            "of RSA-PSS",
            format!("openssl genpkey -algorithm rsa-pss -out key.pem; {OWN} -subj /CN=localhost"),
            "cert.pem",
            "",
        ),
        (
            "of RSA with 1024 bits",
            format!("openssl genrsa -out key.pem 1024; {OWN} -subj /CN=localhost"),
            "cert.pem",
            "-cipher DEFAULT@SECLEVEL=0",
        ),
        (
            "of RSA with 1024 bits, TLS 1.2",
            format!("openssl genrsa -out key.pem 1024; {OWN} -subj /CN=localhost"),
            "cert.pem",
            "-tls1_2 -cipher DEFAULT@SECLEVEL=0",
        ),
        ("by SHA-1", format!("openssl genrsa -out key.pem 2048; {SIGN} -sha1"), "ca.pem", "-cipher DEFAULT@SECLEVEL=0"),
        ("a stranger's", format!("openssl genrsa -out key.pem 2048; {OWN} -subj /CN=localhost"), "ca.pem", ""),
    ];
    // What curl trusts and perfloop cannot verify: that is refused by its name, unless anything is accepted.
    let cannot = ["of Ed448", "of RSA-PSS"];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    shell(path, "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -days 9 -subj /CN=authority -out ca.pem");
    let mut wrong = Vec::new();
    for (kind, make, trusted, flags) in &rows {
        shell(path, make);
        let flags: Vec<&str> =
            ["-cert", "cert.pem", "-key", "key.pem"].into_iter().chain(flags.split_whitespace()).collect();
        let server = OpenSsl::serve(path, &flags);
        let url = format!("https://localhost:{}/", server.port);
        let trusted = path.join(trusted);
        let trusted = trusted.to_str().unwrap();
        let by_curl = |words: &[&str]| {
            let words = [&["-sS", "-4", "-o", "/dev/null", &url], words].concat();
            Command::new("curl").args(words).env_remove("http_proxy").output().unwrap().status.success()
        };
        let by_perfloop = |words: &[&str]| {
            // It closes each connection.
            let output = perfloop(&[&[url.as_str(), "--loops", "1", "--json", "-"], words].concat());
            let json = output.json();
            let is_good = json["totals"]["pass"] == 1;
            let said = if is_good { String::new() } else { message(&output) };
            (is_good, said)
        };
        let (insecure, said) = by_perfloop(&["--insecure"]);
        if !(insecure && by_curl(&["-k"])) {
            wrong.push(format!("{kind}: --insecure: {said}"));
        }
        let (is_trusted, said) = by_perfloop(&["--cacert", trusted]);
        let expected = by_curl(&["--cacert", trusted]) && !cannot.contains(kind);
        if is_trusted != expected || said.contains(['{', '"', '[']) {
            wrong.push(format!("{kind}: perfloop {is_trusted} {said}, curl {expected}"));
        }
        eprintln!("{kind}: {is_trusted} {said}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
#[ignore = "needs openssl"]
fn client_certificates_of_openssl_are_shown_with_their_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    shell(
        path,
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -days 9 -subj /CN=localhost -out ca.pem
         openssl genrsa -out plain.key 2048
         openssl req -new -key plain.key -subj /CN=client -out csr.pem
         openssl x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 9 -out client.pem
         openssl pkcs8 -topk8 -in plain.key -passout pass:se:cret -out pkcs8.key
         openssl rsa -in plain.key -aes128 -traditional -passout pass:se:cret -out old.key
         cat client.pem pkcs8.key > 'both:1.pem'",
    );
    let flags = ["-cert", "ca.pem", "-key", "ca.key", "-CAfile", "ca.pem", "-Verify", "1", "-verify_return_error"];
    let server = OpenSsl::serve(path, &flags);
    let url = format!("https://localhost:{}/", server.port);
    let file = |name: &str| PathBuf::from(path).join(name).to_str().unwrap().to_owned();
    let ca = file("ca.pem");
    for (cert, key) in [
        ("client.pem:se:cret", Some("pkcs8.key")),
        ("client.pem:se:cret", Some("old.key")),
        ("client.pem", Some("plain.key")),
        ("both\\:1.pem:se:cret", None),
    ] {
        let (cert, key) = (file(cert), key.map(file));
        let mut words = vec![url.as_str(), "--cacert", &ca, "--cert", &cert];
        words.extend(key.iter().flat_map(|key| ["--key", key]));
        let curl =
            Command::new("curl").args([&["-sS", "-4", "-o", "/dev/null"], &words[..]].concat()).output().unwrap();
        assert!(curl.status.success(), "{cert}: {curl:?}");
        let output = perfloop(&[&words[..], &["--loops", "1"]].concat());
        assert_eq!(output.code, Some(0), "{cert}: {output:#?}");
    }
}
