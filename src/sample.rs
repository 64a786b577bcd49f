//! Samples that the load half hands to the numbers half: one [`Sample`] for each thing that happened.

use crate::ids::{CheckId, RequestId};
use crate::moment::Moment;
use crate::nanos::Nanos;
use crate::phase::Phase;
use std::time::Duration;

use crate::outcome::{Outcome, Reason, RequestErrorKind};

/// A plateau of users. What ends within one is counted for it as well as for the whole run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Level(pub(crate) u16);

impl Level {
    /// On the way: some wanted users are not up yet, or some have left already.
    pub(crate) const NONE: Level = Level(0);
}

/// Plateau of a load while a level lasts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plateau {
    /// Number of users, all of them up.
    Users(u32),
    /// Number of arrivals a second.
    Rate(f64),
}

impl Plateau {
    /// The number it is about.
    pub fn size(self) -> f64 {
        match self {
            Plateau::Users(users) => users.into(),
            Plateau::Rate(per_s) => per_s,
        }
    }
}

/// One thing that happened, pushed into the queue at once.
#[derive(Debug, Clone)]
pub(crate) enum Sample {
    Check(CheckSample),
    Request(RequestSample),
    Unfinished(UnfinishedSample),
    User(UserSample),
    /// From then on the samples of this level are told apart.
    Level {
        level: Level,
        what: Plateau,
        from: Moment,
        /// Rate that a schedule asks for while the level lasts.
        asked: Option<AskedRate>,
    },
    /// The last level that began ended then.
    LevelEnd(Moment),
    /// A schedule asked for this, on average, from the start of what is measured to the end.
    Asked {
        asked: AskedRate,
        from: Moment,
        until: Moment,
    },
    /// End of the warm-up.
    MeasureFrom(Moment),
}

/// How many iterations a schedule asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct AskedRate {
    pub(crate) per_s: f64,
    /// Span between two that follow one another; zero where chance decides.
    pub(crate) interval: Duration,
}

/// One run of a check, ended.
#[derive(Debug, Clone)]
pub(crate) struct CheckSample {
    pub(crate) check: CheckId,
    pub(crate) level: Level,
    pub(crate) ended: Moment,
    /// The sum over its requests of setup and response time.
    pub(crate) tpr: Nanos,
    /// Wall time, think time and the tester's own delays included.
    pub(crate) elapsed: Nanos,
    /// The user's time since its last check or the planned end of its rest, think time left out.
    pub(crate) busy: Nanos,
    /// Rests on purpose before it, since the user's last check, and think time in it.
    pub(crate) idle: Nanos,
    /// Of the busy time, what the author's hooks took.
    pub(crate) hooks: Nanos,
    /// How many requests it made. With none, TPR is the elapsed time.
    pub(crate) requests: u32,
    /// True for a check that asked for a request, sent or not, or is of a kind that does.
    pub(crate) asked: bool,
    /// True for the first check of its iteration.
    pub(crate) opens_iteration: bool,
    /// How many of them got a usable answer.
    pub(crate) answered: u32,
    pub(crate) outcome: Ending,
    /// The request whose answer made it not pass. One whose own sample says that it failed is none.
    pub(crate) blamed: Option<RequestId>,
}

impl CheckSample {
    /// True for a result without a request of perfloop's: it counts as one request if that is the check's nature.
    pub(crate) fn is_alone(&self) -> bool {
        self.requests == 0 && !self.asked && !matches!(self.outcome, Ending::Exception(_))
    }
}

/// Outcome of a check in a word: most pass, and what the others tell lies elsewhere.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    Pass,
    Fail(Box<Reason>),
    Exception(Box<Reason>),
}

impl Ending {
    /// Takes out what it tells.
    pub(crate) fn take(&mut self) -> Self {
        std::mem::replace(self, Ending::Pass)
    }
}

impl From<Outcome> for Ending {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Ending::Pass,
            Outcome::Fail(reason) => Ending::Fail(Box::new(reason)),
            Outcome::Exception(reason) => Ending::Exception(Box::new(reason)),
        }
    }
}

/// One HTTP exchange, ended.
#[derive(Debug, Clone)]
pub(crate) struct RequestSample {
    pub(crate) request: RequestId,
    /// `None` outside of checks, as in a hook.
    pub(crate) check: Option<CheckId>,
    pub(crate) level: Level,
    pub(crate) ended: Moment,
    pub(crate) times: RequestTimes,
    /// How late it was sent, if it had a due time.
    pub(crate) lateness: Option<Lateness>,
    pub(crate) traffic: Traffic,
    pub(crate) answer: Answer,
}

impl RequestSample {
    /// How long an answered request was at the service since then; nothing of one without an answer.
    pub(crate) fn at_service_since(&self, from: Option<Moment>) -> Nanos {
        let time = self.times.response_nanos();
        match self.answer {
            Answer::None { .. } => Nanos::ZERO,
            _ => from.map_or(time, |from| time.min(self.ended.nanos_since(from))),
        }
    }
}

/// One HTTP exchange, ended, and who made it: a line of the samples.
#[derive(Debug)]
pub(crate) struct RequestRow {
    pub(crate) sample: RequestSample,
    pub(crate) user: u32,
    pub(crate) iteration: u64,
    /// The users that are up.
    pub(crate) users_up: u32,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// A whole answer with this status.
    Status(u16),
    /// Something that is no HTTP, measured and reported by the check itself; `good` if it went well.
    Recorded { good: bool },
    /// No usable answer.
    None { kind: RequestErrorKind, phase: Phase },
}

