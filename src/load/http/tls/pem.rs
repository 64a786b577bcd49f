//! Files of certificates and keys, as text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;

use crate::error::Error;

/// Block between a line `-----BEGIN LABEL-----` and its end.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) label: String,
    /// `Name: value` before the content, as keys of older programs have.
    headers: Vec<(String, String)>,
    pub(super) content: Vec<u8>,
}

impl Section {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|(known, value)| (known == name).then_some(value.as_str()))
    }
}

/// All sections of a file, in their order.
///
/// # Errors
/// One that has no end, or whose content is broken.
pub(super) fn sections(pem: &[u8]) -> Result<Vec<Section>, String> {
    let text = String::from_utf8_lossy(pem);
    let mut lines = text.lines().map(str::trim);
    let mut sections = Vec::new();
    while let Some(line) = lines.next() {
        let Some(label) = line.strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----")) else {
            continue;
        };
        let (end, mut headers, mut content) = (format!("-----END {label}-----"), Vec::new(), String::new());
        loop {
            let line = lines.next().ok_or_else(|| format!("the {} has no end", label.to_lowercase()))?;
            match line.split_once(':') {
                _ if line == end => break,
                Some((name, value)) => headers.push((name.trim().to_owned(), value.trim().to_owned())),
                None => content.push_str(line),
            }
        }
        let content = STANDARD.decode(content).map_err(|_| format!("the {} is broken", label.to_lowercase()))?;
        sections.push(Section { label: label.to_owned(), headers, content });
    }
    Ok(sections)
}

/// The certificates of a file.
///
/// # Errors
/// When there is none, or one that cannot be read.
pub(super) fn certificates(flag: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let sections = sections(pem).map_err(|what| broken(flag, &what))?;
    let is_meant = |section: &Section| ["CERTIFICATE", "X509 CERTIFICATE"].contains(&section.label.as_str());
    let found = sections.into_iter().filter(is_meant).map(|section| section.content.into());
    let certificates: Vec<CertificateDer<'static>> = found.collect();
    if certificates.is_empty() { Err(broken(flag, "no certificate in it")) } else { Ok(certificates) }
}

pub(super) fn broken(flag: &str, what: &str) -> Error {
    Error::usage(format!("{flag}: {what}; give a file of PEM certificates"))
}
