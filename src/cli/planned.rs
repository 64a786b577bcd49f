//! The plan that the flags make.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use super::args::Args;
use super::headers;
use super::values::CertificateFile;
use crate::error::Error;
use crate::input_file;
use crate::load::{HttpSettings, Load, Plan, Rate, Start, Wait};
use crate::report::Detail;

/// What curl follows at most would be 50; browsers give up at 20. A loop shows before ten.
const MAX_REDIRECTS: u32 = 10;

/// What `--cacert`, `--cert` and `--key` hold.
#[derive(Debug, Default)]
pub(super) struct TlsFiles {
    ca: Option<Vec<u8>>,
    identity: Option<Identity>,
}

#[derive(Debug)]
struct Identity {
    certificate: Vec<u8>,
    key: Vec<u8>,
    password: Option<String>,
}

impl Args {
    /// How much is told at the end.
    pub(super) fn detail(&self) -> Detail {
        if self.verbose { Detail::Full } else { Detail::Short }
    }
}

impl TlsFiles {
    /// # Errors
    /// When one of them cannot be read.
    pub(super) fn read(ca: Option<&Path>, cert: Option<&CertificateFile>, key: Option<&Path>) -> Result<Self, Error> {
        let read = |flag: &str, path: &Path| {
            input_file::read(path).map_err(|error| {
                Error::usage(format!("{flag} {}: cannot be read ({error}); give a PEM file that can", path.display()))
            })
        };
        let identity = match cert {
            Some(CertificateFile { path, password }) => {
                let certificate = read("--cert", path)?;
                let key = match key {
                    Some(key) => read("--key", key)?,
                    None if String::from_utf8_lossy(&certificate).contains("PRIVATE KEY-----") => certificate.clone(),
                    None => {
                        let file = path.display();
                        return Err(Error::usage(format!(
                            "--cert {file}: no private key in it; give its file as --key"
                        )));
                    }
                };
                Some(Identity { certificate, key, password: password.clone() })
            }
            None => None,
        };
        Ok(TlsFiles { ca: ca.map(|path| read("--cacert", path)).transpose()?, identity })
    }

    /// Has connections made with them.
    pub(super) fn add_to(self, mut http: HttpSettings) -> HttpSettings {
        if let Some(pem) = self.ca {
            http = http.ca_pem(pem);
        }
        if let Some(Identity { certificate, key, password }) = self.identity {
            http = http.identity_pem(certificate, key);
            http.key_password = password;
        }
        http
    }
}

impl Args {
    /// # Errors
    /// When one of them cannot be read.
    pub(super) fn tls_files(&self) -> Result<TlsFiles, Error> {
        TlsFiles::read(self.cacert.as_deref(), self.cert.as_ref(), self.key.as_deref())
    }

    /// The plan these flags make of another, with the files that they name.
    pub(super) fn plan(&self, base: Plan, files: TlsFiles) -> Plan {
        let mut http = base.http.clone().timeout(self.timeout).tls_resume(self.tls_resume);
        http.keep_alive &= !self.no_keepalive;
        http.compressed |= self.compressed;
        http.insecure |= self.insecure;
        http.max_body = self.max_body;
        if self.location {
            http = http.follow(MAX_REDIRECTS);
        }
        if let Some(limit) = self.connect_timeout {
            http = http.connect_timeout(limit);
        }
        http = files.add_to(http);
        if let Some(proxy) = &self.proxy {
            http = http.proxy(proxy.clone());
        }
        for (host, port, addresses) in &self.resolve {
            for address in addresses {
                http = http.resolve(host, *port, SocketAddr::new(*address, *port));
            }
        }
        http.omitted.extend(headers::omitted(&self.headers));
        if let Some(host) = &self.host {
            http = http.host(host.clone());
        }
        let load = self.load(&base.load);
        let mut plan = base.stop_timeout(self.stop_timeout).stack_size(self.stack_size).http(http);
        plan.load = load;
        plan.seed = self.seed.or(plan.seed);
        plan.warmup = self.warmup.unwrap_or(plan.warmup);
        if !self.tags.is_empty() {
            plan = plan.tags(&self.tags);
        }
        if !self.exclude_tags.is_empty() {
            plan = plan.exclude_tags(&self.exclude_tags);
        }
        if let Some(time) = self.time {
            plan = plan.time(time);
        }
        if self.rate.is_some() {
            // They are the plan's for a load that the flag replaces; beside the flag they are refused.
            plan.loops = None;
            plan.wait = Wait::NONE;
        }
        if let Some(loops) = self.loops {
            plan = plan.loops(loops);
        }
        plan.renamings.extend(self.names.iter().cloned());
        if self.no_grouping {
            plan = plan.grouping(false);
        }
        if let Some(requests) = self.requests {
            plan = plan.requests(requests);
        }
        if let Some(wait) = self.wait {
            plan = plan.wait(wait);
        }
        if let Some(interval) = self.pace {
            plan = plan.pace(interval);
        }
        plan
    }

