//! Layout on a terminal, against runs that are told.

use std::time::Duration;

use textwrap::core::display_width;

use super::*;
use crate::ids::CheckId;
use crate::outcome::{Outcome, Reason};
use crate::report::tests::Told;
use crate::sample::Answer;
use crate::stats::{Gate, Recent};

pub(crate) const MS: Duration = Duration::from_millis(1);
const LONG: &str = "GET /api/v1/customers/{customer}/orders/{order}/positions/{position}/history";

/// Two checks; the first makes two requests, the other shares one with it and fails now and then.
pub(crate) fn shop() -> Summary {
    let mut told = Told::new(&["shop", "login"]);
    for n in 1..=200 {
        let at = n * 10 * MS;
        told.maker = Some(CheckId(0));
        told.request("GET /cart", at, n * MS / 10, 100, Answer::Status(200));
        told.request(LONG, at, 2 * n * MS / 10, 100, Answer::Status(200));
        told.request("GET /", at, MS, 100, Answer::Status(200));
        told.check(0, at, 3 * n * MS / 10, Outcome::Pass);
        told.maker = Some(CheckId(1));
        told.request("GET /", at, MS, 100, Answer::Status(200));
        let message = format!("wanted {} to be there, but {}", "all of this and more", "there was nothing at all");
        let fail = Outcome::Fail(Reason { message, detail: Some("a detail of several words".into()), request: None });
        told.check(1, at, MS, if n % 4 == 0 { fail } else { Outcome::Pass });
    }
    let mut summary = told.summary();
    let gates = ["fail_ratio > 0", "p95 > 450ms after 10s abort", "shop: tpr.p99 > 1s"];
    summary.gates = gates
        .iter()
        .map(|expr| Gate::fail_if(expr).expect("a gate").judge(&summary, Duration::from_secs(20)))
        .collect();
    summary
}

fn text(summary: &Summary, width: u16, style: Style) -> String {
    let mut bytes = Vec::new();
    write_text(summary, width, style, Detail::Full, &mut bytes).expect("memory");
    String::from_utf8(bytes).expect("text")
}

#[test]
fn the_parts_stand_in_their_order() {
    let text = text(&shop(), 80, Style::Plain);
    let parts = [
        "400 checks in ",
        "answers by status: 200: 800",
        "TPR of passes, ms",
        "failures\n",
        "phases and delays, ms ",
        "response time, ms ",
        "* fewer than 10 samples",
        "response time, ms\n",
        "times: ",
        "load:  ",
        "gate ",
    ];
    let places: Vec<_> = parts.iter().map(|part| text.find(part)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in\n{text}");
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    let summary = shop();
    for width in [80, 100, 160] {
        let text = text(&summary, width, Style::Plain);
        let wide: Vec<&str> = text.lines().filter(|line| display_width(line) > width.into()).collect();
        assert!(wide.is_empty(), "{wide:#?} of {width}");
    }
}

#[test]
fn requests_stand_indented_below_the_check_that_makes_them() {
    let text = text(&shop(), 160, Style::Plain);
    let rows = text.lines().skip_while(|line| !line.starts_with("check, its requests"));
    let names: Vec<&str> =
        rows.skip(1).map(|row| row.split("  ").find(|part| !part.is_empty()).unwrap_or("")).collect();
    let names = &names[..7];
    assert_eq!(names[..2], ["shop", "GET /cart"]);
    assert!(names[2].starts_with("GET /api/v1/") && names[2].ends_with("/history"), "{names:?}");
    assert_eq!(names[3..], ["login", "of no single check", "GET /", "all"]);
    assert!(text.contains("\n  GET /cart ") && text.contains("\n  GET / "), "{text}");
}

#[test]
fn a_check_that_is_its_own_request_has_one_row() {
    let mut told = Told::new(&["GET /"]);
    told.maker = Some(CheckId(0));
    told.request("GET /", MS, MS, 100, Answer::Status(200));
    told.check(0, MS, MS, Outcome::Pass);
    let text = text(&told.summary(), 80, Style::Plain);
    assert_eq!(text.matches("\nGET / ").count(), 1, "{text}");
    assert!(!text.contains("its requests"), "{text}");
}

#[test]
fn a_narrow_terminal_has_the_percentiles_of_each_request_in_more_parts_than_a_wide_one() {
    let summary = shop();
    let table = |width| {
        text(&summary, width, Style::Plain).split("response time, ms ").skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let (narrow, wide) = (table(80), table(200));
    assert_eq!(wide.len(), 1);
    assert!(narrow.len() >= 2, "{narrow:#?}");
    let titles = |parts: &[String]| -> Vec<String> {
        let heads = parts.iter().filter_map(|part| part.lines().next());
        heads.flat_map(str::split_whitespace).map(str::to_owned).collect()
    };
    let percentiles = ["p50", "p66", "p75", "p80", "p90", "p95", "p98", "p99", "p99.9", "p99.99", "p100"];
    assert_eq!(
        (titles(&narrow), titles(&wide)),
        (percentiles.map(Into::into).to_vec(), percentiles.map(Into::into).to_vec())
    );
    for part in wide.iter().chain(&narrow) {
        let rows = ["\nGET /cart ", "\nGET / ", "\nGET /api/v1/", "\nall "];
        assert!(rows.iter().all(|row| part.contains(row)), "{part}");
    }
}

#[test]
fn only_the_coloured_style_has_colours() {
    let summary = shop();
    let (plain, coloured) = (text(&summary, 80, Style::Plain), text(&summary, 80, Style::Coloured));
    assert!(!plain.contains('\x1b'));
    for painted in ["\x1b[31mcrossed\x1b[0m", "\x1b[32mheld\x1b[0m", "\x1b[31m50\x1b[0m"] {
        assert!(coloured.contains(painted), "{painted:?} in\n{coloured}");
    }
    let codes = ["\x1b[0m", "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m"];
    assert_eq!(codes.iter().fold(coloured, |text, code| text.replace(code, "")), plain);
}

fn recent(is_warm_up: bool) -> Recent {
    let (pass, fail, exception, answered) = (123_456, 1234, 77, 200_000);
    Recent { span: 9500 * MS, is_warm_up, pass, fail, exception, answered, ..Recent::default() }
}

#[test]
fn the_live_line_leaves_out_whole_parts_only() {
    let summary = Summary { users_up: 1000, ..shop() };
    let full = live_line("59 m 59 s left", &(&summary).into(), &recent(false), 200);
    assert_eq!(full, "59 m 59 s left, 1000 users, 350 pass, 50 fail, 21053 rps");
    for width in 0..80 {
        let line = live_line("59 m 59 s left", &(&summary).into(), &recent(false), width);
        let parts: Vec<&str> = line.split(", ").collect();
        assert!(parts.len() == 1 || line.len() <= width, "{width}: {line}");
        assert!(parts.iter().all(|part| full.split(", ").any(|known| known == *part)), "{width}: {line}");
    }
}

#[test]
fn the_live_line_speaks_of_the_warm_up_and_of_no_users_that_are_gone() {
    let summary = Summary { users_up: 0, ..shop() };
    let line = live_line("stopping", &(&summary).into(), &recent(true), 69);
    assert_eq!(line, "stopping, 123456 pass, 1234 fail, 77 exception, 21053 rps");
    let log = progress_line(&(&summary).into(), &recent(true), Duration::from_secs(4));
    assert!(log.contains("warm-up: pass 123456  fail 1234  exception 77"), "{log}");
}
