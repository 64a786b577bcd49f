//! What the system, the shell and other programs do to perfloop ends no run, and harms no file.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Output, Reports, Service, none, perfloop, spawn, spawn_as};

/// The binary, started by a shell that has done this before.
fn after(shell: &str, args: &[&str]) -> Output {
    spawn_as(&["sh", "-c", &format!("{shell}; exec \"$@\""), "sh"], args).wait()
}

#[test]
fn a_signal_that_is_ignored_at_the_start_stays_so() {
    let service = Service::start();
    for (signal, ended_by) in [("HUP", "TERM"), ("INT", "TERM"), ("TERM", "HUP")] {
        let shell = format!("trap '' {signal}; exec \"$@\"");
        let args = ["--time", "30", "--wait", "0.01", "--stats-interval", "0.1", &service.at("/fast")];
        let running = spawn_as(&["sh", "-c", &shell, "sh"], &args);
        running.is_up();
        running.signal(signal);
        std::thread::sleep(Duration::from_millis(200));
        assert!(!running.stderr().contains("stopping;"), "{signal} was heard: {}", running.stderr());
        running.signal(ended_by);
        let output = running.wait();
        assert_eq!(output.code, Some(130), "{ended_by} after {signal}: {output:#?}");
    }
}

#[test]
fn a_file_that_may_not_grow_is_told_and_the_rest_is_written() {
    let (service, place) = (Service::start(), Reports::new());
    let [json, hlog] = ["run.json", "run.hlog"].map(|name| place.path(name));
    // In blocks of 512 bytes: the JSON is longer, the log is not.
    let limit = "ulimit -f 8";
    let output = after(limit, &["--loops", "3", "--json", &json, "--hlog", &hlog, &service.at("/fast")]);
    assert_eq!(output.code, Some(3), "{output:#?}");
    assert!(output.stderr.contains("run.json: could not be written (File too large"), "{output:#?}");
    assert!(output.stdout.contains("3 pass"), "{output:#?}");
    assert!(fs::read_to_string(hlog).unwrap().contains("Interval_Compressed_Histogram"));
    assert!(!fs::exists(json).unwrap(), "half a report");
}

#[test]
fn a_closed_stdout_is_refused_where_a_report_has_it() {
    for flag in ["--json", "--html", "--samples", "--log-http"] {
        let output = spawn_as(&["sh", "-c", "exec \"$@\" >&-", "sh"], &["--loops", "1", flag, "-"]).wait();
        assert_eq!(output.code, Some(2), "{flag}: {output:#?}");
        assert_eq!(output.stderr, format!("perfloop: {flag} -: stdout is closed; give a file, or open it\n"));
    }
    let service = Service::start();
    let closed = |args: &[&str]| spawn_as(&["sh", "-c", "exec \"$@\" >&-", "sh"], args).wait();
    assert_eq!(closed(&["--loops", "1", &service.at("/fast")]).code, Some(0), "nothing was to be read there");
    // What throws all away is not closed.
    let null = ["sh", "-c", "exec \"$@\" >/dev/null", "sh"];
    assert_eq!(spawn_as(&null, &["--loops", "1", "--json", "-", &service.at("/fast")]).wait().code, Some(0));
}

#[test]
fn two_outputs_and_an_input_never_share_a_file_whatever_its_names() {
    let place = Reports::new();
    let [file, link, hard, new] = ["file", "link", "hard", "new"].map(|name| place.path(name));
    fs::write(&file, "id\n1\n").unwrap();
    symlink(&file, &link).unwrap();
    fs::hard_link(&file, &hard).unwrap();
    let dotted = file.replace("/file", "/./file");
    let new_dotted = new.replace("/new", "/./new");
    let both = [(&file, &dotted), (&file, &link), (&link, &hard), (&new, &new_dotted)];
    none(both.into_iter().filter_map(|(one, other)| {
        let output = perfloop(&["--loops", "1", "--json", one, "--samples", other]);
        let wanted =
            format!("perfloop: --json and --samples cannot both write {other}; give one of them another file\n");
        (output.code != Some(2) || output.stderr != wanted).then(|| format!("{one} {other}: {output:#?}"))
    }));
    none([&file, &dotted, &link, &hard].into_iter().filter_map(|output| {
        let told = perfloop(&["--host", "http://127.0.0.1:1", "/{id}", "--feed", &file, "--samples", output]);
        let wanted =
            format!("perfloop: --samples would overwrite {output}, which --feed reads; give it another file\n");
        (told.code != Some(2) || told.stderr != wanted).then(|| format!("{output}: {told:#?}"))
    }));
    assert_eq!(fs::read_to_string(&file).unwrap(), "id\n1\n");
    let output = perfloop(&["--loops", "1", "--html", "-", "--json", "/dev/stdout"]);
    assert!(output.code == Some(2) && output.stderr.contains("cannot both have stdout"), "{output:#?}");
    let service = Service::start();
    let output = perfloop(&["--loops", "1", "--html", "/dev/null", "--json", "/dev/null", &service.at("/fast")]);
    assert_eq!(output.code, Some(0), "a device takes from several: {output:#?}");
}

