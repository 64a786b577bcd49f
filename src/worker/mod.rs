//! Worker of an unmodified Locust master: has as many users as it is told, and tells what has ended.
//!
//! `zmtp` is the transport and `message` the language; a `member` is one worker in the eyes of the master, on a thread of
//! its own, and `work` the run that all members of the process have together. Whoever has the checks is given orders,
//! and starts the run.

mod classes;
mod identity;
mod member;
mod message;
mod standing;
mod told;
mod usage;
mod work;
mod zmtp;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

pub(crate) use classes::identifier;
use member::Member;
pub(crate) use message::Spawn;
pub(crate) use work::{Order, Work};

/// Members that work for a master.
pub(crate) struct Worker {
    pub(crate) work: Arc<Work>,
    pub(crate) orders: Receiver<Order>,
    members: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Has so many members work for the master at this address.
    ///
    /// # Errors
    /// When their threads cannot be made.
    pub(crate) fn start(host: &str, port: u16, members: usize) -> io::Result<Worker> {
        let (sender, orders) = mpsc::channel();
        let work = Arc::new(Work::of(format!("{host}:{port}"), members, sender));
        let member = |number| {
            let member = Member::new(number, (host.to_owned(), port), Arc::clone(&work));
            thread::Builder::new().name(format!("member-{number}")).spawn(move || member.work())
        };
        let members = (0..members).map(member).collect::<io::Result<Vec<_>>>()?;
        Ok(Worker { work, orders, members })
    }

    /// Waits until all members have told what there is, and left.
    pub(crate) fn leave(self) {
        self.work.leave();
        for member in self.members {
            // One that broke has told nothing more.
            let _ = member.join();
        }
    }
}
