use mock_service::{Database, MockService, Settings};
use serde_json::json;

use crate::client::{get, post, start};
use crate::folder::Folder;

#[test]
fn a_created_user_is_returned_listed_and_found() {
    let service = start();
    creates_lists_and_finds(&service);
}

/// Holds of a service without users, whatever database it is on.
pub(crate) fn creates_lists_and_finds(service: &MockService) {
    assert_eq!((get(service, "/users").json(), get(service, "/users/Bob").json()), (json!([]), json!({})));
    let ann = post(service, "/users/", r#"{"name": "Ann Lee", "email": "ann@example.org"}"#);
    assert_eq!((ann.status, ann.json()), (200, json!({ "id": 1, "name": "Ann Lee", "email": "ann@example.org" })));
    let bob = post(service, "/users", r#"{"name": "Bob", "email": "bob@example.org"}"#);
    assert_eq!(bob.json()["id"], 2);
    for path in ["/users", "/users/"] {
        assert_eq!(get(service, path).json(), json!([bob.json(), ann.json()]));
    }
    assert_eq!(get(service, "/users?limit=1").json(), json!([bob.json()]));
    assert_eq!(get(service, "/users/Ann%20Lee").json(), ann.json());
    assert_eq!(get(service, "/users?limit=0").json(), json!([]));
    assert_eq!(get(service, "/users/nobody").json(), json!({}));
    let other = post(service, "/users", r#"{"name": "Bob", "email": "{\"$ne\": 1} é"}"#);
    assert_eq!(get(service, "/users/Bob").json(), other.json());
    assert_eq!((other.json()["id"].as_i64(), &other.json()["email"]), (Some(3), &json!("{\"$ne\": 1} é")));
}

#[test]
fn a_user_without_name_or_email_is_refused() {
    let service = start();
    for body in ["", "name=Ann", "[]", r#"{"name": "Ann"}"#, r#"{"email": "a@b.c"}"#, r#"{"name": 1, "email": "a"}"#] {
        assert_eq!(post(&service, "/users/", body).status, 422, "{body}");
    }
    assert_eq!(get(&service, "/users").json(), json!([]));
    assert_eq!(get(&service, "/users?limit=x").status, 400);
}

#[test]
fn an_injected_error_creates_no_user() {
    let service = MockService::start(Settings { error_rate: 0.5, ..Settings::default() }).unwrap();
    let user = r#"{"name": "Ann", "email": "ann@example.org"}"#;
    let statuses = [post(&service, "/users/", user).status, post(&service, "/users/", user).status];
    assert_eq!(statuses, [200, 500]);
    assert_eq!(get(&service, "/users").json().as_array().unwrap().len(), 1);
}

#[test]
fn users_in_a_file_outlive_the_service() {
    let folder = Folder::new();
    let settings = Settings { db: Database::Sqlite(folder.0.join("users.db")), ..Settings::default() };
    let service = MockService::start(settings.clone()).unwrap();
    let ann = post(&service, "/users/", r#"{"name": "Ann", "email": "ann@example.org"}"#).json();
    drop(service);
    let service = MockService::start(settings).unwrap();
    assert_eq!(get(&service, "/users").json(), json!([ann]));
}

#[test]
fn a_file_that_is_no_database_is_a_clear_error() {
    let folder = Folder::new();
    let file = folder.0.join("missing").join("users.db");
    let error =
        MockService::start(Settings { db: Database::Sqlite(file.clone()), ..Settings::default() }).err().unwrap();
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
}
