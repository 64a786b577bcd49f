//! The table of a level.

use std::fmt;

use crate::measure::Run;
use crate::testers::Tester;

/// All that was measured with one number of users.
pub(crate) struct Level {
    /// How many.
    pub(crate) users: usize,
    /// A row for each tester.
    pub(crate) rows: Vec<Row>,
}

/// All runs of a tester at one level.
pub(crate) struct Row {
    /// Whose.
    pub(crate) tester: Tester,
    /// Those that came to something.
    pub(crate) runs: Vec<Run>,
    /// Why others did not.
    pub(crate) errors: Vec<String>,
}

impl Row {
    /// Without runs yet.
    pub(crate) fn new(tester: Tester) -> Self {
        Row { tester, runs: Vec::new(), errors: Vec::new() }
    }

    /// The median of verified requests per second.
    pub(crate) fn rps(&self) -> Option<f64> {
        median(self.runs.iter().map(Run::rps))
    }

    /// The median of CPU microseconds per verified request.
    pub(crate) fn cpu_us(&self) -> Option<f64> {
        median(self.runs.iter().map(Run::cpu_us))
    }

    fn range(&self) -> Option<(f64, f64)> {
        let rates = || self.runs.iter().map(Run::rps);
        rates().min_by(f64::total_cmp).zip(rates().max_by(f64::total_cmp))
    }
}

impl Level {
    /// A tester's median of verified requests per second.
    pub(crate) fn rps(&self, tester: Tester) -> Option<f64> {
        self.row(tester)?.rps()
    }

    /// A tester's median of CPU microseconds per verified request.
    pub(crate) fn cpu_us(&self, tester: Tester) -> Option<f64> {
        self.row(tester)?.cpu_us()
    }

    fn row(&self, tester: Tester) -> Option<&Row> {
        self.rows.iter().find(|row| row.tester == tester)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {} users\n", self.users)?;
        writeln!(
            f,
            "| tester | RPS | of RPS: lowest to highest | CPU us/request | CPU / bare | RPS / bare | RPS / wrk | peak MB |"
        )?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|--:|")?;
        let (bare_cpu, bare_rps) = (self.cpu_us(Tester::Bare), self.rps(Tester::Bare));
        let wrk_rps = self.rps(Tester::Wrk);
        for row in &self.rows {
            let (rps, cpu) = (row.rps(), row.cpu_us());
            let range = row.range().map_or("-".into(), |(low, high)| format!("{low:.0} to {high:.0}"));
            let peak = row.runs.iter().map(|run| run.peak_kib).max().map(|kib| kib as f64 / 1024.0);
            writeln!(
                f,
                "| {} | {} | {range} | {} | {} | {} | {} | {} |",
                row.tester.name(),
                cell(rps, 0),
                cell(cpu, 1),
                cell(ratio(cpu, bare_cpu), 2),
                cell(ratio(rps, bare_rps), 2),
                cell(ratio(rps, wrk_rps), 2),
                cell(peak, 1),
            )?;
        }
        for row in &self.rows {
            let wrong: u64 = row.runs.iter().map(|run| run.count.wrong).sum();
            if wrong > 0 {
                writeln!(f, "\n{}: {wrong} requests without a right answer.", row.tester.name())?;
            }
            for error in &row.errors {
                writeln!(f, "\n{}: {error}.", row.tester.name())?;
            }
        }
        Ok(())
    }
}

fn cell(number: Option<f64>, digits: usize) -> String {
    number.map_or("-".into(), |number| format!("{number:.digits$}"))
}

/// The quotient of two numbers, if there are both.
pub(crate) fn ratio(of: Option<f64>, to: Option<f64>) -> Option<f64> {
    of.zip(to).map(|(of, to)| of / to)
}

fn median(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted[(sorted.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}
