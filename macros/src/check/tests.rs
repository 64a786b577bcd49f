use std::str::FromStr;

use super::*;

/// The message for a wrong use, and the code it points at.
#[track_caller]
fn refusal(options: &str, item: &str) -> (String, String) {
    let tokens = |text: &str| TokenStream::from_str(text).expect("it is made of tokens");
    let error = check(tokens(options), tokens(item), &Source::default()).expect_err("it is refused");
    let (start, end) = (error.span().start(), error.span().end());
    assert_eq!((start.line, end.line), (1, 1), "these tests point into one line");
    let pointed_at = |text: &str| text.get(start.column..end.column).unwrap_or_default().to_owned();
    // Columns alone do not tell which of the two they are in; the shorter one is often out of range.
    let text = if error.span().source_text().is_some_and(|text| item.contains(&text)) { item } else { options };
    (error.to_string(), pointed_at(text))
}

#[track_caller]
fn refuses(options: &str, item: &str, at: &str, words: &[&str]) {
    let (message, pointed_at) = refusal(options, item);
    assert_eq!(pointed_at, at, "{message}");
    for word in words {
        assert!(message.contains(word), "'{word}' is not in: {message}");
    }
    assert!(!message.contains('\n'), "{message}");
}

#[test]
fn what_is_no_plain_function_is_refused_where_it_stands() {
    let shape = "write `fn name()` or `fn name(user: &mut perfloop::User)`";
    refuses("", "async fn a() {}", "async", &["cannot be async", "remove `async`"]);
    refuses("", "const fn a() {}", "const", &["cannot be const", shape]);
    refuses("", "unsafe fn a() {}", "unsafe", &["cannot be unsafe"]);
    refuses("", "fn a(&self) {}", "&self", &["a method cannot be a check", shape]);
    refuses("", "fn a(&mut self, user: &mut User) {}", "&mut self", &["a method cannot be a check", shape]);
    refuses("", "fn a<T: Default>() {}", "T: Default", &["cannot be generic", shape]);
    refuses("", "fn a<const N: usize>() {}", "const N: usize", &["cannot be generic", shape]);
    refuses("", "fn a(user: &mut User, id: u32) {}", "id: u32", &["the user and nothing else", shape]);
    refuses("", "fn a(user: &User) {}", "&User", &["the user and nothing else", shape]);
    refuses("", "fn a(user: User) {}", "User", &["the user and nothing else", shape]);
    refuses("", "struct A { b: u32 }", "struct A", &["only a function can be a check", shape]);
    refuses("", "mod a { fn b() {} }", "mod a", &["only a function can be a check", shape]);
    refuses("", "static A: u32 = 1;", "static A: u32 = 1;", &["only a function can be a check", shape]);
}

#[test]
fn a_wrong_option_is_refused_where_it_stands_with_the_right_one() {
    let item = "fn a() {}";
    refuses("wieght = 3", item, "wieght", &["no option `wieght`", "did you mean `weight = 3`?"]);
    refuses("tag = [\"x\"]", item, "tag", &["did you mean `tags = [\"fast\", \"pages\"]`?"]);
    refuses("title = \"x\"", item, "title", &["there are `name`, `weight` and `tags`"]);
    refuses("weight = 0", item, "0", &["would never run", "write 1 or more"]);
    refuses("weight = -1", item, "-1", &["a weight is a whole number", "write `weight = 3`"]);
    refuses("weight = 1.5", item, "1.5", &["a weight is a whole number", "write `weight = 3`"]);
    refuses("weight = 5000000000", item, "5000000000", &["up to 4294967295"]);
    refuses("weight", item, "", &["write `weight = 3`"]);
    refuses("name = 3", item, "3", &["a name is a text", "write `name = \"the front page\"`"]);
    refuses("name = \"\"", item, "\"\"", &["a name is a text"]);
    refuses("name = \"a\", name = \"b\"", item, "name", &["`name` is given twice"]);
    refuses("tags = \"a\"", item, "\"a\"", &["tags are a list", "write `tags = [\"fast\", \"pages\"]`"]);
    refuses("tags = [3]", item, "3", &["tags are a list"]);
    refuses("tags = [\"a\", \"\"]", item, "\"\"", &["a tag is not empty"]);
}

/// The code an item becomes, without blanks.
#[track_caller]
fn expanded(options: &str, item: &str, source: &Source) -> String {
    let tokens = |text: &str| TokenStream::from_str(text).expect("it is made of tokens");
    check(tokens(options), tokens(item), source).expect("it is a check").to_string().replace(' ', "")
}

#[test]
fn a_right_use_is_registered_under_its_name_with_its_options() {
    let registered = |options: &str, item: &str| expanded(options, item, &Source::default());
    let plain = registered("", "fn r#loop() {}");
    assert!(plain.contains("name:\"loop\"") && plain.contains("=r#loop();"), "{plain}");
    let all = registered("name = \"a b\", weight = 3, tags = [\"x\", \"y\",],", "fn a<'u>(user: &'u mut User) {}");
    assert!(all.contains("name:\"ab\""), "{all}");
    assert!(all.contains("Some(3u32)") && all.contains("tags:&[\"x\",\"y\"]") && all.contains("=a(user);"), "{all}");
    let conditional = registered("", "#[cfg(unix)] #[allow(dead_code)] fn a() {}");
    assert!(conditional.contains("#[cfg(unix)]const_"), "{conditional}");
    assert!(conditional.contains("#[cfg(unix)]#[::core::prelude::v1::test]"), "{conditional}");
}

#[test]
fn libtest_gets_one_test_of_each_check() {
    let by = |item: &str, source: &str| expanded("", item, &Source::new(source));
    let is_test = "#[::core::prelude::v1::test]#[allow(non_snake_case)]fna_as_test()->";
    let plain = by("fn a() {}", "#[check] fn a() {}");
    assert!(plain.starts_with("fna(){}") && plain.contains(is_test), "{plain}");
    let below = by("#[test] fn a() -> Result<(), E> { b() }", "#[check] #[test] fn a() {}");
    assert!(below.starts_with("fna_as_check()->Result<(),E>{b()}"), "{below}");
    assert!(below.contains("#[test]#[allow(non_snake_case)]fna()->Result<(),E>{a_as_check()}"), "{below}");
    assert!(below.contains("name:\"a\"") && below.matches("test]").count() == 1, "{below}");
    let above = by("fn a() {}", "#[test] #[check] fn a() {}");
    assert!(above.starts_with("fna(){}") && !above.contains("test]") && above.contains("=a();"), "{above}");
    let of_user = by("#[test] fn a(user: &mut User) {}", "");
    assert!(of_user.contains("fna_as_check(user:&mutUser)") && of_user.matches("test]").count() == 1, "{of_user}");
    let ignored = by("#[ignore = \"b\"] fn a() {}", "");
    assert!(ignored.starts_with("fna(){}") && ignored.contains("is_ignored:true"), "{ignored}");
    assert!(ignored.contains(&format!("#[ignore=\"b\"]{is_test}")), "{ignored}");
}

#[test]
fn a_test_that_should_panic_is_refused() {
    refuses("", "#[should_panic] fn a() {}", "#[should_panic]", &["a check that panics fails", "catch_unwind"]);
}

#[test]
fn a_function_that_is_refused_still_exists() {
    let expanded =
        expand(TokenStream::new(), "async fn a() {}".parse().expect("it is made of tokens"), &Source::default())
            .to_string();
    assert!(expanded.starts_with("async fn a () { }"), "{expanded}");
    assert!(expanded.contains("compile_error"), "{expanded}");
}
