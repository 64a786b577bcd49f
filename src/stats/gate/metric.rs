//! Metrics of gates: the one list of them.

use super::unit::GateUnit;
use crate::nearest::nearest;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Metric {
    Time(Family, Statistic),
    Figure(Figure),
}

/// Family of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    ResponseTime,
    Tpr,
    Elapsed,
    ClientDelay,
    Corrected,
    Setup,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Statistic {
    Mean,
    Min,
    Max,
    Percentile(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    FailRatio,
    PassRatio,
    Fails,
    Exceptions,
    Requests,
    Unfinished,
    Rps,
    PassesPerS,
    /// Checks that ended.
    Ended,
    EndedPerS,
    Missed,
    Dropped,
    Resent,
    LostKept,
    UsersLost,
    InFlight,
    TesterShare,
}

impl Figure {
    /// True for a metric that counts the warm-up too: a service that fails while it is cold fails.
    pub(super) fn counts_warmup(self) -> bool {
        matches!(self, Figure::FailRatio | Figure::PassRatio | Figure::Fails | Figure::Exceptions)
    }
}

/// Reach of a metric: everything that can have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Everything together, a check or the requests of a name.
    Any,
    /// Everything together, or a check.
    Check,
    /// The whole run only.
    Run,
}

/// The families whose name stands before a statistic.
const FAMILIES: [(&str, Family); 5] = [
    ("tpr", Family::Tpr),
    ("elapsed", Family::Elapsed),
    ("client_delay", Family::ClientDelay),
    ("corrected", Family::Corrected),
    ("setup", Family::Setup),
];

const FIGURES: [(&str, Figure); 14] = [
    ("fail_ratio", Figure::FailRatio),
    ("fails", Figure::Fails),
    ("exceptions", Figure::Exceptions),
    ("requests", Figure::Requests),
    ("unfinished", Figure::Unfinished),
    ("rps", Figure::Rps),
    ("passes_per_s", Figure::PassesPerS),
    ("missed", Figure::Missed),
    ("dropped", Figure::Dropped),
    ("resent", Figure::Resent),
    ("lost_kept", Figure::LostKept),
    ("users_lost", Figure::UsersLost),
    ("in_flight", Figure::InFlight),
    ("tester_share", Figure::TesterShare),
];

/// Metrics to suggest of the many that there are.
const STATISTICS: [&str; 9] = ["mean", "min", "med", "p50", "p90", "p95", "p99", "p99.9", "max"];

impl Metric {
    pub(super) const FAIL_RATIO: Metric = Metric::Figure(Figure::FailRatio);

    /// # Errors
    /// When there is no such metric: with the nearest one.
    pub(super) fn parse(word: &str) -> Result<Metric, String> {
        if let Some((_, figure)) = FIGURES.iter().find(|(name, _)| *name == word) {
            return Ok(Metric::Figure(*figure));
        }
        let statistic = match word.split_once('.') {
            Some((prefix, statistic)) if FAMILIES.iter().any(|(name, _)| *name == prefix) => statistic,
            _ => word,
        };
        let family = FAMILIES.iter().find(|(name, _)| word.split_once('.').is_some_and(|(prefix, _)| prefix == *name));
        let family = family.map_or(Family::ResponseTime, |(_, family)| *family);
        match Statistic::parse(statistic) {
            Some(statistic) => Ok(Metric::Time(family, statistic)),
            None => Err(unknown(word)),
        }
    }

    pub(super) fn unit(self) -> GateUnit {
        match self {
            Metric::Time(..) => GateUnit::Milliseconds,
            Metric::Figure(Figure::FailRatio | Figure::PassRatio | Figure::TesterShare) => GateUnit::Ratio,
            Metric::Figure(Figure::Rps | Figure::PassesPerS | Figure::EndedPerS) => GateUnit::PerSecond,
            Metric::Figure(_) => GateUnit::Count,
        }
    }

    pub(super) fn reach(self) -> Reach {
        match self {
            Metric::Time(Family::Tpr | Family::Elapsed, _) | Metric::Figure(Figure::PassesPerS) => Reach::Check,
            Metric::Figure(
                Figure::Missed | Figure::Dropped | Figure::UsersLost | Figure::InFlight | Figure::TesterShare,
            ) => Reach::Run,
            _ => Reach::Any,
        }
    }

    /// True for a metric that a part of a run has too.
    pub(super) fn has_parts(self) -> bool {
        self.reach() != Reach::Run || self == Metric::Figure(Figure::InFlight)
    }

    /// True for a metric that is known only when a run is over.
    pub(super) fn is_of_the_end(self) -> bool {
        matches!(self, Metric::Figure(Figure::Missed | Figure::Dropped | Figure::Unfinished))
    }

    pub(super) fn needs_schedule(self) -> bool {
        matches!(self, Metric::Time(Family::Corrected, _))
    }

    pub(super) fn is_on_failures(self) -> bool {
        matches!(self, Metric::Figure(Figure::FailRatio | Figure::PassRatio))
    }
}

impl Statistic {
    fn parse(word: &str) -> Option<Statistic> {
        match word {
            "mean" => Some(Statistic::Mean),
            "min" => Some(Statistic::Min),
            "med" => Some(Statistic::Percentile(50.0)),
            "max" => Some(Statistic::Max),
            _ => Statistic::percentile(word.strip_prefix('p')?),
        }
    }

    /// From the number of a percentile.
    pub(super) fn percentile(number: &str) -> Option<Statistic> {
        let is_plain = number.chars().all(|c| c.is_ascii_digit() || c == '.');
        let percent = number.parse::<f64>().ok().filter(|percent| is_plain && *percent > 0.0 && *percent < 100.0)?;
        Some(Statistic::Percentile(percent))
    }
}

fn unknown(word: &str) -> String {
    let statistics = STATISTICS.iter().map(ToString::to_string);
    let of_families = FAMILIES.iter().flat_map(|(name, _)| STATISTICS.map(|statistic| format!("{name}.{statistic}")));
    let figures = FIGURES.iter().map(|(name, _)| name.to_string());
    let remedy = match word {
        "avg" => "did you mean mean?".into(),
        "p100" => "did you mean max?".into(),
        _ => match nearest(word, statistics.chain(of_families).chain(figures)) {
            Some(near) => format!("did you mean {near}?"),
            None => "give one like p95, tpr.p99, fail_ratio or rps".into(),
        },
    };
    format!("there is no metric '{word}'; {remedy}")
}
