//! Sources of the variables of files. A variable without a source ends every run of its file at the same place, so that
//! a load of it need not begin.

use std::collections::BTreeSet;
use std::sync::Arc;

use perfloop_hurl::{ParseError, Span};

use super::plan::{Plan, Step};
use super::read::HurlErrors;
use super::session::UNIQUE_ID;
use super::template::{ITERATION, USER};
use crate::nearest::nearest;

/// Variables that have a source.
#[derive(Debug, Clone)]
pub(super) struct Sources {
    names: BTreeSet<String>,
    /// Any other may be among them.
    has_others: bool,
}

/// Variable that nothing gives.
#[derive(Debug)]
pub(super) struct Lack {
    pub(super) name: String,
    /// Where it is needed, for people.
    told: String,
}

/// State that files leave to files that are run later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    Nothing,
    /// The variables that they had set when they ended.
    WhatTheySet,
    /// The variables that they set, where no entry keeps the ones after it from being run.
    All,
}

impl Leaves {
    pub(super) fn of(keeps_session: bool, continues: bool) -> Self {
        match (keeps_session, continues) {
            (false, _) => Leaves::Nothing,
            (true, false) => Leaves::WhatTheySet,
            (true, true) => Leaves::All,
        }
    }
}

impl Sources {
    /// These, and what every file has.
    pub(super) fn new(given: impl IntoIterator<Item = String>, has_others: bool) -> Self {
        let built_in = [USER, ITERATION, UNIQUE_ID].map(str::to_owned);
        Sources { names: built_in.into_iter().chain(given).collect(), has_others }
    }

    /// Looks at the files of a user: those it begins with, in order, then its work, and those it ends with.
    ///
    /// # Errors
    /// All places of what nothing gives.
    pub(super) fn check(
        self,
        files: &[Arc<Plan>],
        leaves: Leaves,
        setup: &[Arc<Plan>],
        teardown: &[Arc<Plan>],
    ) -> Result<(), HurlErrors> {
        let lacks = self.lacks(files, leaves, setup, teardown);
        let wrong: Vec<String> = lacks.into_iter().map(|lack| lack.told).collect();
        if wrong.is_empty() { Ok(()) } else { Err(HurlErrors { unreadable: Vec::new(), wrong }) }
    }

    /// Variables that nothing gives, in the order in which files need them.
    pub(super) fn lacks(
        mut self,
        files: &[Arc<Plan>],
        leaves: Leaves,
        setup: &[Arc<Plan>],
        teardown: &[Arc<Plan>],
    ) -> Vec<Lack> {
        let mut lacks = Vec::new();
        let mut note = |plan: &Plan, lacking: Vec<(String, ParseError)>| {
            let lack = |(name, error): (String, ParseError)| Lack { name, told: error.render(&plan.source) };
            lacks.extend(lacking.into_iter().map(lack));
        };
        for plan in setup {
            note(plan, self.clone().lacking(plan));
            self.take(plan);
        }
        for (index, plan) in files.iter().enumerate() {
            let mut known = self.clone();
            // Any of them may have been run before; what comes after an entry that cannot be run is never run itself.
            let others = files.iter().enumerate().filter(|(other, _)| match leaves {
                Leaves::Nothing => false,
                Leaves::WhatTheySet => *other != index,
                Leaves::All => true,
            });
            others.for_each(|(_, other)| known.take(other));
            note(plan, known.lacking(plan));
        }
        if leaves != Leaves::Nothing {
            files.iter().for_each(|plan| self.take(plan));
        }
        for plan in teardown {
            note(plan, self.clone().lacking(plan));
            self.take(plan);
        }
        lacks
    }

    /// Adds the variables that a file sets.
    fn take(&mut self, plan: &Plan) {
        plan.steps.iter().for_each(|step| self.after(step));
    }

    /// The first place of each variable that a file needs and nothing gives.
    fn lacking(mut self, plan: &Plan) -> Vec<(String, ParseError)> {
        let mut errors = Vec::new();
        for (index, step) in plan.steps.iter().enumerate() {
            let Step::Needs(name, span) = step else {
                self.after(step);
                continue;
            };
            if !self.has_others && !self.names.contains(name) {
                errors.push((name.clone(), self.lack(name, *span, &plan.steps[index..])));
                self.names.insert(name.clone());
            }
        }
        errors
    }

    fn lack(&self, name: &str, span: Span, rest: &[Step]) -> ParseError {
        let message = if rest.iter().any(|step| step.set() == Some(name)) {
            format!("nothing defines {name} before it is needed here, only the file itself later on; set it before")
        } else if let Some(near) = nearest(name, &self.names) {
            format!("nothing defines {name}; did you mean {near}?")
        } else {
            format!(
                "nothing defines {name}; give the variable {name}=..., a feed with that column, or capture it in an \
                 entry before"
            )
        };
        ParseError { reading: "variable", message, span }
    }

