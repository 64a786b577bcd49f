//! Addresses of hosts: looked up once for all users, never on the way of a request.
//!
//! The resolver that comes with ureq makes a thread for every request as soon as there is a timeout.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, MappedMutexGuard, Mutex, MutexGuard};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::exchange_timing::SharedTiming;
use super::settings::{Family, HttpSettings, Route, origin_key, same_host};
use crate::moment::Moment;
use crate::units::after;

/// How long addresses are used before they are looked up again.
const TIME_TO_LIVE: Duration = Duration::from_secs(60);
/// How long a failed look-up stands, so that a thousand users do not ask a thousand times.
const FAILURE_TIME_TO_LIVE: Duration = Duration::from_secs(1);
/// Of a host, as ureq holds them.
const MOST_ADDRESSES: usize = 16;

/// Addresses of hosts, as all users of a run know them.
#[derive(Debug, Default)]
pub(crate) struct AddressBook {
    /// Given by the plan: they are never looked up.
    given: HashMap<String, Vec<SocketAddr>>,
    entries: Mutex<HashMap<String, Entry>>,
    changed: Condvar,
    /// Raised when an entry is struck out, so that users ask again.
    edition: AtomicU64,
    routes: Vec<Route>,
    /// Addresses of another are not used.
    family: Option<Family>,
}

#[derive(Debug, Clone)]
enum Entry {
    Asked,
    Known { answer: Result<Vec<SocketAddr>, String>, since: Moment, until: Moment },
}

impl AddressBook {
    /// A book in which the hosts of the settings have the addresses given there, whatever the system says.
    pub(super) fn with(settings: &HttpSettings) -> Self {
        let mut given: HashMap<String, Vec<SocketAddr>> = HashMap::new();
        for (origin, address) in &settings.resolve {
            given.entry(origin.clone()).or_default().push(*address);
        }
        AddressBook { given, routes: settings.routes.clone(), family: settings.family, ..AddressBook::default() }
    }

    /// Addresses of a host that need no look-up: those of the plan, those that are the name itself, and
    /// those of this machine.
    fn known(&self, host: &str, port: u16, turn: usize) -> Option<Vec<SocketAddr>> {
        // To compare hosts however they are written takes two pages more of a user's stack.
        if !self.given.is_empty() {
            let for_any = || self.given.get(&format!("*:{port}"));
            if let Some(given) = self.given.get(&origin_key(host, port)).or_else(for_any) {
                return Some(turned(given.clone(), turn));
            }
        }
        let at = |addresses: &[IpAddr]| addresses.iter().map(|address| SocketAddr::new(*address, port)).collect();
        match host.trim_start_matches('[').trim_end_matches(']').parse() {
            Ok(address) => Some(at(&[address])),
            // In this order, as curl does: it is one machine, over which no load is to be spread.
            Err(_) if is_own_name(host) => Some(at(&[Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()])),
            Err(_) => None,
        }
    }

    /// Where requests to a host and port go.
    fn routed(&self, host: &str, port: u16) -> (String, u16) {
        let is_meant = |route: &&Route| {
            let (from_host, from_port) = &route.from;
            from_host.as_ref().is_none_or(|from| same_host(from) == same_host(host))
                && from_port.is_none_or(|from| from == port)
        };
        match self.routes.iter().find(is_meant).map(|route| &route.to) {
            Some((to_host, to_port)) => (to_host.clone().unwrap_or_else(|| host.to_owned()), to_port.unwrap_or(port)),
            None => (host.to_owned(), port),
        }
    }

    /// Only the addresses that may be used.
    fn usable(&self, mut addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
        if let Some(family) = self.family {
            addresses.retain(|address| address.is_ipv4() == (family == Family::V4));
        }
        addresses
    }

