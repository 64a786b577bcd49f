//! `perfloop import`: files of other tools as Hurl, held against what they are to become, read, and run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Output, Reports, Service, is_refused, none, perfloop};

/// Address of the service in the files of the corpus.
const ADDRESS: &str = "127.0.0.1:5000";
/// The variable that has what is expected written anew.
const RENEW: &str = "RENEW_DOCS";

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import")
}

/// Files of the corpus that are imported.
fn files() -> Vec<PathBuf> {
    let all = fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().path());
    let is_expected = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "hurl" || ending == "lost");
    let mut files: Vec<PathBuf> = all.filter(|path| path.is_file() && !is_expected(path)).collect();
    files.sort();
    files
}

/// Imports a file whose service is at another address.
fn imported(path: &Path, address: &str, place: &Reports, more: &[&str]) -> Output {
    let name = path.file_name().unwrap().to_str().unwrap();
    let text = fs::read_to_string(path).unwrap().replace(ADDRESS, address);
    fs::write(place.path(name), text).unwrap();
    perfloop(&[&["import", &place.path(name)][..], more].concat())
}

/// What is expected of a file stands beside it.
fn beside(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}.{ending}", path.display()))
}

#[test]
fn each_file_becomes_what_is_expected_of_it_and_what_is_lost_is_told_with_its_line() {
    let place = Reports::new();
    let renews = std::env::var_os(RENEW).is_some();
    let mut wrong = Vec::new();
    for path in files() {
        let output = imported(&path, ADDRESS, &place, &[]);
        let folder = format!("{}/", Path::new(&place.path("x")).parent().unwrap().display());
        let told = output.stderr.replace(&folder, "");
        let is_lossless = told.trim_end().ends_with("nothing lost");
        assert_eq!(output.code, Some(i32::from(!is_lossless)), "{output:?}");
        for (ending, made) in [("hurl", &output.stdout), ("lost", &told)] {
            let expected = beside(&path, ending);
            if renews {
                fs::write(&expected, made).unwrap();
            } else if fs::read_to_string(&expected).unwrap_or_default() != *made {
                wrong.push(format!("{}:\n{made}", expected.display()));
            }
        }
    }
    assert!(files().len() >= 8);
    none(wrong);
}

#[test]
fn what_was_lost_nothing_of_passes_against_the_service_and_loads_it_unchanged() {
    let (service, place) = (Service::start(), Reports::new());
    let address = service.at("").replace("http://", "");
    let mut ran = 0;
    for path in files() {
        let output = imported(&path, &address, &place, &[]);
        if output.code != Some(0) {
            continue;
        }
        let hurl = place.path("suite.hurl");
        fs::write(&hurl, &output.stdout).unwrap();
        let host = format!("host={}", service.at(""));
        let variables = ["--variable", &host, "--variable", "name=Ann"];
        let run = perfloop(&[&["--loops", "2", "--users", "2", &hurl][..], &variables].concat());
        assert_eq!(run.code, Some(0), "{}: {}\n{}", path.display(), output.stdout, run.stdout);
        // The file itself is a target, too; lines of curl are not.
        if path.extension().is_some_and(|ending| ending != "sh") {
            let name = place.path(path.file_name().unwrap().to_str().unwrap());
            let run = perfloop(&[&["--loops", "1", &name][..], &variables].concat());
            assert_eq!(run.code, Some(0), "{}: {run:?}", path.display());
        }
        ran += 1;
    }
    assert!(ran >= 5, "{ran}");
}

#[test]
fn a_file_of_which_something_would_be_lost_is_no_target() {
    let lossy = corpus().join("lossy.http");
    let lossy = lossy.to_str().unwrap();
    is_refused(&["--loops", "1", lossy], &["lossy.http:2: ", "would be lost", "perfloop import"]);
    let accepted = perfloop(&["import", "--lossy", lossy]);
    assert_eq!(accepted.code, Some(0), "{accepted:?}");
}

