//! Member: one worker in the eyes of a master, on a thread of its own.
//!
//! What a master does and when it gives up on a worker was measured on Locust 2.47: it counts a worker as missing after some
//! 4 s without a heartbeat, never serves a lost identity again once it has been connected elsewhere, and is deaf half a
//! second after its `quit`.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::identity::Identity;
use super::message::{Heard, Heartbeat, Logs, Spawn, State, Stats, Told};
use super::standing::Standing;
use super::usage::{self, Usage};
use super::work::{Order, Work};
use super::zmtp::Dealer;
use crate::report::live::MemberState;

const HEARTBEAT: Duration = Duration::from_secs(1);
const STATS: Duration = Duration::from_secs(3);
const LOGS: Duration = Duration::from_secs(10);
/// Time between two introductions, until the master has heard one.
const READY: Duration = Duration::from_secs(5);
/// Time between two tries to connect.
const RETRY: Duration = Duration::from_millis(500);
/// A master that is silent for so long knows this worker no more.
const SILENT: Duration = Duration::from_secs(8);
/// A worker that stood still for so long is missing to its master, which gives its users to others.
const STILL: Duration = Duration::from_secs(4);
/// Time without any master after which a worker gives up.
const LOST: Duration = Duration::from_secs(60);
/// Longest time between two looks at what the run does.
const LOOK: Duration = Duration::from_millis(50);
/// Time for users to come up before it is told how many there are.
const SPAWN: Duration = Duration::from_secs(10);
/// After its `quit` a master hears for half a second.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// Clocks that differ by more than this smear the rates of a master.
const CLOCK_ERROR_S: f64 = 1.0;

/// One worker in the eyes of a master.
pub(super) struct Member {
    number: usize,
    master: (String, u16),
    work: Arc<Work>,
    identity: Identity,
    state: State,
    is_registered: bool,
    /// Order whose users are not all up, and since when.
    spawning: Option<Instant>,
    is_stopping: bool,
    last_spawn: f64,
    /// Reports that the master has not confirmed, each with the heartbeat that will.
    unconfirmed: Vec<(u64, Stats)>,
    usage: Usage,
    shown_lines: usize,
    last_heard: Instant,
    standing: Standing,
}

/// Why a connection is no more.
enum End {
    /// Cut off: the master may still know this worker.
    Cut(io::Error),
    /// The master knows this worker no more.
    Silent,
    /// The master, or the worker itself, has said good-bye.
    Quit,
}

/// Connection to the master, with its timers.
struct Line {
    dealer: Dealer,
    heartbeats: u64,
    answers: u64,
    last_heartbeat: Instant,
    next_heartbeat: Instant,
    next_stats: Instant,
    next_logs: Instant,
    next_ready: Instant,
    last_answer: Instant,
}

impl Member {
    pub(super) fn new(number: usize, master: (String, u16), work: Arc<Work>) -> Self {
        Member {
            number,
            master,
            work,
            identity: Identity::of_this_machine(),
            state: State::Ready,
            is_registered: false,
            spawning: None,
            is_stopping: false,
            last_spawn: 0.0,
            unconfirmed: Vec::new(),
            usage: Usage::new(),
            shown_lines: 0,
            last_heard: Instant::now(),
            standing: Standing::default(),
        }
    }

    /// Works for the master until it lets the worker go, or is lost.
    pub(super) fn work(mut self) {
        loop {
            if self.work.is_leaving() && !self.is_registered {
                return;
            }
            let (host, port) = (self.master.0.clone(), self.master.1);
            let why = match Dealer::connect((&host, port), &self.identity.to_string()) {
                Ok(dealer) => match self.serve(dealer) {
                    End::Quit => return self.show(MemberState::Gone),
                    End::Silent => {
                        self.standing.lose("no answer to heartbeats; it introduces itself anew");
                        self.say("the master knows this worker no more; it introduces itself anew");
                        self.renew();
                        continue;
                    }
                    End::Cut(error) => error,
                },
                Err(error) => error,
            };
            self.standing.lose(&why.to_string());
            self.show(MemberState::Unconnected);
            if self.last_heard.elapsed() > LOST {
                self.work.release(self.number);
                self.show(MemberState::Gone);
                return self.work.order(Order::Lost(format!("{host}:{port}: {why}")));
            }
            thread::sleep(RETRY);
        }
    }

    /// Begins anew in the eyes of the master, which has given the users of this worker to others.
    fn renew(&mut self) {
        self.work.release(self.number);
        self.identity = self.identity.renewed();
        (self.state, self.is_registered, self.is_stopping) = (State::Ready, false, false);
        (self.spawning, self.last_spawn) = (None, 0.0);
    }

