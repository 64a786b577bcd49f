//! The attribute of perfloop. Use it as `#[perfloop::check]`: what it writes names the crate `perfloop`.

mod check;
mod options;
mod source;

use proc_macro::TokenStream;

/// Makes a function a check: a functional test under `cargo test`, and a load test when the command line asks for
/// load. The function itself stays as it is.
///
/// It takes nothing or `&mut User`, and returns what `perfloop::IntoOutcome` is made for: `()`, an `Outcome`, or a
/// `Result<(), E>` with any usual error. The file that holds it is a test target with `harness = false`, and its
/// `main` calls `perfloop::main()`.
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
/// # Options
/// - `name = "..."`: what the check is called in all output. Default: the function's name.
/// - `weight = 3`: how often it is chosen, against the weights of other checks. Default: none.
/// - `tags = ["a", "b"]`: words to choose checks by. Default: none.
///
/// What cannot be a check is refused where it stands:
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
