//! What imports are made of, of the kinds that files come in.

use super::*;

fn made(format: Format, text: &str) -> Imported {
    import(format, text, &ImportSettings::default()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn lines(imported: &Imported) -> Vec<usize> {
    imported.losses.iter().map(|loss| loss.line).collect()
}

#[test]
fn the_format_of_a_file_is_known_by_its_name_or_its_content() {
    let of = |name: &str, text: &str| Format::of(Path::new(name), text);
    assert_eq!(of("a.rest", ""), Some(Format::HttpFile));
    assert_eq!(of("a.json", "{\"openapi\": \"3.0.0\"}"), Some(Format::OpenApi));
    assert_eq!(of("a.yml", "openapi: 3.1.0"), Some(Format::OpenApi));
    assert_eq!(of("a.json", "{\"log\": {\"entries\": []}}"), Some(Format::Har));
    let postman =
        "\u{feff}{\"info\": {\"schema\": \"https://schema.getpostman.com/json/collection/v2.1.0/collection.json\"}}";
    assert_eq!(of("a", postman), Some(Format::Postman));
    assert_eq!(of("a.yml", "info: {name: x}\nhttp: {url: http://a}"), Some(Format::OpenCollection));
    assert_eq!(of("a.txt", "# first\n$ curl http://a\n"), Some(Format::Curl));
    assert_eq!((of("a.json", "{\"a\": 1}"), of("a.txt", "hello"), of("a.yml", "[")), (None, None, None));
}

#[test]
fn a_variable_of_an_http_file_that_is_part_of_an_answer_is_captured_where_it_comes_from() {
    let text = "@token = {{login.response.body.token}}\n\n# @name login\nPOST http://a/login\n\n###\nGET http://a/me\n\
                Authorization: Bearer {{token}}\nX-Place: {{login.response.headers.Location}}\n\n###\nGET http://a/{{none.response.body.$.x}}\n";
    let imported = made(Format::HttpFile, text);
    assert!(
        imported.text.contains("[Captures]\nlogin_token: jsonpath \"$.token\"\nlogin_Location: header \"Location\"\n"),
        "{}",
        imported.text
    );
    assert!(imported.text.contains("Authorization: Bearer {{login_token}}"), "{}", imported.text);
    assert_eq!(lines(&imported), [12]);
}

#[test]
fn bodies_of_an_http_file_are_forms_files_and_queries() {
    let text = "POST http://a/form\nContent-Type: multipart/form-data; boundary=XX\n\n--XX\nContent-Disposition: form-data; name=\"a\"\n\n\
                one\n--XX\nContent-Disposition: form-data; name=\"f\"; filename=\"f.txt\"\nContent-Type: text/plain\n\n< ./f.txt\n--XX--\n\n\
                ###\nGRAPHQL http://a/graphql\n\nquery Q($n: Int) { user(n: $n) { name } }\n\n{\"n\": 1}\n\n###\nPUT http://a/raw\n\n< ./body file.json\n";
    let imported = made(Format::HttpFile, text);
    for part in [
        "[Multipart]\na: one\nf: file,./f.txt; text/plain\n",
        "```graphql\nquery Q($n: Int) { user(n: $n) { name } }\n\nvariables {\"n\": 1}\n```\n",
        "file,./body\\ file.json;\n",
    ] {
        assert!(imported.text.contains(part), "{part} in {}", imported.text);
    }
    assert!(imported.losses.is_empty(), "{:?}", imported.losses);
}

#[test]
fn a_token_of_a_recording_is_taken_from_the_answer_that_gave_it_last() {
    let entry = |url: &str, header: &str, answer: &str| {
        format!(
            "{{\"request\": {{\"method\": \"GET\", \"url\": \"{url}\", \"headers\": [{{\"name\": \"Authorization\", \"value\": \"{header}\"}}]}},\n\
             \"response\": {{\"status\": 200, \"content\": {{\"text\": \"{answer}\"}}}}}}"
        )
    };
    let (old, new) = ("aaaaaaaaaaaaaaaaaaa1", "bbbbbbbbbbbbbbbbbbb2");
    let entries = [
        entry("http://a/login", "", &format!("{{\\\"access\\\": {{\\\"token\\\": \\\"{old}\\\"}}}}")),
        entry("http://a/one", &format!("Bearer {old}"), ""),
        entry("http://a/renew", &format!("Bearer {old}"), &format!("{{\\\"token\\\": \\\"{new}\\\"}}")),
        entry(&format!("http://a/two?t={new}"), &format!("Bearer {new}"), ""),
    ];
    let imported = made(Format::Har, &format!("{{\"log\": {{\"entries\": [{}]}}}}", entries.join(",\n")));
    for part in [
        "token: jsonpath \"$.access.token\"",
        "Authorization: Bearer {{token}}",
        "token_2: jsonpath \"$.token\"",
        "GET http://a/two?t={{token_2}}\nAuthorization: Bearer {{token_2}}",
    ] {
        assert!(imported.text.contains(part), "{part} in {}", imported.text);
    }
    assert!(!imported.text.contains(old) && !imported.text.contains(new), "{}", imported.text);
}

#[test]
fn a_request_of_openapi_has_examples_of_what_it_needs_and_asserts_of_what_is_answered() {
    let text = "
openapi: 3.0.3
info: {title: T, version: '1'}
security: [{key: []}]
paths:
  /pets/{id}:
    put:
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: X-Trace, in: header, required: true, schema: {type: string, format: uuid}}
      requestBody:
        content:
          application/x-www-form-urlencoded:
            schema: {type: object, properties: {name: {type: string, example: Tom}}}
      responses:
        '204': {description: done}
        '404': {description: none}
  /other: {$ref: other.yaml}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
";
    let imported = made(Format::OpenApi, text);
    assert!(
        imported.text.contains(
            "PUT {{host}}/pets/1\nX-Trace: 11111111-2222-4333-8444-555555555555\nX-Key: {{key}}\n[Form]\nname: Tom\nHTTP 204\n"
        ),
        "{}",
        imported.text
    );
    assert_eq!(lines(&imported), [18]);
}

#[test]
fn what_would_mean_something_else_is_told_or_kept() {
    let http = |text: &str| made(Format::HttpFile, text);
    // Two parts of an answer are two variables, whatever their last word is.
    let two =
        http("# @name a\nGET http://a/\n\n###\nGET http://a/{{a.response.body.$.x.id}}/{{a.response.body.$.y.id}}\n");
    assert!(two.text.contains("GET http://a/{{a_x_id}}/{{a_y_id}}") && two.losses.is_empty(), "{}", two.text);
    let again = http("@id = 1\nGET http://a/{{id}}\n\n###\n@id = 2\nGET http://a/{{id}}\n");
    assert_eq!(lines(&again), [5]);
    let body = http("POST http://a/\n\n@foo=bar\n");
    assert!(body.text.contains("`@foo=bar`") && !body.text.contains("variable:"), "{}", body.text);
    let file = http("POST http://a/\n\n<@ ./a.json\n");
    assert_eq!((lines(&file), file.text.contains("file,./a.json;")), (vec![3], true));
    let braces = http("POST http://a/\nContent-Type: application/json\n\n{\"x\": \"{{{id}}}\", \"y\": \"{{id}}\"}\n");
    assert!(braces.text.contains("\\u{7b}{{id}}}\", \"y\": \"{{id}}\"}`"), "{}", braces.text);
    let values = http("@a = 10 items\n@b = true story\nGET http://a/{{a}}{{b}}\n");
    assert!(values.text.contains("variable: a=\"10 items\"\nvariable: b=\"true story\"\n"), "{}", values.text);
}

#[test]
fn a_collection_sends_what_postman_would() {
    let collection = |items: &str| {
        let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
        made(Format::Postman, &format!("{{\"info\": {{\"schema\": \"{schema}\"}},\n\"item\": [{items}]}}"))
    };
    let body = "\"body\": {\"mode\": \"raw\", \"raw\": \"x\"}";
    let get = collection(&format!("{{\"request\": {{\"method\": \"GET\", \"url\": \"http://a/\", {body}}}}}"));
    assert!(!get.text.contains('`'), "{}", get.text);
    let header = "\"header\": [{\"key\": \"Authorization\", \"value\": \"old\"}]";
    let auth = "\"auth\": {\"type\": \"bearer\", \"bearer\": [{\"key\": \"token\", \"value\": \"new\"}]}";
    let both =
        collection(&format!("{{\"request\": {{\"method\": \"GET\", \"url\": \"http://a/\", {header}, {auth}}}}}"));
    assert!(both.text.contains("Authorization: Bearer new") && !both.text.contains("old"), "{}", both.text);
    let script = "\"event\": [{\"listen\": \"test\", \"script\": {\"exec\": [\"pm.sendRequest('http://b', function (e, r) {\",                   \"pm.environment.set('t', pm.response.json().t);\", \"});\", \"pm.expect(pm.response.json().l.length).to.eql(3);\"]}}]";
    let scripted = collection(&format!("{{{script}, \"request\": {{\"method\": \"GET\", \"url\": \"http://a/\"}}}}"));
    assert!(
        scripted.text.contains("jsonpath \"$.l\" count == 3") && !scripted.text.contains("[Captures]"),
        "{}",
        scripted.text
    );
    assert_eq!(scripted.losses.len(), 1, "{:?}", scripted.losses);
    let odd = collection(
        "{\"request\": {\"method\": \"M-SEARCH\", \"url\": \"http://a/\"}}, {\"request\": {\"method\": \"GET\", \"url\": \"http://a/\"}}",
    );
    assert_eq!((odd.requests, odd.losses.len()), (1, 1), "{:?}", odd.losses);
}

#[test]
fn no_text_whatever_breaks_an_import() {
    let texts = [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "a: &a [*a]",
        "GET",
        "###\n###",
        "POST http://a\n\n{{",
        "get {\n}",
        "\u{feff}",
        "{\"log\": 1}",
        "{\"item\": [{\"request\": {}}], \"info\": {\"_postman_id\": \"x\"}}",
        "openapi: 3.0.0\npaths: {/a: {get: {}}}",
        "openapi: 3.0.0\npaths: {/a: {get: {responses: {'200': {$ref: '#/a'}}}}}",
        "GET http://a\nX\n\n< {%",
    ];
    for text in texts {
        for (_, format) in Format::ALL {
            // Some are refused; all others are Hurl, which was read.
            let _ = import(format, text, &ImportSettings::default());
        }
    }
}

#[test]
fn a_value_of_an_environment_wins_over_that_of_a_collection_and_yields_to_that_of_a_request() {
    let postman = r#"{"info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "variable": [{"key": "host", "value": "http://own"}, {"key": "id", "value": "1"}, {"key": "id", "value": "2"}],
        "item": [{"request": "{{host}}/{{id}}"}]}"#;
    let open = "opencollection: 1.0.0\nrequest: {variables: [{name: host, value: 'http://own'}]}\n\
                items: [{http: {method: GET, url: '{{host}}/'}}]\n";
    let bru = "get {\n  url: {{host}}/\n}\nvars:pre-request {\n  host: http://own\n}\n";
    let http = "@host = http://own\nGET {{host}}/\n";
    let settings =
        ImportSettings { environment: vec![("host".into(), "http://given".into())], ..ImportSettings::default() };
    for (format, text, expected, lost) in [
        (Format::Postman, postman, "variable: host=http://given\nvariable: id=\"1\"\n", vec![2]),
        (Format::OpenCollection, open, "variable: host=http://given\n", vec![]),
        (Format::Bru, bru, "variable: host=http://own\n", vec![]),
        (Format::HttpFile, http, "variable: host=http://own\n", vec![]),
    ] {
        let imported = import(format, text, &settings).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert!(imported.text.contains(expected), "{}", imported.text);
        assert_eq!(imported.text.matches("variable: host").count(), 1, "{}", imported.text);
        assert_eq!(lines(&imported), lost, "{:?}", imported.losses);
    }
}

