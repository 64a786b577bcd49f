//! Signs of how connections are made.

use std::time::Duration;

use super::evidence::{ENOUGH, ENOUGH_OF_FEW, Evidence, percent, share_of};
use super::sign::Sign;
use super::told::Diagnosis;
use crate::stats::summary::Summary;
use crate::units;

/// Seconds after which a SYN that was not answered is sent again: by doubling, and in newer kernels four times each second
/// before that.
const SYN_REPEATED_S: [u64; 7] = [1, 2, 3, 4, 5, 7, 15];
/// A connection by a repeated SYN took up to so much longer.
const SYN_ANSWERED: Duration = Duration::from_millis(250);
/// Timers of the kernel are not early by more.
const EARLY: Duration = Duration::from_millis(20);
/// Connections that take longer are slow, whatever the way is.
const SLOW_CONNECT: Duration = Duration::from_millis(500);
/// So many of the slow ones must be by a repeated SYN.
const MOSTLY: f64 = 0.8;

/// Spans after which a resolver gives a name server up, once and twice.
const GIVEN_UP: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(10)];
/// Look-ups take so much longer at most.
const THEN_FOUND: Duration = Duration::from_millis(500);

/// So many connections for each request, beyond each user's first, are one for each: less happens where users rest for long.
const NOTHING_KEPT: f64 = 0.9;

/// From this share of all the time on, handshakes are worth a word.
const MUCH_TLS: f64 = 0.2;

pub(super) fn backlog_full(summary: &Summary) -> Option<Diagnosis> {
    let connect = &summary.whole.request_totals.connect;
    let after = |seconds: &u64| {
        let repeated = Duration::from_secs(*seconds);
        (*seconds, connect.count_between(repeated - EARLY, repeated + SYN_ANSWERED))
    };
    let repeats: Vec<(u64, u64)> = SYN_REPEATED_S.iter().map(after).filter(|(_, count)| *count > 0).collect();
    let repeated: u64 = repeats.iter().map(|(_, count)| count).sum();
    let slow = connect.count_between(SLOW_CONNECT, Duration::MAX);
    if connect.count() < ENOUGH || repeated < ENOUGH_OF_FEW || (repeated as f64) < MOSTLY * slow as f64 {
        return None;
    }
    let seconds: Vec<String> = repeats.iter().map(|(seconds, _)| format!("{seconds} s")).collect();
    let text = format!(
        "{repeated} of {} connections took {} to make: their first SYN was not answered, as where the backlog of a listener overflows",
        connect.count(),
        seconds.join(", "),
    );
    let evidence = vec![
        Evidence::count("connections", connect.count()),
        Evidence::count("repeated", repeated),
        Evidence::count("slow", slow),
    ];
    let remedy =
        "have the service accept faster, or raise the backlog that it listens with (and the system's limit of it)";
    Some(Diagnosis::new(Sign::BacklogFull, text, remedy, evidence))
}

/// One look-up is enough: nothing else takes so long, and users ask once for all.
pub(super) fn name_server_silent(summary: &Summary) -> Option<Diagnosis> {
    let resolve = &summary.whole.request_totals.resolve;
    let longest = resolve.max()?;
    GIVEN_UP.into_iter().find(|given_up| (*given_up - EARLY..=*given_up + THEN_FOUND).contains(&longest))?;
    let text = format!(
        "looking up a name took {}: a name server did not answer, and was asked again or another was",
        units::short(Duration::from_millis(longest.as_millis() as u64)),
    );
    let evidence = vec![Evidence::count("lookups", resolve.count()), Evidence::time("longest", longest)];
    let remedy = "look at the name servers of this machine, or give the address (resolve)";
    Some(Diagnosis::new(Sign::NameServerSilent, text, remedy, evidence))
}

pub(super) fn nothing_kept(summary: &Summary) -> Option<Diagnosis> {
    let requests = &summary.whole.request_totals;
    // The first connection of each user is no one's doing.
    let again = requests.new_connections.saturating_sub(summary.users.into());
    let is_seen = again >= ENOUGH && again as f64 >= NOTHING_KEPT * requests.sent() as f64;
    if !summary.asked.keeps || !is_seen {
        return None;
    }
    let setup = requests.setup.mean().unwrap_or_default();
    let share = setup_share(summary, requests.setup.sum());
    let text = format!(
        "the service closed its connection after nearly every answer: {} requests, {} connections, {} each to make, which is {} of the time",
        requests.sent(),
        requests.new_connections,
        units::short(setup),
        percent(share),
    );
    let evidence = vec![
        Evidence::count("requests", requests.sent()),
        Evidence::count("connections", requests.new_connections),
        Evidence::time("setup_mean", setup),
        Evidence::share("setup", share),
    ];
    let remedy = "people's browsers and clients keep theirs; is that switched off there, or before it?";
    Some(Diagnosis::new(Sign::NothingKept, text, remedy, evidence))
}

pub(super) fn sessions_not_resumed(summary: &Summary) -> Option<Diagnosis> {
    let requests = &summary.whole.request_totals;
    // Each user's first has nothing to resume.
    let again = requests.tls.count().saturating_sub(summary.users.into());
    let share = setup_share(summary, requests.tls.sum());
    if !summary.asked.resumes || again < ENOUGH || requests.tls_resumed > 0 || share < MUCH_TLS {
        return None;
    }
    let mean = requests.tls.mean().unwrap_or_default();
    let text = format!(
        "TLS handshakes took {} of the time, {} each, and none of {} resumed a session",
        percent(share),
        units::short(mean),
        requests.tls.count(),
    );
    let evidence = vec![
        Evidence::share("tls", share),
        Evidence::time("tls_mean", mean),
        Evidence::count("handshakes", requests.tls.count()),
        Evidence::count("resumed", requests.tls_resumed),
    ];
    let remedy = "have the service hand out session tickets, with one key for all its processes, or keep connections";
    Some(Diagnosis::new(Sign::SessionsNotResumed, text, remedy, evidence))
}

/// Share of this in all the time that connections and answers took.
fn setup_share(summary: &Summary, part: Duration) -> f64 {
    let requests = &summary.whole.request_totals;
    let all = requests.setup.sum() + requests.response_time.sum() + requests.lost_time.sum();
    share_of(part.as_micros() as u64, all.as_micros() as u64)
}
