//! Remedy for a name that is none.

use crate::nearest::nearest;

/// Remedy for a name that is none.
pub(super) fn remedy(name: &str, known: &[&str]) -> String {
    const TOLD: usize = 5;
    match nearest(name, known) {
        Some(near) => format!("did you mean '{near}'?"),
        None => {
            let more = if known.len() > TOLD { ", …" } else { "" };
            format!("there are: {}{more}", known[..known.len().min(TOLD)].join(", "))
        }
    }
}
