//! Host of the live page: serves it, and carries out what is asked of it, one run after another.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Instant;

use super::config::CommandLine;
use super::equivalent::{Face, equivalent};
use super::exit::Exit;
use super::flags::name_of;
use super::made::{Made, Maker, Purpose};
use super::page::{self, GRACE, LOOK, Place, STAYS};
use super::performance::Performance;
use super::planned;
use super::signals::Signals;
use super::telemetry::Telemetry;
use crate::error::Error;
use crate::job::outputs;
use crate::job::settings::Settings;
use crate::load_test::LoadTest;
use crate::web::{Answer, Desk, Facts, Form, Order, Refused, Shown, Watcher, Wish, refused};

/// Host of the page.
struct Host<'a> {
    line: &'a CommandLine,
    face: Face,
    maker: Maker<'a>,
    /// Hosts that the command line names: no run goes to another.
    origins: BTreeSet<String>,
    desk: Arc<Desk>,
    orders: Receiver<Order>,
    signals: Signals,
    telemetry: Telemetry,
    form: Form,
}

/// Serves the page until Ctrl-C or, where the run began at once, until nobody looks on after its end.
pub(super) fn serve(line: &CommandLine, maker: Maker<'_>, made: Made) -> Result<Exit, Error> {
    let page = &line.page;
    let place = Place::take(page)?;
    let (orders, incoming) = mpsc::channel();
    let form = planned::form(&line.settings, &made);
    let facts = Facts { starts_at_once: !page.waits, history: page.history.clone(), worker: None };
    let desk = Desk::new(facts, form.clone(), orders);
    let mut host = Host {
        line,
        face: if made.target.is_some() { Face::Perfloop } else { Face::Target(line.program()) },
        maker,
        origins: made.aim.origins.iter().cloned().collect(),
        desk: Arc::clone(&desk),
        orders: incoming,
        signals: Signals::listen()?,
        telemetry: Telemetry::of(&line.settings.spec)?,
        form,
    };
    place.serve(desk)?;
    if page.waits { host.wait_for_orders(Exit::Good) } else { host.watch(made) }
}

impl Host<'_> {
    /// Runs what the command line says, and stays for those who look on.
    fn watch(&mut self, made: Made) -> Result<Exit, Error> {
        let line = self.line;
        let exit = self.perform(&line.settings, made, |_| {})?;
        if self.signals.were_heard() || self.desk.viewers() == 0 {
            return Ok(exit);
        }
        page::print(STAYS);
        self.wait_for_orders(exit)
    }

    /// Carries out orders until a signal or, where the first run began at once, until nobody looks on.
    fn wait_for_orders(&mut self, mut exit: Exit) -> Result<Exit, Error> {
        let mut seen = Instant::now();
        while !self.signals.were_heard() {
            if self.desk.viewers() > 0 || self.line.page.waits {
                seen = Instant::now();
            } else if seen.elapsed() > GRACE {
                break;
            }
            match self.orders.recv_timeout(LOOK) {
                Ok(Order::Look(wish, answer)) => drop(answer.send(self.look(&wish))),
                Ok(Order::Start(wish, answer)) => exit = self.start(&wish, answer).unwrap_or(exit),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(exit)
    }

    /// Carries out the run of a wish. Its answer is the id of the run, or why there is none; `None` if it was refused.
    fn start(&mut self, wish: &Wish, answer: Answer<String>) -> Option<Exit> {
        let mut answer = Some(answer);
        let mut tell = |told| drop(answer.take().map(|answer| answer.send(told)));
        let (settings, made) = self.made(wish, Purpose::Run).map_err(|refused| tell(Err(refused))).ok()?;
        let ended = self.perform(&settings, made, |run| tell(Ok(run.to_owned())));
        Some(ended.unwrap_or_else(|error| {
            tell(Err(refused(&error, None)));
            page::print(&format!("perfloop: {}", error.text(name_of)));
            Exit::Broken
        }))
    }

    /// Carries out one run. `began` gets its id.
    fn perform(&mut self, settings: &Settings, made: Made, began: impl FnOnce(&str)) -> Result<Exit, Error> {
        let made = Made { test: made.test.watched(), ..made };
        let planned = planned::shares(&made.test)?;
        let performance = Performance::begin(self.line, settings, made, &self.signals, &self.telemetry)?;
        let command = equivalent(&self.face, settings, &performance.plan().redactor);
        let run = self.desk.begin(page::about(&performance, command, planned), performance.run().live());
        began(run.id());
        let watcher = Watcher::of(&self.desk);
        while !performance.run().is_over() {
            match self.orders.recv_timeout(LOOK) {
                Ok(Order::Look(wish, answer)) => drop(answer.send(self.look(&wish))),
                Ok(Order::Start(_, answer)) => {
                    drop(answer.send(Err(Refused::untimely("a run goes on; stop it first"))));
                }
                Err(_) => {}
            }
        }
        drop(watcher);
        let (desk, history) = (&self.desk, self.line.page.history.as_deref());
        performance.finish(&self.signals, |summary, info| page::end(desk, &run, history, summary, info))
    }

    fn look(&self, wish: &Wish) -> Result<Shown, Refused> {
        let (settings, made) = self.made(wish, Purpose::Show)?;
        // What a start would refuse is refused here.
        planned::shares(&made.test).map_err(|error| refused(&error, None))?;
        let command = equivalent(&self.face, &settings, &made.plan.redactor);
        planned::shown(&made, &settings.spec, command).map_err(|error| refused(&error, None))
    }

    /// Settings of a wish, and what they make.
    fn made(&self, wish: &Wish, purpose: Purpose) -> Result<(Settings, Made), Refused> {
        let settings = self.form.settle(&self.line.settings, wish)?;
        let refuse = |error: Error| refused(&error, None);
        outputs::check(&settings.spec).map_err(refuse)?;
        let made = (self.maker)(&settings, purpose).and_then(|made| made.gated(&settings.spec)).map_err(refuse)?;
        let classes: Vec<(&str, bool, Option<u32>)> =
            wish.classes.iter().map(|(name, class)| (name.as_str(), class.is_on, class.weight)).collect();
        let made = Made { test: LoadTest::choosing(made.test, &classes).map_err(refuse)?, ..made };
        let foreign = made.aim.origins.iter().find(|origin| !self.origins.contains(*origin));
        match foreign.filter(|_| !self.line.page.any_host && !made.aim.is_embedded) {
            Some(origin) => Err(Refused::of(
                Some("host"),
                format!("{origin} is not named on the command line; name it there, or give --web-any-host"),
            )),
            None => Ok((settings, made)),
        }
    }
}