/// Where the time of an exchange went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestTimes {
    pub(crate) resolve: Nanos,
    pub(crate) connect: Nanos,
    pub(crate) proxy: Nanos,
    pub(crate) tls: Nanos,
    pub(crate) first_byte: Nanos,
    pub(crate) receive: Nanos,
    pub(crate) client_delay: Nanos,
    pub(crate) stamped: bool,
    pub(crate) first_byte_late: bool,
    pub(crate) receiver_limited: bool,
}

impl RequestTimes {
    /// Looking up the host's addresses, when this exchange had to.
    pub fn resolve(&self) -> Duration {
        self.resolve.span()
    }

    /// Making the TCP connection (to the proxy, where there is one), when this exchange made one.
    pub fn connect(&self) -> Duration {
        self.connect.span()
    }

    /// Time that a proxy took to open the way to the service: its own TLS, its login and its answer.
    pub fn proxy(&self) -> Duration {
        self.proxy.span()
    }

    /// The TLS handshake of a new connection.
    pub fn tls(&self) -> Duration {
        self.tls.span()
    }

    /// From just before the first byte of the request was handed to the kernel to the first bytes of the answer.
    pub fn first_byte(&self) -> Duration {
        self.first_byte.span()
    }

    /// From the first bytes of the answer to its last.
    pub fn receive(&self) -> Duration {
        self.receive.span()
    }

    /// From the arrival of the last bytes in the kernel to the return of the read that fetched them: the tester's
    /// own delay, part of nothing above. Zero without a stamp.
    pub fn client_delay(&self) -> Duration {
        self.client_delay.span()
    }

    /// The end is the kernel's stamp of the arrival; else it is the thread's clock after the read.
    pub fn is_stamped(&self) -> bool {
        self.stamped
    }

    /// `first_byte` is an upper bound: the first read had to wait for a processor, and more had come meanwhile.
    pub fn is_first_byte_late(&self) -> bool {
        self.first_byte_late
    }

    /// A read filled its whole buffer: the answer was as fast as it was fetched.
    pub fn is_receiver_limited(&self) -> bool {
        self.receiver_limited
    }

    /// Resolve, connect, proxy and TLS of a new connection: not part of the response time.
    pub fn setup(&self) -> Duration {
        self.setup_nanos().span()
    }

    /// From just before the first byte of the request was handed to the kernel to the last byte of the answer.
    pub fn response_time(&self) -> Duration {
        self.response_nanos().span()
    }

    pub(crate) fn setup_nanos(&self) -> Nanos {
        self.resolve + self.connect + self.proxy + self.tls
    }

    pub(crate) fn response_nanos(&self) -> Nanos {
        self.first_byte + self.receive
    }
}

/// Why a request with a due time was sent after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Lateness {
    /// The answer before it arrived only after the due time.
    pub(crate) server: Nanos,
    /// Neither the due time nor the answer before it held it back any more.
    pub(crate) tester: Nanos,
}

/// Bytes and connections of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Bytes off the socket, head included; inside TLS, of the encrypted stream.
    pub bytes_in: u64,
    /// Bytes of the body, decoded.
    pub body_bytes: u64,
    /// Bytes handed to the socket, head included.
    pub bytes_out: u64,
    /// This exchange made a new connection.
    pub new_connection: bool,
    /// The TLS handshake of that connection resumed an earlier session.
    pub tls_resumed: bool,
    /// A reused connection died before any byte of the answer, and the request was sent once more on a new one.
    pub resent: bool,
    /// True for a request that was sent on a reused connection that the service had closed, and not repeated, because what
    /// it does twice may not be what it does once.
    pub lost_kept: bool,
}

/// A check that was still open when the run was cut off, and the request that was open inside it.
#[derive(Debug, Clone)]
pub(crate) struct UnfinishedSample {
    pub(crate) check: CheckId,
    pub(crate) request: Option<RequestId>,
    pub(crate) age: Duration,
}

/// A change in what a user does.
#[derive(Debug, Clone)]
pub(crate) struct UserSample {
    pub(crate) at: Moment,
    pub(crate) event: UserEvent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserEvent {
    /// The user starts its first iteration, `late` after its scheduled start.
    Released { late: Duration },
    /// Refused too often in a row, it pauses this long.
    Pauses(Duration),
    /// Iterations that were due before the stop, and never begun.
    Missed(u64),
    /// Arrivals for which no user was free.
    Dropped(u64),
    /// Users that were wanted and could not be made.
    NotMade(u32),
    /// Its start did not pass, so that it does nothing.
    Lost,
    /// The user starts no more iterations.
    Ended(Life),
}

/// Use of a user's time, from its scheduled start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Life {
    /// All of it but what it rested on purpose.
    pub(crate) worked: Duration,
    /// Of that, what it waited for a processor, if the system tells.
    pub(crate) run_delay: Option<Duration>,
}

impl Life {
    /// Two lives together.
    pub(crate) fn and(self, other: Life) -> Life {
        let run_delay = self.run_delay.zip(other.run_delay).map(|(mine, theirs)| mine + theirs);
        Life { worked: self.worked + other.worked, run_delay }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl CheckSample {
        /// Tests take every request that a fail names for one that was answered.
        pub(crate) fn blamed_by(outcome: &Outcome) -> Option<RequestId> {
            if let Outcome::Fail(reason) = outcome { reason.request } else { None }
        }
    }
}
