//! What an import could not take.

/// Characters of a statement or a command that are shown.
const SHOWN: usize = 80;

/// Thing that an import could not take, or took as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loss {
    /// Path of the file in its folder; empty where one file is imported.
    pub(crate) file: String,
    /// Line of the file, counted from one.
    pub(crate) line: usize,
    /// What it is, and what became of it.
    pub(crate) what: String,
}

impl Loss {
    /// Loss in the only file there is.
    pub(crate) fn at(line: usize, what: impl Into<String>) -> Self {
        Loss { file: String::new(), line, what: what.into() }
    }
}

/// What was lost, on one line.
pub(crate) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(SHOWN).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

#[derive(Debug, Default)]
pub(super) struct Losses {
    pub(super) all: Vec<Loss>,
    /// File that is read, where there are several.
    file: String,
}

impl Losses {
    /// Those that are known already.
    pub(super) fn known(all: Vec<Loss>) -> Self {
        Losses { all, file: String::new() }
    }

    /// What is noted from now on is of this file.
    pub(super) fn go_to(&mut self, file: &str) {
        file.clone_into(&mut self.file);
    }

    /// Notes a loss, once a line.
    pub(super) fn note(&mut self, line: usize, what: impl Into<String>) {
        let loss = Loss { file: self.file.clone(), ..Loss::at(line, what) };
        if !self.all.contains(&loss) {
            self.all.push(loss);
        }
    }

    /// A whole file.
    pub(super) fn left_out(&mut self, file: &str, line: usize, why: &str) {
        self.go_to(file);
        self.note(line, format!("{why}; the file is left out"));
    }

    /// A script that changes a request before it is sent.
    pub(super) fn early_script(&mut self, line: usize) {
        self.note(line, "script before a request: perfloop runs none; it is left out");
    }

    pub(super) fn unknown_auth(&mut self, line: usize, kind: &str) {
        let what = format!("auth: perfloop knows no '{kind}'; get a token in a request before, and send it");
        self.note(line, what);
    }

    pub(super) fn unknown_body(&mut self, line: usize, kind: &str) {
        self.note(line, format!("body: perfloop knows no '{kind}'; it is left out"));
    }

    /// Where a request alone has what it inherits from a collection that is not there.
    pub(super) fn inherited_auth(&mut self, line: usize) {
        self.note(line, "auth: inherit: what the collection has is not in this file; add it");
    }

    /// A variable that one file gives several values.
    pub(super) fn other_value(&mut self, line: usize, name: &str) {
        let what = format!("{name}: it has another value here, and is one for all requests; rename one of them");
        self.note(line, what);
    }
}
