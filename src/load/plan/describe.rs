//! A plan in one line: all of it that changes what a service sees, so that runs of other plans are told apart.

use std::time::Duration;

use crate::load::http::{HttpSettings, TlsResume};
use crate::load::plan::{Load, Plan, Start};
use crate::units;

impl Plan {
    /// The plan for people. What is as it is by default goes without saying.
    pub(crate) fn describe(&self) -> String {
        let mut parts = vec![self.load.to_string()];
        parts.extend(self.apart().map(|apart| format!("started {apart} apart")));
        parts.extend(self.limits());
        if !self.warmup.is_zero() {
            parts.push(format!("warm-up {}", units::short(self.warmup)));
        }
        parts.push(format!("wait {}", self.wait));
        for (name, tags) in [("tags", &self.tags.wanted), ("without tags", &self.tags.unwanted)] {
            if !tags.is_empty() {
                parts.push(format!("{name} {}", tags.join(" ")));
            }
        }
        parts.extend(self.http.describe());
        parts.join(", ")
    }

    /// How many loops, and how long, whichever ends first.
    pub(crate) fn limits(&self) -> Option<String> {
        let loops = self.loops.map(|loops| units::count(loops, "loop"));
        let requests = self.requests.map(|requests| format!("{} in all", units::count(requests, "request")));
        let limits: Vec<String> =
            loops.into_iter().chain(requests).chain(self.time_limit().map(units::short)).collect();
        (!limits.is_empty()).then(|| limits.join(" or "))
    }

    /// How far apart users start, however that was said; `None` if all start at once.
    fn apart(&self) -> Option<String> {
        let apart = match self.load {
            Load::Users { users, start: Start::RampUp(over) } => over / users.max(1),
            Load::Users { start: Start::SpawnRate(_), .. } => self.spacing(),
            _ => Duration::ZERO,
        };
        (!apart.is_zero()).then(|| units::short(apart))
    }
}

impl HttpSettings {
    /// Settings that differ from the default, but for certificates, which are no numbers' business.
    fn describe(&self) -> Vec<String> {
        let default = HttpSettings::default();
        let mut parts = Vec::new();
        if self.timeout != default.timeout {
            parts.push(format!("timeout {}", units::short(self.timeout)));
        }
        parts.extend(self.connect_timeout.map(|limit| format!("connect timeout {}", units::short(limit))));
        let switches = [
            (!self.keep_alive, "no keep-alive"),
            (self.compressed, "compressed"),
            (self.follow > 0, "following redirects"),
            (self.tls_resume != TlsResume::default(), "no TLS resumption"),
        ];
        parts.extend(switches.into_iter().filter(|(is_on, _)| *is_on).map(|(_, word)| word.to_owned()));
        // Of a proxy's URL, which may hold a password, only where it is.
        let proxy = self.proxy.as_ref().map(|url| (url.host_str().unwrap_or_default(), url.port_or_known_default()));
        parts.extend(proxy.map(|(host, port)| format!("proxy {host}:{}", port.unwrap_or_default())));
        parts.extend(self.resolve.iter().map(|(name, address)| format!("{name} at {address}")));
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_plan_says_only_what_is_not_by_default() {
        assert_eq!(Plan::new().describe(), "1 user, 10 s, wait none");
    }

    #[test]
    fn whatever_changes_what_a_service_sees_is_told() {
        let plan = || Plan::new().users(4).time(SECOND);
        let http = HttpSettings::default;
        let proxy = url::Url::parse("http://ann:secret@proxy.test:3128").expect("a URL");
        let rows = [
            (plan().loops(9), "4 users, 9 loops or 1 s, wait none"),
            (plan().warmup(SECOND).wait(2 * SECOND), "4 users, 1 s, warm-up 1 s, wait 2 s"),
            (plan().ramp_up(2 * SECOND), "4 users, started 500 ms apart, 1 s, wait none"),
            (plan().spawn_rate(2.0), "4 users, started 500 ms apart, 1 s, wait none"),
            (plan().tags(["a", "b"]).exclude_tags(["c"]), "4 users, 1 s, wait none, tags a b, without tags c"),
            (
                plan().http(http().keep_alive(false).compressed(true)),
                "4 users, 1 s, wait none, no keep-alive, compressed",
            ),
            (
                plan().http(http().timeout(SECOND).follow(3)),
                "4 users, 1 s, wait none, timeout 1 s, following redirects",
            ),
            (plan().http(http().tls_resume(TlsResume::Off)), "4 users, 1 s, wait none, no TLS resumption"),
            (plan().http(http().proxy(proxy)), "4 users, 1 s, wait none, proxy proxy.test:3128"),
        ];
        for (plan, wanted) in rows {
            assert_eq!(plan.describe(), wanted);
        }
    }
}