    /// Nothing answers at the addresses of this host: they are looked up again, but not more than once a second.
    pub(super) fn strike_out(&self, uri: &Uri) {
        let mut entries = self.entries.lock();
        let (host, port) = host_and_port(uri);
        let (host, port) = self.routed(&host, port);
        let host = format!("{host}:{port}");
        let is_old =
            |entry: &Entry| matches!(entry, Entry::Known { since, .. } if since.elapsed() > FAILURE_TIME_TO_LIVE);
        if entries.get(&host).is_some_and(is_old) {
            entries.remove(&host);
            self.edition.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The addresses of `host:port`; `None` when they are not known by the deadline.
    fn look_up(
        self: &Arc<Self>,
        host_and_port: &str,
        deadline: Option<Moment>,
    ) -> Option<(Result<Vec<SocketAddr>, String>, Moment)> {
        let mut entries = self.entries.lock();
        loop {
            match entries.get(host_and_port) {
                Some(Entry::Known { answer, until, .. }) if *until > Moment::now() => {
                    return Some((answer.clone(), *until));
                }
                Some(Entry::Asked) => {}
                _ => {
                    if let Err(error) = self.ask(host_and_port.to_owned()) {
                        return Some((Err(error.to_string()), Moment::now()));
                    }
                    entries.insert(host_and_port.to_owned(), Entry::Asked);
                }
            }
            match deadline {
                None => self.changed.wait(&mut entries),
                Some(deadline) => {
                    if self.changed.wait_until(&mut entries, deadline.instant()).timed_out() {
                        return None;
                    }
                }
            }
        }
    }

    /// Asks the system on a thread of its own: its look-ups cannot be given a time limit.
    fn ask(self: &Arc<Self>, host_and_port: String) -> std::io::Result<()> {
        let book = Arc::clone(self);
        let look_up = move || {
            let answer = match host_and_port.to_socket_addrs() {
                Ok(addresses) => Ok(addresses.collect()),
                Err(error) => Err(error.to_string()),
            };
            book.note(host_and_port, answer);
        };
        std::thread::Builder::new().name("resolver".into()).spawn(look_up).map(drop)
    }

    fn note(&self, host_and_port: String, answer: Result<Vec<SocketAddr>, String>) {
        let live = if answer.is_ok() { TIME_TO_LIVE } else { FAILURE_TIME_TO_LIVE };
        let since = Moment::now();
        self.entries.lock().insert(host_and_port, Entry::Known { answer, since, until: since + live });
        self.changed.notify_all();
    }
}

/// One user's view of the address book.
#[derive(Debug)]
pub(super) struct UserResolver {
    book: Arc<AddressBook>,
    timing: SharedTiming,
    /// Where this user begins in a list of several addresses, so that users spread over them.
    turn: usize,
    last: Mutex<Option<Last>>,
}

#[derive(Debug)]
struct Last {
    authority: String,
    https: bool,
    addresses: Vec<SocketAddr>,
    until: Moment,
    edition: u64,
}

/// The host and the port of a URL, as the book knows them.
fn host_and_port(uri: &Uri) -> (String, u16) {
    let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    (host, uri.port_u16().unwrap_or(default))
}

/// A name that means this machine whatever the name system says (RFC 6761).
fn is_own_name(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let name = "localhost";
    host.len().checked_sub(name.len()).and_then(|at| host.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(name))
        && (host.len() == name.len() || host.as_bytes()[host.len() - name.len() - 1] == b'.')
}

/// Users begin at different addresses of a host, so that they spread over them.
fn turned(mut addresses: Vec<SocketAddr>, turn: usize) -> Vec<SocketAddr> {
    if !addresses.is_empty() {
        let turn = turn % addresses.len();
        addresses.rotate_left(turn);
    }
    addresses
}

impl UserResolver {
    pub(super) fn new(book: Arc<AddressBook>, timing: SharedTiming, turn: usize) -> Self {
        UserResolver { book, timing, turn, last: Mutex::new(None) }
    }

    /// The addresses of a URL as this user takes them, which are never none. They are in memory of their own: room for
    /// sixteen of them, copied a few times, takes a page more of a user's stack.
    #[inline(never)]
    fn addresses(&self, uri: &Uri) -> Result<MappedMutexGuard<'_, [SocketAddr]>, ureq::Error> {
        let authority = uri.authority().ok_or(ureq::Error::HostNotFound)?;
        let https = uri.scheme_str() == Some("https");
        let now = Moment::now();
        let edition = self.book.edition.load(Ordering::Relaxed);
        let mut last = self.last.lock();
        let is_known = last.as_ref().is_some_and(|known| {
            known.until > now
                && known.https == https
                && known.edition == edition
                && known.authority == authority.as_str()
        });
        if !is_known {
            let (addresses, until) = self.asked(uri, now)?;
            if addresses.is_empty() {
                return Err(ureq::Error::HostNotFound);
            }
            *last = Some(Last { authority: authority.as_str().to_owned(), https, addresses, until, edition });
        }
        Ok(MutexGuard::map(last, |last| last.as_mut().map_or(&mut [][..], |known| &mut known.addresses)))
    }

    /// The addresses of a URL as the book has them now, and until when they are used.
    fn asked(&self, uri: &Uri, now: Moment) -> Result<(Vec<SocketAddr>, Moment), ureq::Error> {
        let (host, port) = host_and_port(uri);
        let (host, port) = self.book.routed(&host, port);
        if let Some(addresses) = self.book.known(&host, port, self.turn) {
            return Ok((self.book.usable(addresses), after(now, Duration::MAX)));
        }
        let deadline = self.timing.lock().connect_deadline;
        let answer = self.book.look_up(&format!("{host}:{port}"), deadline);
        self.timing.lock().times.resolve = now.elapsed().into();
        match answer {
            Some((Ok(addresses), until)) => Ok((self.book.usable(turned(addresses, self.turn)), until)),
            Some((Err(error), _)) => Err(ureq::Error::Other(error.into())),
            None => Err(ureq::Error::Timeout(ureq::Timeout::Resolve)),
        }
    }
}

impl Resolver for UserResolver {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = self.addresses(uri)?;
        let mut resolved = self.empty();
        for address in addresses.iter().take(MOST_ADDRESSES) {
            resolved.push(*address);
        }
        Ok(resolved)
    }
}

