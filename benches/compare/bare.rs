//! The bare blocking loop: what a thread per user costs with nothing around it.
//!
//! It runs in a process of its own, this bench called with [`ARGUMENT`], so that it is measured as all others are.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use crate::job::address_and_path;
use crate::machine;

/// Makes this process the loop; `URL LENGTH USERS SECONDS` follow.
pub(crate) const ARGUMENT: &str = "--bare";

/// As perfloop's users have.
const STACK: usize = 512 * 1024;
/// A head that does not end within this is wrong.
const BUFFER: usize = 4096;

/// Prints `VERIFIED WRONG SECONDS`.
pub(crate) fn main(arguments: &[String]) -> ExitCode {
    match parse(arguments).map(|(url, length, users, time)| run(url, length, users, time)) {
        Some(Ok((verified, wrong, time))) => {
            println!("{verified} {wrong} {}", time.as_secs_f64());
            ExitCode::SUCCESS
        }
        Some(Err(error)) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
        None => ExitCode::from(2),
    }
}

fn parse(arguments: &[String]) -> Option<(&str, usize, usize, Duration)> {
    let [url, length, users, seconds] = arguments else { return None };
    let time = Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?;
    Some((url, length.parse().ok()?, users.parse().ok()?, time))
}

/// What one user did, from its first request to its last answer.
struct Done {
    verified: u64,
    wrong: u64,
    start: Instant,
    end: Instant,
}

fn run(url: &str, length: usize, users: usize, time: Duration) -> io::Result<(u64, u64, Duration)> {
    machine::raise_open_files();
    let (address, path) = address_and_path(url);
    let request: Arc<[u8]> = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes().into();
    let (stop, gate) = (Arc::new(AtomicBool::new(false)), Arc::new(Barrier::new(users + 1)));
    let mut threads = Vec::with_capacity(users);
    for _ in 0..users {
        let (address, request) = (address.to_owned(), Arc::clone(&request));
        let (stop, gate) = (Arc::clone(&stop), Arc::clone(&gate));
        threads.push(thread::Builder::new().stack_size(STACK).spawn(move || {
            machine::schedule_as_batch();
            gate.wait();
            user(&address, &request, length, &stop)
        })?);
    }
    gate.wait();
    thread::sleep(time);
    stop.store(true, Ordering::Relaxed);
    let done: Vec<Done> = threads.into_iter().filter_map(|thread| thread.join().ok()).collect();
    let (start, end) = (done.iter().map(|user| user.start).min(), done.iter().map(|user| user.end).max());
    let time = end.zip(start).map_or(time, |(end, start)| end - start);
    Ok((done.iter().map(|user| user.verified).sum(), done.iter().map(|user| user.wrong).sum(), time))
}

/// Sends, reads and checks until the stop; a connection that breaks is one wrong answer, and the user's last.
fn user(address: &str, request: &[u8], length: usize, stop: &AtomicBool) -> Done {
    let start = Instant::now();
    let (mut verified, mut wrong) = (0, 0);
    let mut exchanges = || -> io::Result<()> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let mut buffer = [0; BUFFER];
        while !stop.load(Ordering::Relaxed) {
            stream.write_all(request)?;
            match read_answer(&mut stream, &mut buffer)? {
                (200, body) if body == length => verified += 1,
                _ => wrong += 1,
            }
        }
        Ok(())
    };
    if exchanges().is_err() {
        wrong += 1;
    }
    Done { verified, wrong, start, end: Instant::now() }
}

/// Status and body length of an answer, which is read to its end.
fn read_answer(stream: &mut TcpStream, buffer: &mut [u8; BUFFER]) -> io::Result<(u16, usize)> {
    let mut filled = 0;
    let head = loop {
        filled += read_some(stream, &mut buffer[filled..])?;
        if let Some(end) = buffer[..filled].windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
    };
    let (status, length) = parse_head(&buffer[..head]).ok_or(io::ErrorKind::InvalidData)?;
    let mut body = filled - head - 4;
    while body < length {
        body += read_some(stream, buffer)?;
    }
    Ok((status, body))
}

/// At least one byte, or an error.
fn read_some(stream: &mut TcpStream, room: &mut [u8]) -> io::Result<usize> {
    match stream.read(room)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        bytes => Ok(bytes),
    }
}

/// Status and `Content-Length`.
fn parse_head(head: &[u8]) -> Option<(u16, usize)> {
    const NAME: &[u8] = b"content-length:";
    let mut lines = head.split(|byte| *byte == b'\n');
    let status = number(lines.next()?.get(9..12)?)?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_at_checked(NAME.len())?;
        name.eq_ignore_ascii_case(NAME).then(|| number(value.trim_ascii()))?
    })?;
    Some((u16::try_from(status).ok()?, length))
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
