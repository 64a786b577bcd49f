//! SOCKS5 (RFC 1928) with user and password (RFC 1929).

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};

use ureq::http::Uri;

use super::proxy::{SocksProxy, port_of, refused};

const VERSION: u8 = 5;
const NO_AUTHENTICATION: u8 = 0;
const PASSWORD: u8 = 2;

impl SocksProxy {
    /// Asks the proxy at the other end for a connection to the target.
    pub(super) fn open(
        &self,
        stream: &mut (impl Read + Write),
        target: &Uri,
        address: Option<SocketAddr>,
    ) -> io::Result<()> {
        let method = if self.credentials.is_some() { PASSWORD } else { NO_AUTHENTICATION };
        stream.write_all(&[VERSION, 1, method])?;
        let [_, chosen] = read(stream)?;
        if chosen != method {
            return Err(refused("it wants another way to log in"));
        }
        if let Some((user, password)) = &self.credentials {
            let mut login = vec![1];
            push_short(&mut login, user)?;
            push_short(&mut login, password)?;
            stream.write_all(&login)?;
            let [_, status] = read(stream)?;
            if status != 0 {
                return Err(refused("it refuses the user or the password"));
            }
        }
        stream.write_all(&request(target, address)?)?;
        let [_, status, _, kind] = read(stream)?;
        if status != 0 {
            return Err(refused(reason(status)));
        }
        // The address it connects from, which is not needed, and the port.
        let length = match kind {
            1 => 4,
            3 => read::<1>(stream)?[0].into(),
            4 => 16,
            _ => return Err(refused("its answer is broken")),
        };
        stream.read_exact(&mut [0; 255 + 2][..length + 2])
    }
}

fn request(target: &Uri, address: Option<SocketAddr>) -> io::Result<Vec<u8>> {
    let mut request = vec![VERSION, 1, 0];
    let host = target.host().unwrap_or_default().trim_matches(['[', ']']);
    match address.map(|address| address.ip()).or_else(|| host.parse().ok()) {
        Some(IpAddr::V4(address)) => {
            request.push(1);
            request.extend(address.octets());
        }
        Some(IpAddr::V6(address)) => {
            request.push(4);
            request.extend(address.octets());
        }
        None => {
            request.push(3);
            push_short(&mut request, host)?;
        }
    }
    request.extend(port_of(target).to_be_bytes());
    Ok(request)
}

fn push_short(bytes: &mut Vec<u8>, text: &str) -> io::Result<()> {
    let length = u8::try_from(text.len()).map_err(|_| refused("a name is longer than SOCKS can say"))?;
    bytes.push(length);
    bytes.extend(text.as_bytes());
    Ok(())
}

fn read<const N: usize>(stream: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn reason(status: u8) -> &'static str {
    match status {
        2 => "it does not allow this target",
        3 | 4 => "it cannot reach the target",
        5 => "its connection to the target was refused",
        _ => "it failed",
    }
}
