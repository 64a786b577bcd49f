use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::answer;
use crate::duration;

/// Longest time that a service may take for an answer.
const LONGEST_SERVICE: Duration = Duration::from_secs(60);
/// Keys are kept as long as the process runs.
const MAX_KEY_BYTES: usize = 100;

/// Parameters of a query that are still to be read; what nobody reads is refused.
pub(super) struct Parameters(Vec<(String, String)>);

/// A line that says what to write instead, and the status of the answer that has it.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    reason: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }

    pub(super) fn bad_request(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        answer::refuse(self.status, &self.reason)
    }
}

impl Parameters {
    pub(super) fn new(query: Vec<(String, String)>) -> Self {
        Self(query)
    }

    /// Value of the parameter of this name; `None` where there is none.
    pub(super) fn take(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(at) = self.0.iter().position(|(given, _)| given == name) else { return Ok(None) };
        let (_, value) = self.0.remove(at);
        match self.0.iter().any(|(given, _)| given == name) {
            true => Err(Refusal::bad_request(format!("write {name}= once"))),
            false => Ok(Some(value)),
        }
    }

    /// The parameter `service`: how long an answer takes.
    pub(super) fn service(&mut self) -> Result<Duration, Refusal> {
        self.duration("service", "service=10ms, from 0 to 60s", |service| service <= LONGEST_SERVICE)
    }

    /// The parameter `key`: a name that sets a service apart from others of its kind.
    pub(super) fn key(&mut self) -> Result<String, Refusal> {
        let key = self.take("key")?.unwrap_or_default();
        match key.len() {
            0..=MAX_KEY_BYTES => Ok(key),
            _ => Err(Refusal::bad_request(format!("write a key= of at most {MAX_KEY_BYTES} bytes"))),
        }
    }

    /// A duration that must be given; `what` says how it is to be written.
    pub(super) fn duration(
        &mut self,
        name: &str,
        what: &str,
        is_good: impl Fn(Duration) -> bool,
    ) -> Result<Duration, Refusal> {
        let given = self.take(name)?.and_then(|text| duration::parse(&text).ok());
        given.filter(|duration| is_good(*duration)).ok_or_else(|| Refusal::bad_request(format!("write {what}")))
    }

    /// Refuses what was not read, which `known` lists.
    pub(super) fn end(self, known: &str) -> Result<(), Refusal> {
        match self.0.first() {
            Some((name, _)) => Err(Refusal::bad_request(format!("there is no {name}=; write {known}"))),
            None => Ok(()),
        }
    }
}

/// A share such as `5%` or `0.05`, from 0 to 1.
pub(super) fn share(text: &str) -> Option<f64> {
    let (number, whole) = text.strip_suffix('%').map_or((text, 1.0), |percent| (percent, 100.0));
    number.parse::<f64>().ok().map(|number| number / whole).filter(|share| (0.0..=1.0).contains(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        Parameters::new(pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect())
    }

    #[test]
    fn a_share_is_percent_or_a_number_up_to_one() {
        for (text, read) in [("5%", 0.05), ("0.05", 0.05), ("0", 0.0), ("100%", 1.0), ("1", 1.0), ("0.1%", 0.001)] {
            assert_eq!(share(text), Some(read), "{text}");
        }
        for text in ["", "%", "5", "101%", "-1%", "NaN", "five", "5 %%"] {
            assert_eq!(share(text), None, "{text}");
        }
    }

    /// What is read, or the line that refuses it.
    fn told<T>(read: Result<T, Refusal>) -> Result<T, String> {
        read.map_err(|refusal| refusal.reason)
    }

    #[test]
    fn a_parameter_is_read_once_and_what_is_left_is_refused() {
        let mut two = parameters(&[("service", "10ms"), ("sevrice", "1s")]);
        assert_eq!(told(two.service()), Ok(Duration::from_millis(10)));
        assert_eq!(told(two.take("service")), Ok(None));
        assert_eq!(told(two.end("service=")), Err("there is no sevrice=; write service=".into()));
        assert_eq!(told(parameters(&[]).end("service=")), Ok(()));
        let twice = told(parameters(&[("law", "fixed"), ("law", "fixed")]).take("law"));
        assert_eq!(twice, Err("write law= once".into()));
    }

    #[test]
    fn a_time_of_service_goes_from_nothing_to_a_minute() {
        for (text, is_good) in [("0", true), ("60s", true), ("1m", true), ("61s", false), ("-1s", false), ("", false)] {
            assert_eq!(parameters(&[("service", text)]).service().is_ok(), is_good, "{text}");
        }
        assert_eq!(told(parameters(&[]).service()), Err("write service=10ms, from 0 to 60s".into()));
    }
}
