//! Reads the packets of a capture file: classic pcap, Ethernet, IPv4, TCP.
//!
//! This is the little that is needed here, so that tcpdump is enough. It was held against tshark's fields on captures
//! of all four cases.

use std::io::{self, Read};

/// A segment with payload, or one that opens or closes a connection.
#[derive(Debug)]
pub(crate) struct Segment<'a> {
    /// Nanoseconds since 1970.
    pub(crate) time: u64,
    /// The port of the client, which names the connection.
    pub(crate) client: u16,
    pub(crate) from_client: bool,
    pub(crate) sequence: u32,
    pub(crate) is_syn: bool,
    /// The sender sends no more.
    pub(crate) is_end: bool,
    /// Length of the payload on the wire.
    pub(crate) length: u32,
    /// As much of the payload as was captured.
    pub(crate) payload: &'a [u8],
}

/// A capture file.
#[derive(Debug)]
pub(crate) struct Packets<R> {
    reader: R,
    buffer: Vec<u8>,
    port: u16,
    nanoseconds_per_tick: u64,
}

const MAGIC_MICRO: u32 = 0xa1b2_c3d4;
const MAGIC_NANO: u32 = 0xa1b2_3c4d;
const ETHERNET: u32 = 1;
const ETHERNET_HEADER: usize = 14;
const IPV4: u16 = 0x0800;
const TCP: u8 = 6;
const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RESET: u8 = 0x04;

impl<R: Read> Packets<R> {
    /// The packets to and from a server at this port.
    ///
    /// # Errors
    /// When it is no such file of this machine's byte order, as tcpdump writes it.
    pub(crate) fn new(mut reader: R, port: u16) -> io::Result<Self> {
        let mut header = [0; 24];
        reader.read_exact(&mut header)?;
        let nanoseconds_per_tick = match native_u32(&header, 0) {
            Some(MAGIC_MICRO) => 1000,
            Some(MAGIC_NANO) => 1,
            _ => return Err(io::Error::other("not a pcap file of this machine")),
        };
        if native_u32(&header, 20) != Some(ETHERNET) {
            return Err(io::Error::other("not a capture of Ethernet"));
        }
        Ok(Packets { reader, buffer: Vec::new(), port, nanoseconds_per_tick })
    }

    /// The next segment; `None` at the end of the file.
    pub(crate) fn next_segment(&mut self) -> io::Result<Option<Segment<'_>>> {
        loop {
            let mut header = [0; 16];
            match self.reader.read_exact(&mut header) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
                result => result?,
            }
            let word = |at| u64::from(native_u32(&header, at).unwrap_or_default());
            let time = word(0) * 1_000_000_000 + word(4) * self.nanoseconds_per_tick;
            self.buffer.resize(word(8) as usize, 0);
            self.reader.read_exact(&mut self.buffer)?;
            if segment(&self.buffer, time, self.port).is_some() {
                break Ok(segment(&self.buffer, time, self.port));
            }
        }
    }
}

fn native_u32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn segment(frame: &[u8], time: u64, port: u16) -> Option<Segment<'_>> {
    if u16_at(frame, 12)? != IPV4 {
        return None;
    }
    let ip = frame.get(ETHERNET_HEADER..)?;
    let ip_header = usize::from(*ip.first()? & 0x0f) * 4;
    if *ip.get(9)? != TCP {
        return None;
    }
    let tcp = ip.get(ip_header..)?;
    let tcp_header = usize::from(*tcp.get(12)? >> 4) * 4;
    let (source, destination) = (u16_at(tcp, 0)?, u16_at(tcp, 2)?);
    let sequence = tcp.get(4..8)?.try_into().ok().map(u32::from_be_bytes)?;
    let flags = *tcp.get(13)?;
    let (is_syn, is_end) = (flags & SYN != 0, flags & (FIN | RESET) != 0);
    let length = usize::from(u16_at(ip, 2)?).checked_sub(ip_header + tcp_header)?;
    let from_client = destination == port;
    if !(from_client || source == port) || (length == 0 && !is_syn && !is_end) {
        return None;
    }
    let client = if from_client { source } else { destination };
    let payload = tcp.get(tcp_header..).unwrap_or_default();
    let payload = &payload[..payload.len().min(length)];
    Some(Segment { time, client, from_client, sequence, is_syn, is_end, length: u32::try_from(length).ok()?, payload })
}
