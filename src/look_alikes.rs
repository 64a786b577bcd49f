//! Names that differ by a number or an id alone: beyond a few of them they are told as one.

use std::collections::HashMap;

use crate::ids::RequestId;

/// Number of look-alikes that are told apart.
const TOLD_APART: usize = 10;
/// Placeholder for a number or an id.
const PLACE: &str = "{id}";
/// A segment of so many hexadecimal digits is an id.
const LONG_ID: usize = 16;

/// The names of a run that look alike, by what they share.
#[derive(Debug, Default)]
pub(crate) struct LookAlikes(HashMap<String, Vec<RequestId>>);

/// Name that stands for one with an id in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// As itself, while there are few like it.
    Own,
    /// As what it shares with these, which were told apart until now.
    First(Vec<RequestId>),
    /// As what it shares with others.
    Shared,
}

impl LookAlikes {
    /// How a name of this shape that was not seen before is told.
    pub(crate) fn likeness(&mut self, shape: &str) -> Likeness {
        match self.0.get_mut(shape) {
            Some(alike) if alike.is_empty() => Likeness::Shared,
            Some(alike) if alike.len() >= TOLD_APART => Likeness::First(std::mem::take(alike)),
            _ => Likeness::Own,
        }
    }

    /// Notes one that is told apart.
    pub(crate) fn note(&mut self, shape: String, id: RequestId) {
        self.0.entry(shape).or_default().push(id);
    }
}

/// The name with `{id}` in the place of each segment of its path that is a number, a UUID or a long hexadecimal id; `None`
/// if there is no such segment.
pub(crate) fn shape(name: &str) -> Option<String> {
    let mut is_any = false;
    let segments = name.split('/').map(|segment| {
        let is_one = is_id(segment);
        is_any |= is_one;
        if is_one { PLACE } else { segment }
    });
    let shape = segments.collect::<Vec<_>>().join("/");
    is_any.then_some(shape)
}

fn is_id(segment: &str) -> bool {
    let is_number = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let digits = segment.bytes().filter(|byte| *byte != b'-').count();
    let is_hex = segment.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_number || (is_hex && digits >= LONG_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_uuids_and_long_hexadecimal_ids_are_ids() {
        for (name, wanted) in [
            ("GET /orders/17", Some("GET /orders/{id}")),
            ("GET /orders/17/lines/3", Some("GET /orders/{id}/lines/{id}")),
            ("GET /u/6f9619ff-8b86-d011-b42d-00cf4fc964ff/x", Some("GET /u/{id}/x")),
            ("GET /blob/0123456789abcdef0123", Some("GET /blob/{id}")),
            ("GET /v2/cafe/face", None),
            ("GET /", None),
            ("GET /a//b", None),
        ] {
            assert_eq!(shape(name).as_deref(), wanted, "{name}");
        }
    }

    #[test]
    fn ten_are_told_apart_and_the_eleventh_makes_all_of_them_one() {
        let mut alike = LookAlikes::default();
        for id in 0..10 {
            assert_eq!(alike.likeness("GET /{id}"), Likeness::Own);
            alike.note("GET /{id}".into(), RequestId(id));
        }
        assert_eq!(alike.likeness("GET /{id}"), Likeness::First((0..10).map(RequestId).collect()));
        assert_eq!(alike.likeness("GET /{id}"), Likeness::Shared);
        assert_eq!(alike.likeness("GET /other/{id}"), Likeness::Own);
    }
}
