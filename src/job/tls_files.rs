//! Certificates and keys in files.

use std::path::Path;

use super::values::CertificateFile;
use crate::error::Error;
use crate::input_file;
use crate::load::HttpSettings;

/// Contents of the files that a run names: trusted authorities, a certificate and its key.
#[derive(Debug, Default)]
pub(crate) struct TlsFiles {
    ca: Option<Vec<u8>>,
    identity: Option<Identity>,
}

#[derive(Debug)]
struct Identity {
    certificate: Vec<u8>,
    key: Vec<u8>,
    password: Option<String>,
}

impl TlsFiles {
    /// # Errors
    /// When one of them cannot be read.
    pub(crate) fn read(ca: Option<&Path>, cert: Option<&CertificateFile>, key: Option<&Path>) -> Result<Self, Error> {
        let read = |flag: &str, path: &Path| {
            input_file::read(path).map_err(|error| {
                Error::usage(format!("{flag} {}: cannot be read ({error}); give a PEM file that can", path.display()))
            })
        };
        let identity = match cert {
            Some(CertificateFile { path, password }) => {
                let certificate = read("‹cert›", path)?;
                let key = match key {
                    Some(key) => read("‹key›", key)?,
                    None if String::from_utf8_lossy(&certificate).contains("PRIVATE KEY-----") => certificate.clone(),
                    None => {
                        let file = path.display();
                        return Err(Error::usage(format!(
                            "‹cert› {file}: no private key in it; give its file as ‹key›"
                        )));
                    }
                };
                Some(Identity { certificate, key, password: password.clone() })
            }
            None => None,
        };
        Ok(TlsFiles { ca: ca.map(|path| read("‹cacert›", path)).transpose()?, identity })
    }

    /// Has connections made with them.
    pub(crate) fn add_to(self, mut http: HttpSettings) -> HttpSettings {
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