#[test]
fn a_report_that_is_replaced_keeps_its_permissions_and_its_links() {
    let (service, place) = (Service::start(), Reports::new());
    let [file, link, dangling, later, hard] =
        ["file", "link", "dangling", "later", "hard"].map(|name| place.path(name));
    let write = |path: &str| {
        let output = perfloop(&["--loops", "1", "--json", path, &service.at("/fast")]);
        assert_eq!(output.code, Some(0), "{output:#?}");
    };
    let is_report = |path: &str| {
        let report: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(report["totals"]["pass"], 1);
    };
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("file", &link).unwrap();
    write(&link);
    is_report(&file);
    assert_eq!(fs::read_link(&link).unwrap().to_str(), Some("file"));
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o640);

    symlink("later", &dangling).unwrap();
    write(&dangling);
    is_report(&later);
    assert!(fs::symlink_metadata(&dangling).unwrap().is_symlink());

    fs::write(&file, "old").unwrap();
    fs::hard_link(&file, &hard).unwrap();
    write(&hard);
    is_report(&file);
    is_report(&hard);
    let names: Vec<_> = fs::read_dir(place.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 5, "something was left behind: {names:?}");
}

#[test]
fn clients_that_say_nothing_keep_nobody_from_the_metrics() {
    let service = Service::start();
    let args = ["--time", "60", "--wait", "0.01", "--metrics-addr", "127.0.0.1:0", &service.at("/fast")];
    let running = spawn(&args);
    crate::support::eventually("the address is told", || running.stdout().contains("metrics: http://"));
    let stdout = running.stdout();
    let address = stdout.split("metrics: http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
    let silent: Vec<TcpStream> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"GET /metrics HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("perfloop_checks_total"), "{answer}");
    // Answered one after another, the last of them would have been given up by now.
    let last = silent.last().unwrap();
    last.set_nonblocking(true).unwrap();
    let state = last.peek(&mut [0]).map_err(|error| error.kind());
    assert_eq!(state, Err(std::io::ErrorKind::WouldBlock), "it is still waited for");
    running.signal("INT");
    assert_eq!(running.wait().code, Some(130));
}

#[test]
fn a_report_of_impossible_numbers_is_refused_in_a_line() {
    let (service, place) = (Service::start(), Reports::new());
    let [good, bad] = ["good.json", "bad.json"].map(|name| place.path(name));
    let run = ["--users", "2", "--time", "1", "--quiet", "--json", &good, &service.at("/fast")];
    assert_eq!(perfloop(&run).code, Some(0));
    let report: Value = serde_json::from_str(&fs::read_to_string(&good).unwrap()).unwrap();
    let changes: [(&str, Value); 8] = [
        ("/run/duration_s", json!(1e19)),
        ("/run/duration_s", json!(-1)),
        ("/run/seed", json!(-1)),
        ("/totals/span_s", json!(1e300)),
        ("/totals/in_flight", json!(1e300)),
        ("/checks/0/pass", json!(u64::MAX)),
        ("/requests/0/answered", json!(u64::MAX)),
        ("/timeline/0/users", json!(u64::MAX)),
    ];
    none(changes.into_iter().filter_map(|(place, value)| {
        let mut changed = report.clone();
        *changed.pointer_mut(place).unwrap_or_else(|| panic!("no {place}")) = value.clone();
        // Otherwise it would be the same run.
        changed["run"]["started"] = json!("2026-01-01T00:00:00.000Z");
        fs::write(&bad, changed.to_string()).unwrap();
        let refused = |output: &Output| {
            let is_line = output.stderr.starts_with("perfloop: ") && output.stderr.lines().count() == 1;
            output.code == Some(2) && is_line && output.stderr.contains("is no report of perfloop (a wrong ")
        };
        let outputs = [perfloop(&["merge", &good, &bad]), perfloop(&["compare", &good, &bad])];
        outputs.iter().find(|output| !refused(output)).map(|output| format!("{place} = {value}: {output:#?}"))
    }));
}

#[test]
fn names_that_are_no_utf8_are_names_of_files() {
    let (service, place) = (Service::start(), Reports::new());
    let one = place.path("one.json");
    assert_eq!(perfloop(&["--time", "0.5", "--quiet", "--json", &one, &service.at("/fast")]).code, Some(0));
    // The shell makes the byte, which no argument of a test could hold.
    let shell = format!(
        "cd '{}'; other=$(printf 'oth\\377er.json'); \"$1\" --time 0.5 --quiet --json \"$other\" '{}' && \"$1\" merge one.json \
         \"$other\" --json \"$other\" && \"$1\" compare one.json \"$other\"",
        place.path(""),
        service.at("/fast")
    );
    let output = spawn_as(&["sh", "-c", &shell, "sh"], &[]).wait();
    assert!(matches!(output.code, Some(0 | 1)), "{output:#?}");
    assert!(output.stdout.contains("2 reports: "), "{output:#?}");
}

#[test]
fn too_few_open_files_are_told_before_the_run() {
    let urls = ["http://127.0.0.1:1/", "http://127.0.0.2:1/", "http://127.0.0.3:1/", "http://127.0.0.4:1/"];
    let args = [&["--users", "60", "--loops", "1", "--quiet"][..], &urls].concat();
    let output = after("ulimit -n 200", &args);
    let warning = output.stdout.lines().find(|line| line.starts_with("warning: open files may run short (up to "));
    let (warned, table) = (warning.and_then(|line| output.stdout.find(line)), output.stdout.find("240 checks in"));
    assert!(warned.is_some() && warned < table, "{output:#?}");
    let output = after("ulimit -n 2000", &args);
    assert!(!output.stdout.contains("may run short"), "{output:#?}");
}
