//! The exchanges that were kept whole, as JSON.

use serde_json::{Value, json};

use super::curl::curl_line;
use super::http_log::timestamp;
use crate::exchange::Message;
use crate::printable::foreign;
use crate::stats::{FailureGroup, Recording, Summary};
use crate::units::milliseconds;

/// `failures[].exchanges`: each once, in the order of time, and why it was kept.
pub(super) fn exchanges(group: &FailureGroup) -> Value {
    let all = group.recordings.all();
    all.into_iter().map(|(recording, kept_as)| exchange(recording, &kept_as)).collect()
}

/// `slowest`: the slowest passes, the slowest first.
pub(super) fn slowest(summary: &Summary) -> Value {
    summary.slowest.iter().map(|recording| exchange(recording, &["slowest"])).collect()
}

fn exchange(recording: &Recording, kept_as: &[&str]) -> Value {
    let exchange = &recording.exchange;
    let (status, answer, lost) = match &exchange.answer {
        Ok((status, answer)) => (Some(*status), Some(message(answer)), None),
        Err(lost) => (None, None, Some(lost)),
    };
    let times = &exchange.times;
    json!({
        "kept_as": kept_as,
        "check": &*recording.check,
        "message": recording.message,
        "at_s": recording.at.as_secs_f64(),
        "tpr_ms": milliseconds(recording.tpr),
        "start": timestamp(exchange.started),
        "user": exchange.user,
        "iteration": exchange.iteration,
        "method": exchange.method,
        "url": foreign(&exchange.url),
        "request": message(&exchange.sent),
        "status": status,
        "response": answer,
        "error": lost.map(|reason| foreign(reason)),
        "times_ms": {
            "resolve": milliseconds(times.resolve),
            "connect": milliseconds(times.connect),
            "proxy": milliseconds(times.proxy),
            "tls": milliseconds(times.tls),
            "first_byte": milliseconds(times.first_byte),
            "receive": milliseconds(times.receive),
            "client_delay": milliseconds(times.client_delay),
        },
        "curl": foreign(&curl_line(exchange)),
    })
}

/// A body that is no text has its bytes escaped, as in `\xff`.
fn message(message: &Message) -> Value {
    let headers: Vec<Value> =
        message.headers.iter().map(|(name, value)| json!([foreign(name), foreign(value)])).collect();
    let body =
        std::str::from_utf8(&message.body).map_or_else(|_| message.body.escape_ascii().to_string(), str::to_owned);
    json!({
        "headers": headers,
        "body": foreign(&body),
        "body_bytes": message.body_length,
    })
}
