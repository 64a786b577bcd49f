//! The table, as Markdown.

use std::fmt;

use crate::case::Case;
use crate::testers::{Reported, Tester};
use crate::wire::Wire;

/// A reported percentile may be off by this share of the one on the wire, …
const SHARE: f64 = 0.1;
/// … or by so many microseconds.
const MICROSECONDS: f64 = 10.0;

/// Rows, and what they say together.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

/// One run.
#[derive(Debug)]
pub(crate) struct Row {
    case: Case,
    tester: &'static str,
    users: u32,
    is_perfloop: bool,
    outcome: Result<Compared, String>,
}

#[derive(Debug)]
struct Compared {
    wire: Wire,
    reported: Reported,
}

impl Table {
    pub(crate) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// A row of perfloop that could not be compared does not meet it.
    pub(crate) fn meets_bar(&self) -> bool {
        self.rows.iter().all(|row| !row.is_perfloop || row.outcome.as_ref().is_ok_and(Compared::is_ok))
    }
}

impl Row {
    pub(crate) fn new(case: Case, tester: &dyn Tester, users: u32) -> Row {
        let outcome = Err("every capture lost packets".to_owned());
        Row { case, tester: tester.name(), users, is_perfloop: tester.is_perfloop(), outcome }
    }

    pub(crate) fn fail(&mut self, why: &str) {
        self.outcome = Err(why.to_owned());
    }

    pub(crate) fn fill(&mut self, wire: Wire, reported: Reported) {
        self.outcome = Ok(Compared { wire, reported });
    }
}

impl Compared {
    /// Wire and reported, for both percentiles.
    fn pairs(&self) -> Option<[(f64, f64); 2]> {
        let p50 = (self.wire.percentile(50.0)?, self.reported.p50);
        let p99 = (self.wire.percentile(99.0)?, self.reported.p99);
        Some([p50, p99])
    }

    fn is_ok(&self) -> bool {
        let is_near = |(wire, reported): (f64, f64)| (reported - wire).abs() <= MICROSECONDS.max(wire * SHARE);
        self.wire.unread == 0 && self.pairs().is_some_and(|pairs| pairs.into_iter().all(is_near))
    }

    /// Both counts, where they differ.
    fn requests(&self) -> String {
        let wire = self.wire.requests();
        match self.reported.requests {
            Some(reported) if reported != wire as u64 => format!("{wire} ({reported})"),
            _ => wire.to_string(),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| case | tester | users | in flight | requests | wire p50 | wire p99 | reported p50 | reported p99 \
             | p50 off by | p99 off by | verdict |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|"
        )?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))?;
        write!(f, "{NOTES}")
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {} | {} | {} |", self.case.name(), self.tester, self.users)?;
        let compared = match &self.outcome {
            Ok(compared) => compared,
            Err(why) => return write!(f, " | | | | | | | | none: {} |", why.replace('|', "/")),
        };
        let Some([p50, p99]) = compared.pairs() else {
            return write!(f, " | | | | | | | | none: no exchange was captured |");
        };
        write!(f, " {:.1} | {} |", compared.wire.in_flight(), compared.requests())?;
        write!(f, " {} | {} | {} | {} |", time(p50.0), time(p99.0), time(p50.1), time(p99.1))?;
        write!(f, " {} | {} |", off_by(p50), off_by(p99))?;
        write!(f, " {}", if compared.is_ok() { "ok" } else { "off" })?;
        if compared.wire.unread > 0 {
            write!(f, ", {} segments or connections not understood", compared.wire.unread)?;
        }
        if let Some(remark) = &compared.reported.remark {
            write!(f, "; {remark}")?;
        }
        write!(f, " |")
    }
}

/// Of a number of microseconds.
fn time(us: f64) -> String {
    if us.abs() < 1000.0 { format!("{us:.1} us") } else { format!("{:.2} ms", us / 1000.0) }
}

fn off_by((wire, reported): (f64, f64)) -> String {
    let sign = if reported < wire { "-" } else { "+" };
    let size = time((reported - wire).abs());
    let share = if reported > 2.0 * wire {
        format!("x{:.1}", reported / wire)
    } else {
        format!("{:+.1} %", (reported / wire - 1.0) * 100.0)
    };
    format!("{sign}{size} ({share})")
}

const NOTES: &str = "
Each row is one run and the packet capture of that run. A response time on the wire goes from the first segment of a
request to the last segment of its answer before the next request on that connection; the first exchange of each
connection counts too. TLS handshakes are left out, and so is what a server sends after the client has closed.
Segments sent again count when they came first. *In flight* is the sum of these times over the time they span: testers
that keep a different number of requests in flight load the server differently, so rows are to be read across, not
down. Requests: on the wire, and as reported where that differs. A row is *ok* when both percentiles are within 10 % or
10 us of the wire.

What a capture cannot see: it is made in the same kernel and shares its stamps. It proves that nothing was added after
the kernel; it does not show what a network card did before it. The capture's clock of a request starts when its first
segment has gone through the kernel's send path, a few microseconds after perfloop took the time and made the system
call. So perfloop's times are a little longer, and more so when the thread loses its processor in between.
";
