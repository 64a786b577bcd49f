use super::*;
use crate::script::eval::json;

const STORE: &str = r#"{"store": {"book": [
    {"category": "reference", "author": "Nigel Rees", "price": 8.95},
    {"category": "fiction", "author": "Evelyn Waugh", "price": 12.99, "is-bn": "a"},
    {"category": "fiction", "author": "Herman Melville", "price": 8.99, "isbn": "b", "tags": ["x", "y"]}],
    "bicycle": {"color": "red", "price": 399}},
    "limit": 10, "a-b": 1, "0x": 2, "né": 3, "a b": 4, "q'\"": 5, "none": null, "1": 6}"#;

/// Values that a path finds, or `invalid`.
fn found(path: &str) -> String {
    let root = json::parse(STORE).expect("JSON");
    JsonPath::parse(path).map_or("invalid".into(), |path| {
        let found = path.find(&root).expect("a modest path");
        if path.is_definite() {
            assert_eq!(path.find_one(&root), found.first().copied());
        }
        found.into_iter().map(Value::to_string).collect::<Vec<_>>().join(" ")
    })
}

#[test]
fn names_and_indices_lead_to_one_value() {
    assert_eq!(found("$.limit"), "10");
    assert_eq!(found("$.store.book[0].author"), "Nigel Rees");
    assert_eq!(found("$['store']['book'][-1]['isbn']"), "b");
    assert_eq!(found("$[\"a b\"]"), "4");
    assert_eq!(found("$['q\\'\"']"), "5");
    assert_eq!(found("$.none"), "null");
    assert_eq!(found("$.store.book[3]"), "");
    assert_eq!(found("$.store.book.length"), "");
    assert_eq!(found("$.limit[0]"), "");
    assert!(JsonPath::parse("$.a[0]['b']").is_some_and(|path| path.is_definite()));
    assert!(JsonPath::parse("$.a[0,1]").is_some_and(|path| !path.is_definite()));
}

#[test]
fn the_freer_dialect_is_read_too() {
    assert_eq!(found("$.a-b"), "1");
    assert_eq!(found("$.0x"), "2");
    // A member, as to hurl before version 8, and never an element.
    assert_eq!(found("$.1"), "6");
    assert_eq!(found("$.store.book.1"), "");
    assert_eq!(found("$.né"), "3");
    assert_eq!(found("$.store.book.[1].is-bn"), "a");
    assert_eq!(found("$.['limit']"), "10");
    assert_eq!(found("$.store.book.[?(@.price<9)].price"), "8.95 8.99");
}

#[test]
fn wildcards_lists_and_slices_find_several_in_order() {
    assert_eq!(found("$.store.book[*].price"), "8.95 12.99 8.99");
    assert_eq!(found("$.store.bicycle.*"), "red 399");
    assert_eq!(found("$.store.book[2,0].price"), "8.99 8.95");
    assert_eq!(found("$.store.book[:2].price"), "8.95 12.99");
    assert_eq!(found("$.store.book[-2:].price"), "12.99 8.99");
    assert_eq!(found("$.store.book[::-1].price"), "8.99 12.99 8.95");
    assert_eq!(found("$.store.book[::0].price"), "");
    assert_eq!(found("$.store.book[5:0:-2].price"), "8.99");
    assert_eq!(found("$.limit[0:1]"), "");
}

#[test]
fn two_dots_look_everywhere_below() {
    assert_eq!(found("$..price"), "399 8.95 12.99 8.99");
    assert_eq!(found("$..book[0].price"), "8.95");
    assert_eq!(found("$..tags[*]"), "x y");
    assert_eq!(found("$..['isbn']"), "b");
}

#[test]
fn filters_keep_what_passes_their_test() {
    assert_eq!(found("$.store.book[?(@.price < 10 && @.category == 'fiction')].author"), "Herman Melville");
    assert_eq!(found("$.store.book[?@.price > $.limit].price"), "12.99");
    assert_eq!(found("$.store.book[?@.isbn || @.price==8.95].price"), "8.95 8.99");
    assert_eq!(found("$.store.book[?!@.isbn].price"), "8.95 12.99");
    assert_eq!(found("$.store.book[?!(@.price >= 8.99)].price"), "8.95");
    assert_eq!(found("$.store.book[?@.isbn == null].price"), "");
    assert_eq!(found("$.store.book[?@.isbn == @.none].price"), "8.95 12.99");
    assert_eq!(found("$.store.book[?@.tags[*]].price"), "8.99");
    assert_eq!(found("$.store.book[?length(@.author) == 10].price"), "8.95");
    assert_eq!(found("$.store.book[?count(@.tags[*]) == 2].price"), "8.99");
    assert_eq!(found("$.store.book[?value(@..isbn) == 'b'].price"), "8.99");
    assert_eq!(found("$.store.book[?match(@.author, 'N.*')].price"), "8.95");
    assert_eq!(found("$.store.book[?match(@.author, 'Nigel')].price"), "");
    assert_eq!(found("$.store.book[?search(@.author, 'el')].author"), "Nigel Rees Evelyn Waugh Herman Melville");
}

#[test]
fn what_is_no_path_is_refused() {
    let broken = [
        "",
        "a",
        "store",
        "$.",
        "$..",
        "$[",
        "$]",
        "$[]",
        "$.a[",
        "$[a]",
        "$['a'",
        "$[01]",
        "$[-0]",
        "$[1.5]",
        "$ ",
        "$.a ",
        "$[?]",
        "$[?@.a ==]",
        "$[?@.* == 1]",
        "$[?1]",
        "$[?!@.a == 1]",
        "$['\\x']",
        "$[?match(@.a, '(')]",
        "$[?length(@.a)]",
        "$[9007199254740993]",
        "$[?(@.a]",
        "@.a",
        "$.a..",
        "$[1,]",
        "$..[",
        "$.a b",
    ];
    for path in broken {
        assert_eq!(found(path), "invalid", "{path}");
    }
}

#[test]
fn nothing_nested_too_deep_is_read() {
    let nested = |depth: usize| format!("$[?{}@.a{}]", "(".repeat(depth), ")".repeat(depth));
    assert!(JsonPath::parse(&nested(60)).is_some());
    assert!(JsonPath::parse(&nested(100_000)).is_none());
    assert!(JsonPath::parse(&"$[?@".repeat(100_000)).is_none());
}

#[test]
fn a_path_that_would_find_more_than_a_machine_holds_is_given_up() {
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let wide = format!("[{}1]", "1,".repeat(3000));
    let nested = format!("{}{wide}{}", "{\"a\":".repeat(90), "}".repeat(90));
    let long = format!("[\"{}\", 1, 2, 3, 4, 5, 6, 7, 8, 9]", "a".repeat(1 << 20));
    for (json, path) in [
        (&deep, "$..*..*..*..*..*"),
        (&wide, "$[?count($[*]) > 0]"),
        (&wide, "$[?count($[?count($[*]) > 0]) > 0]"),
        (&nested, "$..*..*..*"),
        (
            &deep,
            "$[*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*]",
        ),
        (&long, "$[?length($[0]) > 0]..[?length($[0]) > 0]..[?search($[0], 'b')]"),
    ] {
        let root = json::parse(json).expect("JSON");
        let found = JsonPath::parse(path).expect(path).find(&root);
        // The last one is only long to read.
        assert_eq!(found.err(), (json != &long).then_some(TooMuch), "{path}");
    }
    assert_eq!(TooMuch.to_string(), "it looks at more than 5000000 values");
}
