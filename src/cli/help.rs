//! Text below the flags in `perfloop --help`. Its lines fit 80 columns as they are.

use super::SUBCOMMANDS;

const AFTER: &str = "\
Examples:
  perfloop --users 2 --loops 100 --time 5
  perfloop http://127.0.0.1:5000/json --users 50 --time 30s \\
    --expect-status 200 --expect-json code=1
  perfloop http://127.0.0.1:5000/users --users 50 --feed users.csv \\
    --json-data '{\"name\": \"{name}\"}' --fail-if 'p95 > 450ms'

A TIME is a number of seconds, or says its units: 5, 1.5, 500ms, 30s, 1m30s.

Names in braces: in TARGET, --header, --data, --basic-auth and the expectations
{user} and {iteration} are numbers from 1, and with --feed {column} is the row's
value. With --feed a {word} that is none of these is refused; { word } with
spaces is text like any other, and so are braces around more than a word.

Tables go to stdout, progress and errors to stderr. Where --json, --html,
--junit, --hlog or --samples has stdout (-), the tables go to stderr. The log of
--log-http - is on stdout, before the tables.

Each flag can also be a key of perfloop.toml (spawn-rate = 10) or a variable of
the environment (PERFLOOP_SPAWN_RATE=10).

Exit codes:
  0    all gates held; without any, every check passed
  1    a gate was crossed, no check passed, or no user was left
  2    wrong input; there was no traffic
  3    the run could not be carried out, or something not be written
  130  interrupted, whatever the gates say

perfloop speaks HTTP/1.1; HTTP/2 and 3 it does not.";

/// The subcommands, examples, and what holds for all flags.
pub(super) fn after_options() -> String {
    let lines = SUBCOMMANDS.iter().map(|command| {
        let usage = format!("{} {}", command.name, command.usage);
        format!("  perfloop {usage:<22} {}\n", command.about)
    });
    format!(
        "Commands, if their word stands first (each has a --help of its own):\n{}\n{AFTER}",
        lines.collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_a_terminal() {
        let text = after_options();
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
        assert_eq!(wide, [""; 0]);
    }
}
