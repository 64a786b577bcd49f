use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mock_service"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// A running command, ended with the test.
struct Running(Child, BufReader<ChildStdout>);

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self(child, out)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.1.read_line(&mut line).unwrap();
        line.trim_end().to_string()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn bad_input_is_one_line_that_names_the_flag_and_exit_2() {
    let mut wrong = vec![
        (["--delay", "soon"], "--delay"),
        (["--error-rate", "2"], "--error-rate"),
        (["--port", "70000"], "--port"),
        (["--host", "nowhere"], "--host"),
        (["--idle-timeout", "1x"], "--idle-timeout"),
        (["--colour", "red"], "--colour"),
    ];
    if cfg!(feature = "tls") {
        wrong.push((["--ca-file", "ca.pem"], "--tls-port"));
    }
    if cfg!(feature = "sqlite") {
        wrong.push((["--db", "postgres://localhost/shop"], "--db"));
        wrong.push((["--db", "mongodb://localhost:port/shop"], "--db"));
    }
    for (arguments, flag) in wrong {
        let output = run(&arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{arguments:?}: {said}");
        assert!(said.starts_with("mock_service: ") && said.contains(flag), "{arguments:?}: {said}");
    }
}

#[test]
fn a_port_in_use_is_one_line_and_exit_3() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = run(&["--port", &port]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(3), 1), "{said}");
    assert!(said.contains(&format!("127.0.0.1:{port}")), "{said}");
}

#[test]
fn help_lists_the_flags() {
    let output = run(&["--help"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(["--port", "--delay", "--jitter", "--error-rate"].iter().all(|flag| said.contains(flag)), "{said}");
}

#[cfg(unix)]
#[test]
fn it_says_where_it_listens_and_ends_at_once_on_a_signal_with_exit_0() {
    use std::time::{Duration, Instant};

    for signal in ["INT", "TERM"] {
        let mut running = Running::start(&["--port", "0", "--delay", "1.5s"]);
        let url = running.line().strip_prefix("listening on ").unwrap().to_string();
        assert_eq!(running.line(), format!("endpoints are listed at {url}/__endpoints"));
        let begin = Instant::now();
        let killed = Command::new("sh").args(["-c", &format!("kill -{signal} {}", running.0.id())]).status().unwrap();
        assert!(killed.success());
        assert_eq!(running.0.wait().unwrap().code(), Some(0));
        assert!(begin.elapsed() < Duration::from_secs(2));
    }
}

#[cfg(feature = "tls")]
#[test]
fn it_writes_the_certificate_https_clients_must_trust() {
    let file = std::env::temp_dir().join(format!("mock_service_ca_{}.pem", std::process::id()));
    let mut running = Running::start(&["--port", "0", "--tls-port", "0", "--ca-file", file.to_str().unwrap()]);
    assert!(running.line().starts_with("listening on http://"));
    assert!(running.line().starts_with("listening on https://localhost:"));
    let pem = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
}