#[test]
fn a_folder_of_bruno_is_one_suite_in_the_order_in_which_bruno_runs_it() {
    let request = |name: &str, seq: u32| {
        format!("meta {{\n  name: {name}\n  seq: {seq}\n}}\nget {{\n  url: http://a/{name}\n}}\n")
    };
    let folder = |seq: u32| format!("meta {{\n  name: x\n  seq: {seq}\n}}\n");
    let files = [
        ("b.bru", request("second", 2)),
        ("c.bru", request("first", 1)),
        ("orders/z.bru", request("order1", 1)),
        ("orders/a.bru", request("order2", 2)),
        ("orders/deep/x.bru", request("deep", 9)),
        ("admin/x.bru", request("admin", 1)),
        ("last/folder.bru", folder(9)),
        ("last/x.bru", request("last", 1)),
        ("zero/folder.bru", folder(1)),
        ("zero/x.bru", request("zero", 1)),
        ("notes.bru", "docs {\n  nothing\n}\n".into()),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text));
    let imported = import_bruno(&files, None).expect("a suite");
    let order: Vec<&str> = imported.text.lines().filter_map(|line| line.strip_prefix("GET http://a/")).collect();
    assert_eq!(order, ["zero", "admin", "deep", "order1", "order2", "last", "first", "second"]);
    let lost: Vec<_> = imported.losses.iter().map(|loss| (loss.file.as_str(), loss.line)).collect();
    assert_eq!(lost, [("notes.bru", 1)]);
}