#[test]
fn an_environment_gives_its_values() {
    let place = Reports::new();
    let (file, postman) = (place.path("a.http"), place.path("dev.json"));
    fs::write(&file, "GET {{base}}/x\nX-Key: {{key}}\n").unwrap();
    fs::write(
        place.path("http-client.env.json"),
        "{\"dev\": {\"base\": \"http://dev.test\", \"key\": \"none\"}, \"$shared\": {\"key\": \"all\", \"more\": \"1\"}}",
    )
    .unwrap();
    fs::write(place.path("http-client.private.env.json"), "{\"dev\": {\"key\": \"mine\"}}").unwrap();
    fs::write(&postman, "{\"values\": [{\"key\": \"base\", \"value\": \"http://p.test\", \"enabled\": true}]}")
        .unwrap();
    let of = |env: &str| perfloop(&["import", &file, "--env", env]);
    let dev = of("dev");
    assert_eq!(dev.code, Some(0), "{dev:?}");
    for line in ["variable: base=http://dev.test", "variable: key=mine", "variable: more=\"1\""] {
        assert!(dev.stdout.contains(line), "{line} in {}", dev.stdout);
    }
    assert!(of(&postman).stdout.contains("variable: base=http://p.test"));
    is_refused(&["import", &file, "--env", "none"], &["there is no environment none", "dev"]);
}

#[test]
fn a_folder_of_bruno_passes_against_the_service_and_its_losses_name_their_files() {
    let (service, place) = (Service::start(), Reports::new());
    let write = |name: &str, text: &str| {
        let path = PathBuf::from(place.path("shop")).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let shop = place.path("shop");
    write("users/list.bru", "get {\n  url: {{host}}/users\n  auth: inherit\n}\nassert {\n  res.status: eq 200\n}\n");
    is_refused(&["import", &shop], &["shop", "a folder without a bruno.json"]);
    write("bruno.json", "{\"version\": \"1\", \"name\": \"shop\", \"type\": \"collection\"}");
    write("node_modules/x.bru", "nothing of it is read {");
    write("environments/here.bru", &format!("vars {{\n  host: {}\n}}\n", service.at("")));
    write("collection.bru", "auth {\n  mode: basic\n}\nauth:basic {\n  username: ann\n  password: x\n}\n");
    let output = perfloop(&["import", &shop, "--env", "here"]);
    assert_eq!((output.code, output.stderr.contains("1 request, nothing lost")), (Some(0), true), "{output:?}");
    assert!(output.stdout.contains("[BasicAuth]\nann: x\n"), "{}", output.stdout);
    let hurl = place.path("shop.hurl");
    fs::write(&hurl, &output.stdout).unwrap();
    let run = perfloop(&["--loops", "3", "--users", "2", &hurl]);
    assert_eq!((run.code, service.total_hits()), (Some(0), 6), "{run:?}");
    write("users/late.bru", "get {\n  url: {{host}}/users\n}\nscript:pre-request {\n  bru.sleep(5);\n}\n");
    let lossy = perfloop(&["import", &shop]);
    assert_eq!(lossy.code, Some(1));
    assert!(lossy.stderr.contains("shop/users/late.bru:4: script before a request"), "{}", lossy.stderr);
    is_refused(&["import", &shop, "--env", "there"], &["there is no environment there", "here"]);
}

#[test]
fn what_is_no_file_of_a_known_tool_is_refused_in_a_line() {
    let place = Reports::new();
    let write = |name: &str, text: &str| {
        fs::write(place.path(name), text).unwrap();
        place.path(name)
    };
    is_refused(&["import", &write("a.txt", "hello")], &["a.txt", "its format is not known", "--from"]);
    is_refused(&["import", &write("b.json", "{\"a\": 1}")], &["b.json", "its format is not known"]);
    is_refused(&["import", &write("cut.json", "{\"info\": {")], &["cut.json", "it is no JSON", "line 1 column 10"]);
    is_refused(&["import", &write("bad.yaml", "a: [1\nb: }")], &["bad.yaml", "line 2"]);
    is_refused(&["import", &write("c.http", "# nothing\n")], &["c.http", "there is no request in it"]);
    is_refused(&["import", &write("d.har", "{")], &["d.har", "it is no JSON", "line 1"]);
    is_refused(&["import", &write("e.yaml", "swagger: '2.0'\npaths: {}\n")], &["e.yaml", "OpenAPI 2.0", "convert it"]);
    is_refused(&["import", "--from", "x", &write("f.http", "GET http://a\n")], &["--from 'x'", "http, postman"]);
    is_refused(&["import", "none.http"], &["none.http", "it cannot be read"]);
}
