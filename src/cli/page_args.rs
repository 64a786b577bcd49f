//! Flags of the live page.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, value_parser};

/// Heading of these flags in the help.
pub(super) const PAGE: &str = "Live page";
/// Address where none is given: loopback, so that nobody else can connect.
pub(super) const DEFAULT_ADDRESS: &str = "127.0.0.1:8089";

const WEB: &str = "web";
const ADDRESS: &str = "web-addr";
const TOKEN: &str = "web-token";
const NAME: &str = "web-name";
const ANY_HOST: &str = "web-any-host";
const OPEN: &str = "open";
const HISTORY: &str = "history";

/// What the command line says of the page.
#[derive(Debug, Clone, Default)]
pub(super) struct PageArgs {
    /// `--web`: the run begins at once, and the page shows it.
    is_asked: bool,
    /// `perfloop serve`: the run waits for the page.
    pub(super) waits: bool,
    pub(super) address: Option<String>,
    pub(super) token: Option<String>,
    /// Names by which browsers may know this machine.
    pub(super) names: Vec<String>,
    pub(super) any_host: bool,
    pub(super) opens: bool,
    pub(super) history: Option<PathBuf>,
}

impl PageArgs {
    pub(super) fn read(matches: &ArgMatches) -> PageArgs {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        PageArgs {
            is_asked: matches.get_flag(WEB),
            waits: false,
            address: text(ADDRESS),
            token: text(TOKEN),
            names: matches.get_many::<String>(NAME).into_iter().flatten().cloned().collect(),
            any_host: matches.get_flag(ANY_HOST),
            opens: matches.get_flag(OPEN),
            history: matches.get_one::<PathBuf>(HISTORY).cloned(),
        }
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.is_asked || self.waits
    }

    /// A flag that means nothing without the page.
    pub(super) fn stray(&self) -> Option<&'static str> {
        let given = [
            (self.address.is_some(), ADDRESS),
            (self.token.is_some(), TOKEN),
            (!self.names.is_empty(), NAME),
            (self.any_host, ANY_HOST),
            (self.opens, OPEN),
            (self.history.is_some(), HISTORY),
        ];
        given.into_iter().find_map(|(is_given, name)| (is_given && !self.is_wanted()).then_some(name))
    }
}

/// The flags, in the order of the help.
pub(super) fn args() -> Vec<Arg> {
    let switch = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help).help_heading(PAGE)
    };
    let value = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).help_heading(PAGE)
    };
    let address = "Address of the page [default: 127.0.0.1:8089]; beyond loopback it needs the token that is printed";
    vec![
        switch(
            WEB,
            "Show the run in a web page while it goes on; at its end perfloop waits for those who still look on",
        ),
        value(ADDRESS, "HOST:PORT", address),
        value(TOKEN, "TOKEN", "Token that the page asks for [default: none on loopback, else one that is made up]"),
        value(NAME, "HOST", "Name by which browsers may ask for the page, beside its address (repeatable)")
            .action(ArgAction::Append),
        switch(ANY_HOST, "Let the page start runs against hosts that the command line does not name"),
        switch(OPEN, "Open the page in the browser"),
        value(HISTORY, "DIR", "Folder of JSON reports that the page shows as history; each run adds its own")
            .value_parser(value_parser!(PathBuf)),
    ]
}
