//! `otel`: the numbers of a run, told to a collector of OpenTelemetry while it goes on. Users wait for none of it.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::load::Poster;
use crate::load_test::Live;
use crate::report::{otlp, rejection_in};
use crate::stats::Summary;

/// Time that an answer of the collector may take; a run's end waits so long for the last one.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Where the numbers are told, and how they say whose they are.
pub(crate) struct Settings {
    /// URL of the collector, without the path of its metrics.
    pub(crate) collector: String,
    /// Headers of each request, such as a token.
    pub(crate) headers: Vec<(String, String)>,
    /// Attributes of the resource.
    pub(crate) attributes: Vec<(String, String)>,
    /// Time from one message to the next.
    pub(crate) interval: Duration,
}

/// A thread that tells a collector of each run in turn.
pub(crate) struct Exporter {
    url: String,
    orders: Sender<Order>,
}

enum Order {
    /// A run has begun.
    Begin(Live),
    /// It is over: these are its last numbers. The answer says what became of its messages.
    End(Box<Summary>, Sender<Told>),
}

/// Messages of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Told {
    sent: u64,
    lost: u64,
    /// Why the last lost one was.
    reason: String,
}

impl Exporter {
    /// # Errors
    /// When the settings cannot be sent by, or there is no thread.
    pub(crate) fn start(settings: Settings) -> Result<Self, Error> {
        let url = url_of_metrics(&settings.collector);
        let kind = ("content-type".to_owned(), "application/x-protobuf".to_owned());
        let headers: Vec<_> = settings.headers.iter().cloned().chain([kind]).collect();
        let poster = Poster::new(&url, &headers, TIMEOUT)?;
        let (orders, incoming) = mpsc::channel();
        let worker = Worker { poster, settings, live: None, told: Told::default() };
        let thread = thread::Builder::new().name("otel".into()).spawn(move || worker.work(&incoming));
        thread.map_err(|error| Error::run(format!("‹otel›: there is no thread for it ({error}); raise ulimit -u")))?;
        Ok(Exporter { url, orders })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Tells of this run from now on.
    pub(crate) fn begin(&self, live: Live) {
        // Its thread lives as long as this.
        let _ = self.orders.send(Order::Begin(live));
    }

    /// Tells the last numbers of the run.
    pub(crate) fn end(&self, summary: &Summary) -> Ending {
        let (answer, told) = mpsc::channel();
        let _ = self.orders.send(Order::End(Box::new(summary.clone()), answer));
        // The message that may be under way, and the last one.
        Ending { url: self.url.clone(), told, by: Instant::now() + 2 * TIMEOUT + TIMEOUT / 2 }
    }
}

/// Last numbers on their way.
pub(crate) struct Ending {
    url: String,
    told: Receiver<Told>,
    by: Instant,
}

impl Ending {
    /// Waits for them a bounded time. A warning when something of the run did not arrive.
    pub(crate) fn warning(self) -> Option<String> {
        let told = self.told.recv_timeout(self.by.saturating_duration_since(Instant::now()));
        let Told { sent, lost, reason } = told.unwrap_or_else(|_| Told { sent: 0, lost: 1, reason: "it hangs".into() });
        let of = match (sent, lost) {
            (_, 0) => return None,
            (0, _) => "nothing was taken".to_owned(),
            _ => format!("{lost} of {} messages were not taken", sent + lost),
        };
        Some(format!("‹otel›: {of} by {}: {reason}", self.url))
    }
}

struct Worker {
    poster: Poster,
    settings: Settings,
    live: Option<Live>,
    told: Told,
}

impl Worker {
    fn work(mut self, orders: &Receiver<Order>) {
        let interval = self.settings.interval;
        let mut due = Instant::now() + interval;
        loop {
            match orders.recv_timeout(due.saturating_duration_since(Instant::now())) {
                Ok(Order::Begin(live)) => {
                    self.live = Some(live);
                    self.told = Told::default();
                }
                Ok(Order::End(summary, answer)) => {
                    self.live = None;
                    self.tell(&summary);
                    let _ = answer.send(std::mem::take(&mut self.told));
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(numbers) = self.live.as_ref().map(Live::numbers) {
                        self.tell(&numbers);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // What a slow collector has missed is in the next message, too.
            due = Instant::now() + interval;
        }
    }

    fn tell(&mut self, summary: &Summary) {
        let answer = self.poster.post(&otlp(summary, &self.settings.attributes));
        match answer.and_then(|body| rejection_in(&body).map_or(Ok(()), Err)) {
            Ok(()) => self.told.sent += 1,
            Err(reason) => {
                self.told.lost += 1;
                self.told.reason = reason;
            }
        }
    }
}

/// The path of metrics is that of the protocol, below whatever path the collector has.
fn url_of_metrics(collector: &str) -> String {
    let base = collector.trim_end_matches('/');
    if base.ends_with("/v1/metrics") { base.to_owned() } else { format!("{base}/v1/metrics") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_have_a_path_below_that_of_the_collector() {
        for (collector, url) in [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/metrics"),
            ("http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/metrics"),
            ("https://otel.example.org/of/team", "https://otel.example.org/of/team/v1/metrics"),
            ("http://127.0.0.1:4318/v1/metrics", "http://127.0.0.1:4318/v1/metrics"),
        ] {
            assert_eq!(url_of_metrics(collector), url);
        }
    }
}