    fn serve(&mut self, dealer: Dealer) -> End {
        let now = Instant::now();
        let mut line = Line {
            dealer,
            heartbeats: 0,
            answers: 0,
            last_heartbeat: now,
            next_heartbeat: now,
            next_stats: now + STATS,
            next_logs: now + LOGS,
            next_ready: now,
            last_answer: now,
        };
        let end = self.resume(&mut line).and_then(|()| self.talk(&mut line)).unwrap_or_else(End::Cut);
        match end {
            End::Quit => line.dealer.close(),
            End::Silent | End::Cut(_) => line.dealer.abandon(),
        }
        end
    }

    /// Tells once more what may have been lost with the last connection.
    fn resume(&mut self, line: &mut Line) -> io::Result<()> {
        for (_, stats) in std::mem::take(&mut self.unconfirmed) {
            self.report(line, stats)?;
        }
        Ok(())
    }

    fn talk(&mut self, line: &mut Line) -> io::Result<End> {
        loop {
            if self.work.is_leaving() {
                return self.leave(line);
            }
            if self.last_heard.elapsed() > LOST {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "what listens there says nothing"));
            }
            let is_missing = line.last_heartbeat.elapsed() > STILL || line.last_answer.elapsed() > SILENT;
            if self.is_registered && is_missing {
                return Ok(End::Silent);
            }
            self.look_at_run(line)?;
            self.show(self.member_state());
            let next = self.keep_time(line)?;
            if let Some(bytes) = line.dealer.receive(next.min(Instant::now() + LOOK))? {
                self.last_heard = Instant::now();
                match Heard::decoded(&bytes) {
                    Ok(heard) => {
                        if let Some(end) = self.obey(line, heard)? {
                            return Ok(end);
                        }
                    }
                    Err(what) => self.say(&format!("a message of the master was left out: {what}")),
                }
            }
        }
    }

    /// Sends what is due. Returns when the next is.
    fn keep_time(&mut self, line: &mut Line) -> io::Result<Instant> {
        let now = Instant::now();
        if !self.is_registered {
            if now >= line.next_ready {
                self.tell(line, &Told::ClientReady)?;
                line.next_ready = now + READY;
            }
            // The master has not heard of this worker: it is lost only by time.
            (line.last_answer, line.last_heartbeat) = (now, now);
            return Ok(line.next_ready);
        }
        if now >= line.next_stats {
            line.next_stats = now + STATS;
            let stats = self.work.stats(self.number);
            self.report(line, stats)?;
        }
        if now >= line.next_logs {
            line.next_logs = now + LOGS;
            self.show_lines(line)?;
        }
        if now >= line.next_heartbeat {
            self.heartbeat(line)?;
        }
        Ok(line.next_heartbeat.min(line.next_stats).min(line.next_logs))
    }

    /// Tells the master what has come of its orders.
    fn look_at_run(&mut self, line: &mut Line) -> io::Result<()> {
        if let Some(since) = self.spawning
            && (self.work.is_as_wanted() || since.elapsed() > SPAWN)
        {
            self.spawning = None;
            self.state = State::Running;
            self.tell(line, &Told::SpawningComplete(self.work.users(self.number)))?;
        }
        if self.is_stopping && self.work.is_idle() {
            self.is_stopping = false;
            self.state = State::Ready;
            let stats = self.work.stats(self.number);
            self.report(line, stats)?;
            self.tell(line, &Told::ClientStopped)?;
            self.tell(line, &Told::ClientReady)?;
        }
        Ok(())
    }

    fn obey(&mut self, line: &mut Line, heard: Heard) -> io::Result<Option<End>> {
        match heard {
            Heard::Ack => {
                if !self.is_registered {
                    self.is_registered = true;
                    (line.last_answer, line.last_heartbeat) = (Instant::now(), Instant::now());
                    self.say(&format!("the master {}:{} knows this worker", self.master.0, self.master.1));
                }
            }
            Heard::Heartbeat => {
                line.answers += 1;
                line.last_answer = Instant::now();
                (self.standing.answers, self.standing.last_answer) =
                    (self.standing.answers + 1, Some(line.last_answer));
                let before = self.unconfirmed();
                self.unconfirmed.retain(|(heartbeat, _)| *heartbeat > line.answers);
                self.standing.confirmed += before - self.unconfirmed();
            }
            Heard::Spawn(spawn) => self.spawn(line, &spawn)?,
            Heard::Stop => {
                self.spawning = None;
                self.is_stopping = true;
                self.work.release(self.number);
            }
            Heard::Quit => {
                // A master that is gone before it has heard all is gone all the same.
                if let Err(error) = self.say_good_bye(line) {
                    self.standing.lose(&format!("gone before it heard the last numbers: {error}"));
                }
                self.work.order(Order::Quit);
                return Ok(Some(End::Quit));
            }
            Heard::Reconnect => return Err(io::Error::other("the master did not understand the last message")),
            Heard::SpawningComplete | Heard::Other(_) => {}
        }
        Ok(None)
    }

    fn spawn(&mut self, line: &mut Line, spawn: &Spawn) -> io::Result<()> {
        self.tell(line, &Told::Spawning)?;
        if spawn.timestamp <= self.last_spawn {
            return Ok(());
        }
        if self.last_spawn == 0.0 {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let error_s = now.as_secs_f64() - spawn.timestamp;
            if error_s.abs() > CLOCK_ERROR_S {
                let side = if error_s > 0.0 { "ahead of" } else { "behind" };
                self.say(&format!(
                    "this machine's clock is {:.1} s {side} the master's, which smears its rates",
                    error_s.abs()
                ));
            }
        }
        self.last_spawn = spawn.timestamp;
        self.state = State::Spawning;
        self.is_stopping = false;
        self.spawning = Some(Instant::now());
        self.work.spawn(self.number, spawn);
        Ok(())
    }

    /// Leaves the master of one's own accord.
    fn leave(&mut self, line: &mut Line) -> io::Result<End> {
        if self.is_registered {
            self.say_good_bye(line)?;
            self.tell(line, &Told::Quit)?;
        }
        Ok(End::Quit)
    }

    /// Tells all there is, at once and once more when the users have been cut off: a master that quits hears no longer
    /// than half a second.
    fn say_good_bye(&mut self, line: &mut Line) -> io::Result<()> {
        let stats = self.work.stats(self.number);
        self.report(line, stats)?;
        self.show_lines(line)?;
        self.work.cut();
        let until = Instant::now() + LAST_WORDS;
        while !self.work.is_idle() && Instant::now() < until {
            thread::sleep(Duration::from_millis(10));
        }
        let stats = self.work.stats(self.number);
        self.report(line, stats)
    }

    fn report(&mut self, line: &mut Line, stats: Stats) -> io::Result<()> {
        let sent = self.tell(line, &Told::Stats(&stats));
        // The answer to the heartbeat after it confirms it.
        self.unconfirmed.push((line.heartbeats + 1, stats));
        sent?;
        self.heartbeat(line)
    }

    fn heartbeat(&mut self, line: &mut Line) -> io::Result<()> {
        let (current_cpu_usage, current_memory_usage) = (self.usage.percent(), usage::memory());
        let heartbeat = Heartbeat { state: self.state, current_cpu_usage, current_memory_usage };
        line.last_heartbeat = Instant::now();
        line.next_heartbeat = line.last_heartbeat + HEARTBEAT;
        line.heartbeats += 1;
        self.standing.heartbeats += 1;
        self.tell(line, &Told::Heartbeat(heartbeat))
    }

    fn show_lines(&mut self, line: &mut Line) -> io::Result<()> {
        let logs = self.work.lines();
        if logs.len() == std::mem::replace(&mut self.shown_lines, logs.len()) {
            return Ok(());
        }
        self.tell(line, &Told::Logs(Logs { worker_id: self.identity.to_string(), logs }))
    }

    fn tell(&self, line: &mut Line, told: &Told<'_>) -> io::Result<()> {
        line.dealer.send(&told.encoded(&self.identity.to_string()))
    }

    /// Requests that the master has been told of, and has not confirmed.
    fn unconfirmed(&self) -> u64 {
        self.unconfirmed.iter().map(|(_, stats)| stats.stats_total.num_requests).sum()
    }

    /// How a worker that is connected stands.
    fn member_state(&self) -> MemberState {
        match self.state {
            _ if !self.is_registered => MemberState::Introduced,
            State::Ready => MemberState::Ready,
            State::Spawning => MemberState::Spawning,
            State::Running => MemberState::Running,
        }
    }

    /// Shows to those who look on how it stands with the master.
    fn show(&mut self, state: MemberState) {
        (self.standing.state, self.standing.unconfirmed) = (state, self.unconfirmed());
        self.standing.identity = self.identity.to_string();
        self.work.show(self.number, self.standing.clone());
    }

    fn say(&self, text: &str) {
        self.work.say(text);
    }
}