#[test]
fn a_request_in_a_folder_of_bruno_has_what_its_folders_and_the_collection_have() {
    let files = [
        (
            "collection.bru",
            "headers {\n  X-Of: all\n  X-All: 1\n}\nauth {\n  mode: bearer\n}\nauth:bearer {\n  token: {{token}}\n}\n\
             vars:pre-request {\n  host: http://all\n  token: t\n  page: 1\n}\ntests {\n  expect(res.status).to.equal(200);\n}\n",
        ),
        (
            "users/folder.bru",
            "headers {\n  X-Of: users\n}\nauth {\n  mode: inherit\n}\nvars:pre-request {\n  page: 2\n}\n",
        ),
        (
            "users/list.bru",
            "get {\n  url: {{host}}/users?page={{page}}\n  auth: inherit\n}\nheaders {\n  x-own: 1\n}\n",
        ),
        (
            "users/new.bru",
            "meta {\n  name: x\n}\nhttp {\n  method: PURGE\n  url: {{host}}/users\n  auth: none\n}\nassert {\n  res.body.n: lt 2e3\n}\n",
        ),
        ("environments/dev.bru", "vars {\n  host: http://dev\n  page: 3\n}\nvars:secret [\n  token\n]\n"),
    ];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let imported = import_bruno(&files, Some("dev")).expect("a suite");
    let text = &imported.text;
    for expected in [
        "GET {{host}}/users?page={{page}}\nX-All: 1\nX-Of: users\nx-own: 1\nAuthorization: Bearer {{token}}\n",
        "PURGE {{host}}/users\nX-All: 1\nX-Of: users\n[Options]",
        "variable: page=\"2\"\nvariable: host=http://dev\nvariable: token=t\n",
        "# users / x\nPURGE",
        "jsonpath \"$.n\" < 2000\n",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert_eq!(text.matches("HTTP 200\n").count(), 2, "{text}");
    // Requests elsewhere would have the page of the environment.
    let lost: Vec<_> = imported.losses.iter().map(|loss| (loss.file.as_str(), loss.line)).collect();
    assert_eq!(lost, [("environments/dev.bru", 3)]);
    let missing = import_bruno(&files, Some("prod")).expect_err("no such environment");
    assert_eq!(missing, "there is no environment prod; there are: dev");
    let of = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let broken = of("a/x.bru", "get {\n  url: x\n");
    let alone = import_bruno(std::slice::from_ref(&broken), None).expect_err("a block without end");
    assert!(alone.ends_with("(a/x.bru, line 1: the block get does not end; the file is left out)"), "{alone}");
    let long = of("collection.bru", "headers {\n  X-Long: '''\n    a\n  '''\n}\n");
    let some = import_bruno(&[broken, long, of("y.bru", "get {\n  url: y\n}\n")], None).expect("a suite");
    let lost: Vec<_> = some.losses.iter().map(|loss| (loss.file.as_str(), loss.line)).collect();
    assert_eq!(lost, [("a/x.bru", 1), ("collection.bru", 2)]);
}
