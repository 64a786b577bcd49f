//! An exchange that was kept whole.

use serde::{Deserialize, Serialize};

use super::number::{Milliseconds, Seconds};
use super::text::{Text, Timestamp};
use crate::exchange;
use crate::report::curl::curl_line;
use crate::sample::RequestTimes;
use crate::stats::Example;

/// Request and its answer, kept whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "exchange"))]
pub(crate) struct Exchange {
    /// Reasons it was kept for: `first`, `last`, `slowest`.
    #[cfg_attr(test, schemars(extend("items" = { "enum": ["first", "last", "slowest"] })))]
    kept_as: Vec<Text>,
    /// Name of the check it belongs to.
    check: Text,
    /// Reason for which the check did not pass; null if it did.
    message: Option<Text>,
    /// End of the check, in s from the start of the run.
    at_s: Seconds,
    /// TPR of the check, in ms.
    tpr_ms: Milliseconds,
    /// Start of the request, RFC 3339.
    start: Timestamp,
    /// Number of the user that made it, from 1.
    #[cfg_attr(test, schemars(range(min = 1)))]
    user: u32,
    /// Number of the user's iteration it belongs to, from 1.
    iteration: u64,
    /// Method of the request.
    method: Text,
    /// URL of the request, whole.
    url: Text,
    /// Request as it was sent.
    request: Message,
    /// Status of the answer; null without one.
    status: Option<u16>,
    /// Answer as it came; null without one.
    response: Option<Message>,
    /// Reason for which there was no usable answer; null with one.
    error: Option<Text>,
    /// Phases of the request, in ms.
    times_ms: ExchangeTimes,
    /// Line for a shell that repeats the request.
    curl: Text,
}

/// One direction of an exchange, secrets masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "message"))]
pub(crate) struct Message {
    /// Names and values of the headers, in the order they were sent.
    headers: Vec<(Text, Text)>,
    /// Body, at most 4 KiB of it; bytes that are no text are escaped, as in `\xff`.
    body: Text,
    /// Length of the whole body in bytes.
    body_bytes: u64,
}

/// Phases of one request, in ms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "exchange_times_ms"))]
pub(crate) struct ExchangeTimes {
    /// Look-up of the name, in ms.
    resolve: Milliseconds,
    /// Making of the TCP connection, in ms.
    connect: Milliseconds,
    /// Opening of the way through a proxy, in ms.
    proxy: Milliseconds,
    /// TLS handshake, in ms.
    tls: Milliseconds,
    /// Time from the sending to the first bytes of the answer, in ms.
    first_byte: Milliseconds,
    /// Time from the first to the last byte of the answer, in ms.
    receive: Milliseconds,
    /// Delay that is the tester's own, in ms.
    client_delay: Milliseconds,
}

impl Exchange {
    pub(crate) fn of(example: &Example, kept_as: &[&str]) -> Self {
        let exchange = &example.exchange;
        let (status, response, error) = match &exchange.answer {
            Ok((status, answer)) => (Some(*status), Some(answer.into()), None),
            Err(reason) => (None, None, Some(Text::foreign(reason))),
        };
        Exchange {
            kept_as: kept_as.iter().map(|reason| Text::from(*reason)).collect(),
            check: (&*example.check).into(),
            message: example.message.as_ref().map(Text::from),
            at_s: example.at.into(),
            tpr_ms: example.tpr.into(),
            start: Timestamp(exchange.started),
            user: exchange.user,
            iteration: exchange.iteration,
            method: (&exchange.method).into(),
            url: Text::foreign(&exchange.url),
            request: (&exchange.sent).into(),
            status,
            response,
            error,
            times_ms: (&exchange.times).into(),
            curl: Text::foreign(&curl_line(exchange)),
        }
    }
}

impl From<&exchange::Message> for Message {
    fn from(message: &exchange::Message) -> Self {
        let headers = message.headers.iter().map(|(name, value)| (Text::foreign(name), Text::foreign(value)));
        let body =
            std::str::from_utf8(&message.body).map_or_else(|_| message.body.escape_ascii().to_string(), str::to_owned);
        Message { headers: headers.collect(), body: Text::foreign(&body), body_bytes: message.body_length }
    }
}

impl From<&RequestTimes> for ExchangeTimes {
    fn from(times: &RequestTimes) -> Self {
        ExchangeTimes {
            resolve: times.resolve().into(),
            connect: times.connect().into(),
            proxy: times.proxy().into(),
            tls: times.tls().into(),
            first_byte: times.first_byte().into(),
            receive: times.receive().into(),
            client_delay: times.client_delay().into(),
        }
    }
}
