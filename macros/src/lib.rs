//! The attribute of perfloop. Use it as `#[perfloop::check]`: what it writes names the crate `perfloop`.

mod check;
mod options;
mod source;

use proc_macro::TokenStream;

/// Makes a function a check: a functional test under `cargo test`, and a load test when the command line asks for
/// load. The function itself can be called as before.
///
/// The function takes nothing or `&mut User`, and returns a type that `perfloop::IntoOutcome` is made for: `()`, an
/// `Outcome`, or a `Result<(), E>` with any usual error. The file that holds it is a test target with
/// `harness = false`, and its `main` calls `perfloop::main()`.
///
/// ```no_run
/// use perfloop::{CheckResult, User};
///
/// #[perfloop::check]
/// fn hello(user: &mut User) -> CheckResult {
///     user.get("/json").send()?.expect_status(200)?.expect_json("code", 1)?;
///     Ok(())
/// }
///
/// #[perfloop::check(name = "the front page", weight = 3, tags = ["pages", "fast"])]
/// fn front_page(user: &mut User) {
///     assert_eq!(user.get("/").send().unwrap().status(), 200);
/// }
///
/// fn main() {
///     perfloop::main()
/// }
/// ```
///
/// # Beside `#[test]`
/// In a test target without `harness = false`, where libtest is the harness, each check is also a test that runs it once:
/// `hello_as_test` for the function `hello`, which takes its host from `PERFLOOP_HOST`. A function that is a test already
/// stays the test that it is; write the attribute above its `#[test]`:
///
/// ```no_run
/// #[perfloop::check]
/// #[test]
/// fn adds_up() {
///     assert_eq!(1 + 1, 2);
/// }
/// ```
///
/// With `harness = false` Rust drops functions whose first attribute is `#[test]`, with whatever else stands on them: they
/// are not run. `perfloop::main()` has a test that fails for each file of checks with such functions. `#[ignore]` holds for
/// the check as for the test; `#[should_panic]` is refused.
///
/// # Options
/// - `name = "..."`: what the check is called in all output. Default: the function's name.
/// - `weight = 3`: how often it is chosen, against the weights of other checks. Default: none.
/// - `tags = ["a", "b"]`: words to choose checks by. Default: none.
///
/// A function that cannot be a check is refused where it stands:
///
/// ```compile_fail
/// #[perfloop::check]
/// async fn hello() {}
/// ```
/// ```compile_fail,E0277
/// #[perfloop::check]
/// fn hello() -> u32 {
///     7
/// }
/// ```
#[proc_macro_attribute]
pub fn check(options: TokenStream, item: TokenStream) -> TokenStream {
    check::expand(options.into(), item.into(), &source::Source::here()).into()
}
