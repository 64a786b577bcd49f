//! The options of an entry that change how a client connects: each other set of them has a client of its own.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use perfloop_hurl::Span;
use perfloop_hurl::ast::{OptionKind, Template};
use url::Url;

use super::values::{flag, invalid, text, time};
use crate::input_file;
use crate::load::{Family, HttpSettings, Route, TlsVersions, certificate_file, origin_key};
use crate::script::eval::{EvalError, Variables};

/// One such option, with its value.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Insecure(bool),
    Authority(Pem),
    /// Certificate, with the password of its key.
    Certificate(Pem, Option<String>),
    Key(Pem),
    Proxy(Url),
    Resolve(String, u16, Vec<IpAddr>),
    Connect(Route),
    ConnectTimeout(Duration),
    Family(Family),
    LeastTls(Tls),
    MostTls(Tls),
    /// A connection of its own for each request.
    NewConnection,
}

/// The content of a file of certificates, or why it cannot be read.
type Pem = Result<Vec<u8>, String>;

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tls {
    Older,
    V12,
    V13,
}

impl Change {
    /// Change that an option makes; `None` for an option without meaning here.
    pub(super) fn of(option: &OptionKind, variables: &Variables) -> Result<Option<Change>, EvalError> {
        use OptionKind as Kind;
        let family = |is: bool| if is { Family::V4 } else { Family::V6 };
        Ok(Some(match option {
            Kind::Insecure(value) => Change::Insecure(flag(value, variables)?),
            Kind::CaCert(name) => Change::Authority(pem("cacert", name, variables)?),
            Kind::Cert(name) => certificate(name, variables)?,
            Kind::Key(name) => Change::Key(pem("key", name, variables)?),
            Kind::Proxy(value) => Change::Proxy(proxy(value, variables)?),
            Kind::Resolve(value) => resolve(value, variables)?,
            Kind::ConnectTo(value) => Change::Connect(route(value, variables)?),
            Kind::ConnectTimeout(value) => Change::ConnectTimeout(time(value, variables)?),
            Kind::IpV4(value) => Change::Family(family(flag(value, variables)?)),
            Kind::IpV6(value) => Change::Family(family(!flag(value, variables)?)),
            Kind::TlsMin(value) => Change::LeastTls(tls("tls-min", value, variables)?),
            Kind::TlsMax(value) => Change::MostTls(tls("tls-max", value, variables)?),
            _ => return Ok(None),
        }))
    }

    /// Makes the change.
    ///
    /// # Errors
    /// One line, when its file could not be read.
    pub(crate) fn apply(&self, settings: &mut HttpSettings) -> Result<(), String> {
        match self {
            Change::Insecure(insecure) => settings.insecure = *insecure,
            Change::Authority(pem) => settings.ca_pem = Some(pem.clone()?),
            // A file may hold both the certificate and its key.
            Change::Certificate(pem, password) => {
                settings.key_password.clone_from(password);
                let key = settings.identity_pem.take().filter(|(cert, _)| cert.is_empty()).map(|(_, key)| key);
                let pem = pem.clone()?;
                settings.identity_pem = Some((pem.clone(), key.unwrap_or(pem)));
            }
            Change::Key(pem) => {
                let certificate = settings.identity_pem.take().map(|(certificate, _)| certificate);
                settings.identity_pem = Some((certificate.unwrap_or_default(), pem.clone()?));
            }
            Change::Proxy(url) => settings.proxy = Some(url.clone()),
            Change::Resolve(host, port, addresses) => {
                let origin = origin_key(host, *port);
                settings.resolve.retain(|(known, _)| *known != origin);
                settings.resolve.extend(addresses.iter().map(|ip| (origin.clone(), SocketAddr::new(*ip, *port))));
            }
            Change::Connect(route) => settings.routes.push(route.clone()),
            Change::ConnectTimeout(limit) => settings.connect_timeout = Some(*limit).filter(|limit| !limit.is_zero()),
            Change::Family(family) => settings.family = Some(*family),
            Change::LeastTls(Tls::V13) => settings.tls_versions = TlsVersions::Only13,
            Change::MostTls(Tls::V12) => settings.tls_versions = TlsVersions::Only12,
            Change::LeastTls(_) | Change::MostTls(_) => {}
            Change::NewConnection => settings.keep_alive = false,
        }
        Ok(())
    }
}

/// The content of a file of certificates, named relative to where perfloop runs.
fn pem(option: &str, name: &Template, variables: &Variables) -> Result<Pem, EvalError> {
    Ok(read(option, &text(name, variables)?))
}

fn read(option: &str, file: &str) -> Pem {
    input_file::read(file.as_ref()).map_err(|error| format!("{option} {file} cannot be read: {error}"))
}

fn certificate(name: &Template, variables: &Variables) -> Result<Change, EvalError> {
    let (file, password) = certificate_file(&text(name, variables)?);
    Ok(Change::Certificate(read("cert", &file), password))
}

fn proxy(value: &Template, variables: &Variables) -> Result<Url, EvalError> {
    let written = text(value, variables)?;
    let url = if written.contains("://") { written.clone() } else { format!("http://{written}") };
    url.parse().map_err(|error: url::ParseError| invalid(value.span, "proxy", &written, &error.to_string()))
}

fn resolve(value: &Template, variables: &Variables) -> Result<Change, EvalError> {
    let written = text(value, variables)?;
    let parts = || {
        let mut parts = written.splitn(3, ':');
        let (host, port, addresses) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        let address = |text: &str| text.trim_matches(['[', ']']).parse().ok();
        Some(Change::Resolve(host.to_owned(), port, addresses.split(',').map(address).collect::<Option<_>>()?))
    };
    parts().ok_or_else(|| invalid(value.span, "resolve", &written, "write HOST:PORT:ADDRESS"))
}

fn route(value: &Template, variables: &Variables) -> Result<Route, EvalError> {
    let written = text(value, variables)?;
    let parts = || {
        let mut rest = written.as_str();
        let mut next = || {
            // An address of IPv6 has colons of its own.
            let end = if rest.starts_with('[') { rest.find("]:").map(|at| at + 1) } else { rest.find(':') };
            let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
            rest = after.strip_prefix(':').unwrap_or(after);
            part
        };
        let host = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        let port = |part: &str| if part.is_empty() { Some(None) } else { part.parse().ok().map(Some) };
        let from = (host(next()), port(next())?);
        Some(Route { from, to: (host(next()), port(next())?) })
    };
    parts().ok_or_else(|| invalid(value.span, "connect-to", &written, "write HOST1:PORT1:HOST2:PORT2"))
}

fn tls(option: &str, value: &Template, variables: &Variables) -> Result<Tls, EvalError> {
    let written = text(value, variables)?;
    let refuse = |span: Span, why: &str| Err(invalid(span, option, &written, why));
    match (option, written.as_str()) {
        ("tls-max", "1.0" | "1.1") => refuse(value.span, "perfloop speaks TLS 1.2 and 1.3"),
        (_, "1.0" | "1.1") => Ok(Tls::Older),
        (_, "1.2") => Ok(Tls::V12),
        (_, "1.3") => Ok(Tls::V13),
        _ => refuse(value.span, "wanted 1.0, 1.1, 1.2 or 1.3"),
    }
}
