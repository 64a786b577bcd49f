//! The users API on a server that speaks MongoDB's protocol: polodb, which `cargo install polodb --locked` builds.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use mock_service::{Database, MockService, Settings};

use crate::client::{get, post};
use crate::folder::Folder;
use crate::users::creates_lists_and_finds;

/// No test waits longer than this for the server.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server with a folder of its own, both gone with the test.
struct Polodb {
    server: Child,
    port: u16,
    _folder: Folder,
}

impl Polodb {
    fn start() -> Self {
        let folder = Folder::new();
        // The server cannot pick a port by itself.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Command::new("polodb")
            .args(["serve", "--host", "127.0.0.1", "--port", &port.to_string(), "--path"])
            .arg(folder.0.join("db"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("polodb, by cargo install polodb --locked");
        let this = Self { server, port, _folder: folder };
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(since.elapsed() < PATIENCE, "polodb does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        this
    }

    fn url(&self) -> String {
        format!("mongodb://127.0.0.1:{}/shop?serverSelectionTimeoutMS=2000", self.port)
    }
}

impl Drop for Polodb {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn start(url: &str) -> std::io::Result<MockService> {
    MockService::start(Settings { db: Database::MongoDb(url.into()), ..Settings::default() })
}

fn user(name: &str) -> String {
    format!(r#"{{"name": "{name}", "email": "{name}@example.org"}}"#)
}

#[test]
#[ignore = "needs polodb"]
fn answers_are_those_of_sqlite() {
    let server = Polodb::start();
    creates_lists_and_finds(&start(&server.url()).unwrap());
}

#[test]
#[ignore = "needs polodb"]
fn users_that_are_created_at_once_have_numbers_of_their_own_and_are_found() {
    let server = Polodb::start();
    let service = &start(&server.url()).unwrap();
    thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || {
                for turn in 0..25 {
                    let name = format!("u{number}-{turn}");
                    let created = post(service, "/users", &user(&name));
                    assert_eq!(created.status, 200, "{}", created.json());
                    assert_eq!(get(service, &format!("/users/{name}")).json(), created.json());
                    assert_eq!(get(service, "/users?limit=1").json().as_array().map(Vec::len), Some(1));
                }
            });
        }
    });
    // A number whose write met another one is left out.
    let ids = ids(service);
    assert!(ids.len() == 200 && ids.is_sorted_by(|one, next| one > next), "{ids:?}");
}

/// Writes of two services come one after the other: of two that come at once with the same number, polodb keeps the later
/// instead of refusing it.
#[test]
#[ignore = "needs polodb"]
fn two_services_on_a_database_go_on_with_the_numbers_of_one_another() {
    let server = Polodb::start();
    let [one, other] = [start(&server.url()).unwrap(), start(&server.url()).unwrap()];
    for turn in 0..5 {
        let writer = if turn % 2 == 0 { &one } else { &other };
        assert_eq!(post(writer, "/users", &user(&format!("u{turn}"))).json()["id"], turn + 1);
    }
    assert_eq!((ids(&one), ids(&other)), (vec![5, 4, 3, 2, 1], vec![5, 4, 3, 2, 1]));
}

/// Numbers of all users, as they are listed.
fn ids(service: &MockService) -> Vec<i64> {
    let all = get(service, "/users?limit=1000").json();
    all.as_array().unwrap().iter().map(|user| user["id"].as_i64().unwrap()).collect()
}

#[test]
#[ignore = "needs polodb"]
fn users_outlive_the_service_and_a_server_that_ends_is_told() {
    let mut server = Polodb::start();
    let service = start(&server.url()).unwrap();
    let ann = post(&service, "/users", &user("Ann")).json();
    drop(service);
    let service = start(&server.url()).unwrap();
    assert_eq!(get(&service, "/users/Ann").json(), ann);
    assert_eq!(post(&service, "/users", &user("Bob")).json()["id"], 2);
    server.server.kill().unwrap();
    server.server.wait().unwrap();
    let refused = get(&service, "/users");
    assert_eq!(refused.status, 500);
    assert!(refused.json().to_string().contains("the database: "), "{}", refused.json());
}

#[test]
fn a_server_that_is_not_there_is_told_in_a_line_without_the_password() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("mongodb://ann:secret@127.0.0.1:{port}/shop?serverSelectionTimeoutMS=200");
    let told = start(&url).err().unwrap().to_string();
    assert!(told.starts_with(&format!("cannot open the database shop of 127.0.0.1:{port}: ")), "{told}");
    assert!(!told.contains('\n') && !told.contains("secret"), "{told}");
}
