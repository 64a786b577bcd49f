//! What an import could not take.

/// Thing that an import could not take, or took as another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Loss {
    /// Line of the file, counted from one.
    pub(crate) line: usize,
    /// What it is, and what became of it.
    pub(crate) what: String,
}

#[derive(Debug, Default)]
pub(super) struct Losses {
    pub(super) all: Vec<Loss>,
}

impl Losses {
    /// Notes a loss, once a line.
    pub(super) fn note(&mut self, line: usize, what: impl Into<String>) {
        let loss = Loss { line, what: what.into() };
        if !self.all.contains(&loss) {
            self.all.push(loss);
        }
    }
}
