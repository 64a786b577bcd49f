//! What testers print, read.

use std::fs;

use serde_json::Value;

use crate::job::Job;
use crate::testers::{Tester, perfloop_report};

/// What a tester says it did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    /// Requests completed and verified, as far as this tester verifies.
    pub(crate) verified: u64,
    /// Requests that were not.
    pub(crate) wrong: u64,
    /// How long it took, by the tester's own clock.
    pub(crate) seconds: f64,
}

impl Count {
    /// From what the tester printed or wrote.
    pub(crate) fn read(tester: Tester, stdout: &str, job: &Job) -> Option<Self> {
        match tester {
            Tester::Perfloop => perfloop(job),
            Tester::Bare => bare(stdout),
            Tester::Wrk => wrk(stdout),
            Tester::Oha => oha(stdout),
            Tester::Ab => ab(stdout),
            Tester::Hey => hey(stdout),
            Tester::Goose => goose(stdout),
            Tester::K6 => k6(stdout),
            Tester::LocustFast | Tester::Locust => locust(stdout),
        }
    }
}

fn perfloop(job: &Job) -> Option<Count> {
    let report: Value = serde_json::from_str(&fs::read_to_string(perfloop_report(job)).ok()?).ok()?;
    let total = |name: &str| report["totals"][name].as_u64();
    let wrong = total("fail")? + total("exception")? + total("unfinished")?;
    Some(Count { verified: total("pass")?, wrong, seconds: report["run"]["tested_s"].as_f64()? })
}

fn bare(text: &str) -> Option<Count> {
    let [verified, wrong, seconds] = text.split_whitespace().collect::<Vec<_>>()[..] else { return None };
    Some(Count { verified: verified.parse().ok()?, wrong: wrong.parse().ok()?, seconds: seconds.parse().ok()? })
}

/// The words of the first line that contains this text, from there on.
fn after<'a>(text: &'a str, label: &str) -> Option<impl Iterator<Item = &'a str>> {
    let start = text.find(label)? + label.len();
    Some(text[start..].lines().next()?.split_whitespace())
}

fn number_after(text: &str, label: &str) -> Option<f64> {
    after(text, label)?.next()?.parse().ok()
}

/// Counts are whole and not negative, whatever they are printed as.
fn whole(number: f64) -> u64 {
    number.round() as u64
}

fn wrk(text: &str) -> Option<Count> {
    let requests: u64 = text.lines().find_map(|line| line.trim().split_once(" requests in ")?.0.parse().ok())?;
    let rate = number_after(text, "Requests/sec:")?;
    let errors: u64 = after(text, "Socket errors:")
        .map_or(0, |words| words.filter_map(|word| word.trim_matches(',').parse::<u64>().ok()).sum());
    let statuses = number_after(text, "Non-2xx or 3xx responses:").map_or(0, whole);
    Some(Count {
        verified: requests.saturating_sub(statuses),
        wrong: errors + statuses,
        seconds: requests as f64 / rate,
    })
}

fn oha(text: &str) -> Option<Count> {
    let report: Value = serde_json::from_str(text).ok()?;
    let sum = |of: &str, is_meant: &dyn Fn(&str) -> bool| -> u64 {
        let counts = report[of].as_object().into_iter().flatten();
        counts.filter(|(name, _)| is_meant(name)).filter_map(|(_, count)| count.as_u64()).sum()
    };
    // Those in flight at the end were not answered, but not wrongly either.
    let errors = sum("errorDistribution", &|name| !name.contains("deadline"));
    Some(Count {
        verified: sum("statusCodeDistribution", &|status| status == "200"),
        wrong: sum("statusCodeDistribution", &|status| status != "200") + errors,
        seconds: report["summary"]["total"].as_f64()?,
    })
}

fn ab(text: &str) -> Option<Count> {
    let complete = whole(number_after(text, "Complete requests:")?);
    let statuses = number_after(text, "Non-2xx responses:").map_or(0, whole);
    let wrong = whole(number_after(text, "Failed requests:")?) + statuses;
    let seconds = number_after(text, "Time taken for tests:")?;
    Some(Count { verified: complete.saturating_sub(wrong), wrong, seconds })
}

fn hey(text: &str) -> Option<Count> {
    let bracketed = |part: &str| -> Vec<(String, u64)> {
        let lines = part.lines().map(str::trim);
        lines.filter_map(|line| line.strip_prefix('[')?.split_once(']')).fold(Vec::new(), |mut found, (key, rest)| {
            let count = rest.split_whitespace().next().and_then(|word| word.parse().ok());
            found.push((key.to_owned(), count.unwrap_or(0)));
            found
        })
    };
    let (_, end) = text.split_once("Status code distribution:")?;
    let (statuses, errors) = end.split_once("Error distribution:").unwrap_or((end, ""));
    let statuses = bracketed(statuses);
    let sum = |is_right: bool| -> u64 {
        statuses.iter().filter(|(status, _)| (status == "200") == is_right).map(|(_, count)| count).sum()
    };
    // There the number is within the brackets.
    let errors: u64 = bracketed(errors).iter().filter_map(|(count, _)| count.parse::<u64>().ok()).sum();
    Some(Count { verified: sum(true), wrong: sum(false) + errors, seconds: number_after(text, "Total:")? })
}

/// The last line of the first table that counts requests: `name | # reqs | # fails | req/s | fail/s`.
fn goose(text: &str) -> Option<Count> {
    let (_, table) = text.split_once("PER REQUEST METRICS")?;
    let rows = table.lines().skip_while(|line| !line.contains("# reqs")).take_while(|line| !line.contains("Avg"));
    let number = |cell: &str| cell.split_whitespace().next()?.replace(',', "").parse::<f64>().ok();
    let numbers = |row: &str| row.split('|').skip(1).map(number).collect::<Option<Vec<f64>>>();
    // Lines that only separate have no cells.
    let row = rows.filter_map(numbers).filter(|row| !row.is_empty()).last()?;
    let [requests, fails, rate, ..] = row[..] else { return None };
    Some(Count { verified: whole(requests - fails), wrong: whole(fails), seconds: requests / rate })
}

fn k6(text: &str) -> Option<Count> {
    let counts = text.lines().rev().find_map(bare)?;
    // The third is a rate here.
    let requests = (counts.verified + counts.wrong) as f64;
    Some(Count { seconds: requests / counts.seconds, ..counts })
}

fn locust(text: &str) -> Option<Count> {
    let entries: Value = serde_json::from_str(text.get(text.find('[')?..)?.trim()).ok()?;
    let entries = entries.as_array()?;
    let sum = |name: &str| -> u64 { entries.iter().filter_map(|entry| entry[name].as_u64()).sum() };
    let times = |name: &'static str| entries.iter().filter_map(move |entry| entry[name].as_f64());
    let start = times("start_time").min_by(f64::total_cmp)?;
    let end = times("last_request_timestamp").max_by(f64::total_cmp)?;
    let wrong = sum("num_failures");
    Some(Count { verified: sum("num_requests").saturating_sub(wrong), wrong, seconds: end - start })
}
