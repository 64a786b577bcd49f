//! Identity of a worker: the name of its machine, and a number that no other has.

use std::fs;

/// Name by which a master knows a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    host: String,
    number: u128,
}

impl Identity {
    /// A new one on this machine.
    pub(super) fn of_this_machine() -> Self {
        let name = std::env::var("HOSTNAME").ok().filter(|name| !name.is_empty());
        let name = name.or_else(|| fs::read_to_string("/proc/sys/kernel/hostname").ok());
        Identity::of(&name.unwrap_or_default())
    }

    /// Masters take what stands before the first `_` for the machine, over which they spread users.
    fn of(name: &str) -> Self {
        let is_kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let kept: String =
            name.trim().chars().map(|c| if c == '_' { '-' } else { c }).filter(is_kept).take(200).collect();
        Identity { host: if kept.is_empty() { "perfloop".into() } else { kept }, number: fastrand::u128(..) }
    }

    /// Another one of the same machine: a master that has given up on a worker serves only a new one.
    pub(super) fn renewed(&self) -> Self {
        Identity { number: fastrand::u128(..), ..self.clone() }
    }
}

impl std::fmt::Display for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}_{:032x}", self.host, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_stands_before_the_only_underscore_and_the_number_is_new_each_time() {
        for (name, host) in [("box_1.lan\n", "box-1.lan"), ("", "perfloop"), ("Bücher", "Bcher")] {
            let one = Identity::of(name);
            let text = one.to_string();
            let (before, number) = text.split_once('_').expect("an underscore");
            assert_eq!((before, number.len()), (host, 32));
            assert!(number.chars().all(|c| c.is_ascii_hexdigit()));
            assert_ne!(one.renewed().to_string(), text);
        }
        assert!(Identity::of(&"a".repeat(300)).to_string().len() <= 255);
    }
}