#[cfg(test)]
mod tests {
    use ureq::unversioned::transport::time::Duration::NotHappening as Never;

    use super::*;

    const HOST: &str = "localhost:80";

    fn address(last: u8) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, last], 80))
    }

    /// A book that was told so long ago that the address of the host, no real one, is this.
    fn told(since: Moment, until: Moment) -> Arc<AddressBook> {
        let book = AddressBook::default();
        let known = Entry::Known { answer: Ok(vec![address(99)]), since, until };
        book.entries.lock().insert(HOST.to_owned(), known);
        Arc::new(book)
    }

    fn look_up(book: &Arc<AddressBook>) -> Vec<SocketAddr> {
        let within = Moment::now() + Duration::from_secs(20);
        book.look_up(HOST, Some(within)).expect("in time").0.expect("localhost has an address")
    }

    fn ago(seconds: u64) -> Moment {
        Moment::now() - Duration::from_secs(seconds)
    }

    #[test]
    fn addresses_are_used_until_their_time_to_live_ends() {
        let later = Moment::now() + Duration::from_secs(30);
        assert_eq!(look_up(&told(ago(30), later)), [address(99)]);
        assert!(!look_up(&told(ago(60), ago(0))).contains(&address(99)), "the system was asked again");
    }

    #[test]
    fn a_failed_connection_makes_the_next_look_up_ask_again_but_not_at_once() {
        let uri: Uri = "http://LOCALHOST/".parse().expect("a URL");
        let later = Moment::now() + Duration::from_secs(30);
        let book = told(ago(0), later);
        book.strike_out(&uri);
        assert_eq!((look_up(&book), book.edition.load(Ordering::Relaxed)), (vec![address(99)], 0));

        let book = told(ago(5), later);
        book.strike_out(&uri);
        assert_eq!(book.edition.load(Ordering::Relaxed), 1, "users who remember the addresses ask again too");
        assert!(!look_up(&book).contains(&address(99)));
    }

    /// Where user number `turn` connects to for a URL.
    fn resolve(book: &Arc<AddressBook>, url: &str, turn: usize) -> Vec<SocketAddr> {
        let uri: Uri = url.parse().expect("a URL");
        let (config, timeout) = (
            Config::default(),
            NextTimeout { after: Never, reason: ureq::Timeout::Resolve, per_read: None, per_write: None },
        );
        let user = UserResolver::new(Arc::clone(book), SharedTiming::default(), turn);
        user.resolve(&uri, &config, timeout).expect("addresses").to_vec()
    }

    #[test]
    fn users_begin_at_different_addresses_of_a_host() {
        let given = |settings: HttpSettings, last| settings.resolve("shop.example", 80, address(last));
        let book = Arc::new(AddressBook::with(&[1, 2, 3].into_iter().fold(HttpSettings::default(), given)));
        let first = |turn| {
            let addresses = resolve(&book, "http://shop.example/", turn);
            (addresses.len(), addresses[0])
        };
        assert_eq!([0, 1, 2, 3].map(first), [1, 2, 3, 1].map(|last| (3, address(last))));
    }

    #[test]
    fn a_host_is_the_same_however_it_is_written() {
        for given in
            ["bücher.example", "BÜCHER.example", "bücher.example.", "xn--bcher-kva.example", "XN--BCHER-KVA.EXAMPLE"]
        {
            let book = Arc::new(AddressBook::with(&HttpSettings::default().resolve(given, 80, address(7))));
            for url in ["xn--bcher-kva.example", "XN--bcher-kva.example:80", "xn--bcher-kva.example.:80"] {
                assert_eq!(resolve(&book, &format!("http://{url}/"), 0), [address(7)], "{given} {url}");
            }
        }
        let settings = HttpSettings::default().resolve("[::1]", 80, address(1)).resolve("127.0.0.9", 80, address(2));
        let book = Arc::new(AddressBook::with(&settings.resolve("*", 80, address(3))));
        assert_eq!(resolve(&book, "http://[::1]/", 0), [address(1)]);
        assert_eq!(resolve(&book, "http://127.0.0.9/", 0), [address(2)]);
        assert_eq!(resolve(&book, "http://any.example/", 0), [address(3)]);
    }

    #[test]
    fn names_below_localhost_are_this_machine_and_nobody_is_asked() {
        let book = Arc::new(AddressBook::default());
        let own: [SocketAddr; 2] = ["[::1]:81", "127.0.0.1:81"].map(|address| address.parse().expect("an address"));
        for host in ["localhost", "LOCALHOST", "localhost.", "a.localhost", "a.b.LocalHost.", "a_b.localhost"] {
            for turn in [0, 1] {
                assert_eq!(resolve(&book, &format!("http://{host}:81/"), turn), own, "{host}");
            }
        }
        assert!(book.entries.lock().is_empty());
        assert!(!["notlocalhost", "localhost.example", "xlocalhost."].into_iter().any(is_own_name));
        let given = AddressBook::with(&HttpSettings::default().resolve("a.localhost", 80, address(7)));
        assert_eq!(resolve(&Arc::new(given), "http://a.localhost/", 0), [address(7)], "what is given comes first");
        let v4 = AddressBook::with(&HttpSettings { family: Some(Family::V4), ..HttpSettings::default() });
        assert_eq!(resolve(&Arc::new(v4), "http://a.localhost:81/", 0), own[1..]);
    }
}
