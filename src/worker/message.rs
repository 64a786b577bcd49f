//! Messages between a worker and a Locust master: MessagePack arrays of kind, data and node.
//!
//! A master stops listening to all workers for ever after one message that it does not expect. So each message that a
//! worker sends is a type of its own here, and names that a master takes for something else never stand as keys.

use std::collections::BTreeMap;

use rmpv::Value;
use serde::{Serialize, Serializer};

/// Message of a worker.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Told<'a> {
    /// The worker is there, and may be given users.
    ClientReady,
    Heartbeat(Heartbeat),
    /// The order to spawn has come in.
    Spawning,
    SpawningComplete(Users),
    Stats(&'a Stats),
    /// Lines for the page of the master, all that there are.
    Logs(Logs),
    /// All users have stopped.
    ClientStopped,
    /// The worker leaves.
    Quit,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Heartbeat {
    pub(super) state: State,
    /// Percent of one processor.
    pub(super) current_cpu_usage: f64,
    /// Bytes.
    pub(super) current_memory_usage: u64,
}

/// State of a worker, in the words that masters count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    Ready,
    Spawning,
    Running,
}

/// Users that are up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Users {
    #[serde(rename = "user_classes_count")]
    pub(super) by_class: BTreeMap<Key, u32>,
    #[serde(rename = "user_count")]
    pub(super) all: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Logs {
    pub(super) worker_id: String,
    pub(super) logs: Vec<String>,
}

/// What has ended since the last of these: masters add them up.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Stats {
    pub(super) stats: Vec<Entry>,
    pub(super) stats_total: Entry,
    pub(super) errors: BTreeMap<Key, Failed>,
    #[serde(flatten)]
    pub(super) users: Users,
}

/// Requests of one name and method; times in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) method: String,
    /// In seconds since 1970; `None` without any.
    pub(super) last_request_timestamp: Option<f64>,
    pub(super) start_time: f64,
    pub(super) num_requests: u64,
    /// Requests without a time; perfloop has a time of each.
    pub(super) num_none_requests: u64,
    pub(super) num_failures: u64,
    pub(super) total_response_time: f64,
    pub(super) max_response_time: f64,
    /// `None` without any: a zero would stay the shortest for ever.
    pub(super) min_response_time: Option<f64>,
    pub(super) total_content_length: u64,
    /// How many took how long.
    pub(super) response_times: Numbers,
    /// How many in each second since 1970.
    pub(super) num_reqs_per_sec: Numbers,
    pub(super) num_fail_per_sec: Numbers,
}

/// Counts with numbers as their keys, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Numbers(pub(super) Vec<(Number, u64)>);

/// Number that is whole if it can be: the keys of masters' own.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum Number {
    Whole(u64),
    Fraction(f64),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Failed {
    pub(super) name: String,
    pub(super) method: String,
    pub(super) error: String,
    pub(super) occurrences: u64,
    pub(super) first_seen: f64,
    pub(super) last_seen: f64,
}

/// Text that may stand as a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(super) struct Key(String);

impl Key {
    /// A master takes maps with these keys for a moment or an id.
    const TAKEN: [&str; 2] = ["__datetime__", "__ObjectId__"];

    pub(super) fn of(text: &str) -> Key {
        Key(if Key::TAKEN.contains(&text) { format!("({text})") } else { text.to_owned() })
    }
}

impl Number {
    /// Milliseconds of whole microseconds.
    pub(super) fn ms(micros: u64) -> Number {
        if micros.is_multiple_of(1000) {
            Number::Whole(micros / 1000)
        } else {
            Number::Fraction(micros as f64 / 1000.0)
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Number::Whole(number) => serializer.serialize_u64(*number),
            Number::Fraction(number) => serializer.serialize_f64(*number),
        }
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(number, count)| (number, count)))
    }
}