    fn after(&mut self, step: &Step) {
        match step {
            Step::Sets(name) => drop(self.names.insert(name.clone())),
            Step::SetsAny => self.has_others = true,
            Step::Needs(..) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use perfloop_hurl::Source;

    use super::*;
    use crate::script::files::Files;

    fn plans(texts: &[&str]) -> Vec<Arc<Plan>> {
        let plan = |text: &&str| {
            let file = perfloop_hurl::parse(text).expect("a file");
            let files = Arc::new(Files::new("."));
            Arc::new(Plan::new(Source::new("a.hurl", *text), &file, None, files).expect("a plan"))
        };
        texts.iter().map(plan).collect()
    }

    /// Messages on these files, the setup and the teardown.
    fn told(given: &[&str], files: &[&str], leaves: Leaves, around: [&[&str]; 2]) -> Vec<String> {
        let sources = Sources::new(given.iter().map(ToString::to_string), false);
        let [setup, teardown] = around.map(plans);
        let wrong = sources.check(&plans(files), leaves, &setup, &teardown).err().map(|errors| errors.wrong);
        let message = |error: String| {
            let line = error.lines().find(|line| line.contains("nothing defines")).expect(&error).to_owned();
            line[line.find("nothing").unwrap_or(0)..].to_owned()
        };
        wrong.into_iter().flatten().map(message).collect()
    }

    /// Messages on these files alone.
    fn lacking(given: &[&str], files: &[&str], leaves: Leaves) -> Vec<String> {
        told(given, files, leaves, [&[], &[]])
    }

    const USES: &str = "GET http://a/{{x}}\nHTTP 200\n[Captures]\ny: body\n";
    const SETS: &str = "GET http://a\nHTTP 200\n[Captures]\nx: body\n";

    #[test]
    fn a_variable_that_nothing_gives_is_told_once_and_what_is_given_is_not() {
        let none =
            "nothing defines x; give the variable x=..., a feed with that column, or capture it in an entry before";
        assert_eq!(lacking(&[], &[USES], Leaves::Nothing), [none]);
        assert_eq!(lacking(&[], &[&format!("{USES}{USES}")], Leaves::Nothing), [none]);
        assert_eq!(
            lacking(&["host"], &["GET http://{{hots}}\n"], Leaves::Nothing),
            ["nothing defines hots; did you mean host?"]
        );
        for given in [&format!("{SETS}{USES}"), &format!("GET http://a\n[Options]\nvariable: x=1\n{USES}")] {
            assert!(lacking(&[], &[given], Leaves::Nothing).is_empty());
        }
        assert!(lacking(&["x"], &[USES], Leaves::Nothing).is_empty());
        let built_in = "GET http://a/{{user}}/{{iteration}}/{{unique_id}}/{{newUuid}}/{{newDate}}\n";
        assert!(lacking(&[], &[built_in], Leaves::Nothing).is_empty());
        assert!(
            lacking(&[], &["GET http://a\nHTTP 200\n[Asserts]\nvariable \"x\" not exists\n"], Leaves::Nothing)
                .is_empty()
        );
    }

    #[test]
    fn what_is_set_too_late_is_none_unless_it_is_kept_and_can_be_reached() {
        let late = &format!("{USES}{SETS}");
        let told = "nothing defines x before it is needed here, only the file itself later on; set it before";
        assert_eq!(lacking(&[], &[late], Leaves::Nothing), [told]);
        assert_eq!(lacking(&[], &[late], Leaves::WhatTheySet), [told]);
        assert!(lacking(&[], &[late], Leaves::All).is_empty());
        assert_eq!(lacking(&[], &[USES, SETS], Leaves::Nothing).len(), 1);
        assert!(lacking(&[], &[USES, SETS], Leaves::WhatTheySet).is_empty());
    }

    #[test]
    fn nothing_is_told_of_variables_whose_names_only_the_run_tells() {
        let any = "GET http://a\nHTTP 200\n[Captures]\n{{user}}: body\n";
        assert!(lacking(&[], &[&format!("{any}{USES}")], Leaves::Nothing).is_empty());
        assert_eq!(lacking(&[], &[&format!("{USES}{any}")], Leaves::Nothing).len(), 1);
        assert!(Sources::new([], true).check(&plans(&[USES]), Leaves::Nothing, &[], &[]).is_ok());
    }

    #[test]
    fn a_setup_gives_to_all_and_the_files_to_the_teardown_if_they_leave_anything() {
        let needs_y = "GET http://a/{{y}}\n";
        assert!(told(&[], &[USES], Leaves::Nothing, [&[SETS], &[]]).is_empty());
        assert!(told(&[], &[], Leaves::Nothing, [&[SETS, USES], &[needs_y]]).is_empty());
        assert_eq!(told(&[], &[], Leaves::Nothing, [&[USES, SETS], &[]]).len(), 1);
        assert_eq!(told(&[], &[USES], Leaves::Nothing, [&[], &[SETS]]).len(), 1);
        assert_eq!(told(&["x"], &[USES], Leaves::Nothing, [&[], &[needs_y]]).len(), 1);
        assert!(told(&["x"], &[USES], Leaves::WhatTheySet, [&[], &[needs_y]]).is_empty());
    }
}