    fn load(&self, base: &Load) -> Load {
        if let Some(stages) = &self.stages {
            return Load::Stages(stages.clone());
        } else if let Some(of) = &self.rate {
            let max_users = self.max_users.unwrap_or(Plan::DEFAULT_MAX_USERS);
            return Load::Rate(Rate { of: of.clone(), poisson: self.poisson, max_users });
        }
        let (users, start) = match base {
            Load::Users { users, start } => (*users, *start),
            other if self.users.is_none() => return other.clone(),
            _ => (1, Start::RampUp(Duration::ZERO)),
        };
        let start = match (self.spawn_rate, self.ramp_up) {
            (Some(rate), _) => Start::SpawnRate(rate),
            (None, Some(ramp_up)) => Start::RampUp(ramp_up),
            (None, None) => start,
        };
        Load::Users { users: self.users.unwrap_or(users), start }
    }

    /// Takes what has a default, and was not given, from a plan.
    pub(super) fn default_to(&mut self, base: &Plan, was_given: impl Fn(&str) -> bool) {
        if !was_given("stop_timeout") {
            self.stop_timeout = base.stop_timeout;
        }
        if !was_given("stack_size") {
            self.stack_size = base.stack_size;
        }
        if !was_given("timeout") {
            self.timeout = base.http.timeout;
        }
        if !was_given("max_body") {
            self.max_body = base.http.max_body;
        }
        if !was_given("tls_resume") {
            self.tls_resume = base.http.tls_resume;
        }
    }

    /// The first flag given that describes the request of a URL, or what to expect of its answer.
    pub(super) fn url_flag(&self) -> Option<&'static str> {
        let given = [
            (self.method.is_some(), "--method"),
            (self.data.is_some(), "--data"),
            (self.json_data.is_some(), "--json-data"),
            (self.expect_status.is_some(), "--expect-status"),
            (!self.expect_json.is_empty(), "--expect-json"),
            (!self.expect_contains.is_empty(), "--expect-contains"),
            (!self.expect_header.is_empty(), "--expect-header"),
        ];
        given.into_iter().find_map(|(is_given, flag)| is_given.then_some(flag))
    }

    /// The first flag given that describes what is sent to a TARGET, or what to expect of its answer.
    pub(super) fn target_flag(&self) -> Option<&'static str> {
        let given = [
            (!self.headers.is_empty(), "--header"),
            (self.basic_auth.is_some(), "--basic-auth"),
            (self.feed.is_some(), "--feed"),
        ];
        self.url_flag().or_else(|| given.into_iter().find_map(|(is_given, flag)| is_given.then_some(flag)))
    }

    /// The first flag given that says how to make requests, or what to expect.
    pub(super) fn request_flag(&self) -> Option<&'static str> {
        let given = [
            (self.location, "--location"),
            (self.compressed, "--compressed"),
            (self.cacert.is_some(), "--cacert"),
            (self.insecure, "--insecure"),
            (self.cert.is_some(), "--cert"),
            (!self.resolve.is_empty(), "--resolve"),
            (self.proxy.is_some(), "--proxy"),
        ];
        self.target_flag().or_else(|| given.into_iter().find_map(|(is_given, flag)| is_given.then_some(flag)))
    }
}