impl Told<'_> {
    /// The message as it goes out, from the node of this name.
    pub(super) fn encoded(&self, node: &str) -> Vec<u8> {
        fn of(kind: &str, data: impl Serialize, node: &str) -> Vec<u8> {
            // Into memory, of types that have a form: it cannot fail.
            rmp_serde::to_vec_named(&(kind, data, node)).unwrap_or_default()
        }
        match self {
            // Of no version of Locust, so that none is compared.
            Told::ClientReady => of("client_ready", -1, node),
            Told::Heartbeat(heartbeat) => of("heartbeat", heartbeat, node),
            Told::Spawning => of("spawning", (), node),
            Told::SpawningComplete(users) => of("spawning_complete", users, node),
            Told::Stats(stats) => of("stats", stats, node),
            Told::Logs(logs) => of("logs", logs, node),
            Told::ClientStopped => of("client_stopped", (), node),
            Told::Quit => of("quit", (), node),
        }
    }
}

/// Message of a master.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Heard {
    /// The worker is known from now on.
    Ack,
    Spawn(Spawn),
    /// The ramp-up of all workers together is over.
    SpawningComplete,
    Stop,
    Quit,
    Heartbeat,
    /// The master did not understand the last message.
    Reconnect,
    /// One that means nothing to a worker of this kind.
    Other(String),
}

/// Users that a worker is to have.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Spawn {
    /// Wall clock of the master in s: an older order is none any more.
    pub(super) timestamp: f64,
    /// All that there are to be, of each class.
    pub(crate) counts: BTreeMap<String, u32>,
    pub(crate) host: Option<String>,
    /// In s; `None` for a master that does not say.
    pub(crate) stop_timeout: Option<f64>,
    /// Options of the master's command line and page, those of its locustfile among them.
    pub(crate) options: BTreeMap<String, String>,
}

impl Heard {
    /// # Errors
    /// What is wrong with it: it is left out.
    pub(super) fn decoded(mut bytes: &[u8]) -> Result<Heard, String> {
        let value = rmpv::decode::read_value(&mut bytes).map_err(|error| error.to_string())?;
        let parts = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let [kind, data, _] = parts else { return Err("it is no array of three".into()) };
        let kind = kind.as_str().ok_or("its kind is no text")?;
        Ok(match kind {
            "ack" => Heard::Ack,
            "spawn" => Heard::Spawn(Spawn::read(data)?),
            "spawning_complete" => Heard::SpawningComplete,
            "stop" => Heard::Stop,
            "quit" => Heard::Quit,
            "heartbeat" => Heard::Heartbeat,
            "reconnect" => Heard::Reconnect,
            other => Heard::Other(other.to_owned()),
        })
    }
}

impl Spawn {
    fn read(data: &Value) -> Result<Spawn, String> {
        let counts = member(data, "user_classes_count").and_then(Value::as_map).ok_or("a spawn without classes")?;
        let count =
            |(class, count): &(Value, Value)| Some((class.as_str()?.to_owned(), u32::try_from(count.as_u64()?).ok()?));
        let options = member(data, "parsed_options").and_then(Value::as_map).map(Vec::as_slice).unwrap_or_default();
        let option = |(name, value): &(Value, Value)| Some((name.as_str()?.to_owned(), text(value)?));
        Ok(Spawn {
            timestamp: member(data, "timestamp").and_then(Value::as_f64).ok_or("a spawn without its time")?,
            counts: counts.iter().map(count).collect::<Option<_>>().ok_or("a spawn with a wrong number of users")?,
            host: member(data, "host").and_then(Value::as_str).filter(|host| !host.is_empty()).map(str::to_owned),
            stop_timeout: member(data, "stop_timeout").and_then(Value::as_f64),
            options: options.iter().filter_map(option).collect(),
        })
    }
}

fn member<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find_map(|(key, value)| (key.as_str() == Some(name)).then_some(value))
}

/// An option as text; several values one below the other. `None` for one that is not given.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Nil => None,
        Value::String(text) => text.as_str().map(str::to_owned),
        Value::Array(values) => Some(values.iter().filter_map(text).collect::<Vec<_>>().join("\n")),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: &str = "h_11111111111111111111111111111111";

    /// The bytes of a message without its node.
    fn body(told: &Told<'_>) -> Vec<u8> {
        let bytes = told.encoded(NODE);
        let end = [&[0xd9, 0x22][..], NODE.as_bytes()].concat();
        bytes.strip_suffix(&end[..]).expect("the node stands last").to_vec()
    }

    fn value(told: &Told<'_>) -> Value {
        rmpv::decode::read_value(&mut &told.encoded(NODE)[..]).expect("MessagePack")
    }

    #[test]
    fn messages_are_byte_for_byte_what_a_master_accepts() {
        assert_eq!(body(&Told::ClientReady), [&[0x93, 0xac][..], b"client_ready", &[0xff]].concat());
        assert_eq!(body(&Told::Quit), [&[0x93, 0xa4][..], b"quit", &[0xc0]].concat());
        let heartbeat = Heartbeat { state: State::Ready, current_cpu_usage: 1.5, current_memory_usage: 70_000 };
        let told = value(&Told::Heartbeat(heartbeat)).to_string();
        let wanted = "{\"state\": \"ready\", \"current_cpu_usage\": 1.5, \"current_memory_usage\": 70000}";
        assert_eq!(told, format!("[\"heartbeat\", {wanted}, \"{NODE}\"]"));
    }

    #[test]
    fn an_idle_report_has_no_shortest_time_and_no_last_request() {
        let told = value(&Told::Stats(&Stats::default())).to_string();
        for part in [
            "\"last_request_timestamp\": nil",
            "\"min_response_time\": nil",
            "\"user_classes_count\": {}",
            "\"user_count\": 0",
            "\"response_times\": {}",
        ] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }

    #[test]
    fn times_and_seconds_are_numbers_as_keys() {
        let numbers = Numbers(vec![(Number::ms(420), 2), (Number::ms(12_000), 3)]);
        let entry = Entry { response_times: numbers, ..Entry::default() };
        let told = value(&Told::Stats(&Stats { stats: vec![entry], ..Stats::default() })).to_string();
        assert!(told.contains("\"response_times\": {0.42: 2, 12: 3}"), "{told}");
    }

    #[test]
    fn names_that_deafen_a_master_are_no_keys() {
        let users = Users { by_class: BTreeMap::from([(Key::of("__datetime__"), 1)]), all: 1 };
        let told = value(&Told::SpawningComplete(users)).to_string();
        assert!(told.contains("{\"(__datetime__)\": 1}"), "{told}");
    }

    #[test]
    fn an_order_to_spawn_is_read_with_its_options() {
        let map = |members: Vec<(&str, Value)>| {
            Value::Map(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
        };
        let options = map(vec![
            ("tags", Value::Array(vec!["a".into(), "b".into()])),
            ("perf_wait", "1s".into()),
            ("num_users", 5.into()),
            ("host", Value::Nil),
        ]);
        let data = map(vec![
            ("timestamp", 1.5.into()),
            ("user_classes_count", map(vec![("User", 3.into()), ("Other", 0.into())])),
            ("host", "http://a.test".into()),
            ("stop_timeout", 0.0.into()),
            ("parsed_options", options),
        ]);
        let mut bytes = Vec::new();
        let message = Value::Array(vec!["spawn".into(), data, "node".into()]);
        rmpv::encode::write_value(&mut bytes, &message).expect("written");
        let Ok(Heard::Spawn(spawn)) = Heard::decoded(&bytes) else { panic!("a spawn") };
        assert_eq!(spawn.counts, BTreeMap::from([("User".to_owned(), 3), ("Other".to_owned(), 0)]));
        assert_eq!(
            (spawn.timestamp, spawn.host.as_deref(), spawn.stop_timeout),
            (1.5, Some("http://a.test"), Some(0.0))
        );
        let options: Vec<_> = spawn.options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(options, [("num_users", "5"), ("perf_wait", "1s"), ("tags", "a\nb")]);
    }

    #[test]
    fn what_is_no_message_is_told_and_unknown_kinds_are_known_as_such() {
        for bytes in
            [&b""[..], b"\x93\xa3ack", b"\xc0", b"\x92\xa3ack\xc0", b"\x93\x01\xc0\xa1n", b"\x93\xa5spawn\xc0\xa1n"]
        {
            assert!(Heard::decoded(bytes).is_err(), "{bytes:?}");
        }
        assert_eq!(Heard::decoded(b"\x93\xa3ack\xc0\xa1n"), Ok(Heard::Ack));
        assert_eq!(Heard::decoded(b"\x93\xa3new\xc0\xa1n"), Ok(Heard::Other("new".into())));
    }
}
