//! Errors of TLS in words that need no knowledge of the library.

use std::io;

use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};

use super::signature::oid_words;

/// Refusal of the TLS library in an error of a connection; `None` for any other error.
pub(in crate::load::http) fn refusal(error: &io::Error) -> Option<&Error> {
    let mut error: &(dyn std::error::Error + 'static) = error.get_ref()?;
    loop {
        if let Some(error) = error.downcast_ref::<Error>() {
            return Some(error);
        }
        // What an error of I/O holds is not its source: that is the source of what it holds.
        error = match error.downcast_ref::<io::Error>() {
            Some(outer) => outer.get_ref()?,
            None => error.source()?,
        };
    }
}

/// Says it after *TLS with a.test failed:*.
pub(in crate::load::http) fn in_plain_words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(why) => certificate(why),
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::InvalidMessage(InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion) => {
            "what answers does not speak TLS; is the URL to begin with http://?".into()
        }
        Error::InvalidMessage(why) => format!("the service sent a broken message ({})", spelled(why)),
        Error::InappropriateMessage { got_type, .. } => {
            format!("the service sent a message out of turn ({})", spelled(got_type))
        }
        Error::InappropriateHandshakeMessage { got_type, .. } => {
            format!("the service sent a message of the handshake out of turn ({})", spelled(got_type))
        }
        Error::PeerIncompatible(why) => incompatible(why),
        Error::PeerMisbehaved(why) => format!("the service breaks the rules of TLS ({})", spelled(why)),
        Error::NoCertificatesPresented => "the service shows no certificate".into(),
        Error::UnsupportedNameType => "the host is no name that a certificate could have".into(),
        Error::DecryptError => "a message of the service cannot be decrypted".into(),
        Error::EncryptError => "a message is too large to be encrypted".into(),
        Error::PeerSentOversizedRecord => "the service sent more at once than TLS allows".into(),
        Error::NoApplicationProtocol => "the service speaks no protocol that was offered".into(),
        Error::InvalidEncryptedClientHello(why) => format!("the encrypted greeting was refused ({})", spelled(why)),
        Error::InvalidCertRevocationList(why) => {
            format!("the list of revoked certificates is unusable ({})", spelled(why))
        }
        Error::FailedToGetCurrentTime => "the time of this machine is unknown".into(),
        Error::FailedToGetRandomBytes => "this machine gives no random numbers".into(),
        Error::HandshakeNotComplete => "the handshake is not complete".into(),
        Error::BadMaxFragmentSize => "the largest size of a message is unusable".into(),
        Error::InconsistentKeys(_) => "the certificate and the key do not belong together".into(),
        Error::General(what) => what.clone(),
        Error::Other(error) => plain(&error.0.to_string()),
        _ => "for a reason that has no words yet".into(),
    }
}

fn certificate(why: &CertificateError) -> String {
    use CertificateError as Why;
    match why {
        Why::BadEncoding => "the certificate cannot be read".into(),
        Why::Expired => "the certificate has expired".into(),
        Why::ExpiredContext { not_after, .. } => format!("the certificate expired on {}", date(*not_after)),
        Why::NotValidYet => "the certificate is not valid yet".into(),
        Why::NotValidYetContext { not_before, .. } => format!("the certificate is valid from {} on", date(*not_before)),
        Why::Revoked => "the certificate was revoked".into(),
        Why::UnhandledCriticalExtension => {
            "the certificate has a critical extension that perfloop does not know".into()
        }
        Why::UnknownIssuer => {
            "nobody who is trusted issued the certificate; give cacert with its authority, or insecure".into()
        }
        Why::UnknownRevocationStatus | Why::ExpiredRevocationList | Why::ExpiredRevocationListContext { .. } => {
            "whether the certificate was revoked cannot be told".into()
        }
        Why::BadSignature => {
            "a signature is wrong: the certificate or the handshake was not made with the right key".into()
        }
        Why::UnsupportedSignatureAlgorithmContext { signature_algorithm_id, .. } => {
            format!(
                "the certificate is signed with {}, which perfloop does not trust",
                oid_words(signature_algorithm_id)
            )
        }
        Why::UnsupportedSignatureAlgorithmForPublicKeyContext { public_key_algorithm_id, .. } => {
            format!(
                "the certificate has a key of a kind that perfloop does not verify ({})",
                oid_words(public_key_algorithm_id)
            )
        }
        Why::NotValidForName => "the certificate is for another host".into(),
        Why::NotValidForNameContext { expected, presented } => {
            let names = presented.iter().map(|name| readable(name)).collect::<Vec<_>>().join(", ");
            let names = if names.is_empty() { "no host".to_owned() } else { names };
            format!("the certificate is for {names}, not for {}", expected.to_str())
        }
        Why::InvalidPurpose | Why::InvalidPurposeContext { .. } => "the certificate is not for servers".into(),
        Why::InvalidOcspResponse => "the proof that the certificate was not revoked is broken".into(),
        Why::ApplicationVerificationFailure => "the certificate is refused".into(),
        Why::Other(error) => plain(&error.0.to_string()),
        _ => "the certificate is signed in a way that perfloop does not trust".into(),
    }
}

fn of_alert(alert: AlertDescription) -> String {
    use AlertDescription as Alert;
    let what = match alert {
        Alert::CertificateRequired | Alert::NoCertificate => "the service asks for a certificate; give cert",
        Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied => "the service refuses the certificate that it was shown, or was shown none",
        Alert::HandshakeFailure | Alert::InsufficientSecurity => {
            "the service shares no cipher or kind of key with perfloop, or asks for a certificate"
        }
        Alert::ProtocolVersion => "the service speaks no version of TLS that was offered; perfloop speaks 1.2 and 1.3",
        Alert::UnrecognisedName => "the service does not know this host",
        Alert::InternalError => "the service failed",
        _ => "the service broke it off",
    };
    format!("{what} (alert: {})", spelled(&alert))
}

fn incompatible(why: &PeerIncompatible) -> String {
    match why {
        PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
            "the service speaks no version of TLS that was offered; perfloop speaks 1.2 and 1.3".into()
        }
        _ => format!("the service and perfloop do not agree ({})", spelled(why)),
    }
}

fn date(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| "a day far away".into(), |time| time.to_string())
}

/// A name of the library's code, as words: `NoKxGroupsInCommon` is *no kx groups in common*.
fn spelled(name: &impl std::fmt::Debug) -> String {
    words_of(&format!("{name:?}"))
}

/// What another library says of itself is often such a name.
fn plain(text: &str) -> String {
    if text.contains(' ') { text.to_owned() } else { words_of(text) }
}

fn words_of(code: &str) -> String {
    let mut words = String::new();
    let mut was_lower = false;
    for letter in code.chars() {
        match letter {
            _ if letter.is_ascii_uppercase() && was_lower => words.extend([' ', letter.to_ascii_lowercase()]),
            _ if letter.is_ascii_alphanumeric() => words.push(letter.to_ascii_lowercase()),
            _ => words.push(' '),
        }
        was_lower = letter.is_ascii_lowercase();
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// webpki writes `IpAddress(127.0.0.1)` and `DnsName("a.test")`.
fn readable(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use rustls::pki_types::ServerName;
    use rustls::{HandshakeType, OtherError, PeerMisbehaved};

    use super::*;

    #[test]
    fn names_of_code_become_words() {
        assert_eq!(words_of("NoKxGroupsInCommon"), "no kx groups in common");
        assert_eq!(words_of("MissingData(\"ServerHello\")"), "missing data server hello");
        assert_eq!(words_of("UnknownCA"), "unknown ca");
        assert_eq!(plain("CaUsedAsEndEntity"), "ca used as end entity");
    }

    #[test]
    fn no_error_shows_code() {
        let time = UnixTime::since_unix_epoch(Duration::from_secs(1_700_000_000));
        let expected = ServerName::try_from("a.test").expect("a name");
        let presented = vec!["DnsName(\"b.test\")".to_owned(), "IpAddress(127.0.0.1)".to_owned()];
        let rows: Vec<(Error, &str)> = vec![
            (CertificateError::UnknownIssuer.into(), "nobody who is trusted"),
            (CertificateError::ExpiredContext { time, not_after: time }.into(), "expired on 2023-11-14T22:13:20Z"),
            (
                CertificateError::NotValidForNameContext { expected, presented }.into(),
                "for b.test, 127.0.0.1, not for a.test",
            ),
            (
                CertificateError::UnsupportedSignatureAlgorithmContext {
                    signature_algorithm_id: vec![0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05],
                    supported_algorithms: Vec::new(),
                }
                .into(),
                "sha1WithRSAEncryption",
            ),
            (CertificateError::Other(OtherError(Arc::new(io::Error::other("CaUsedAsEndEntity")))).into(), "ca used as"),
            (Error::AlertReceived(AlertDescription::CertificateRequired), "give cert (alert: certificate required)"),
            (Error::AlertReceived(AlertDescription::Unknown(200)), "broke it off (alert: alert description 0xc8)"),
            (Error::InvalidMessage(InvalidMessage::InvalidContentType), "does not speak TLS"),
            (Error::InvalidMessage(InvalidMessage::MissingData("ServerHello")), "missing data server hello"),
            (Error::PeerMisbehaved(PeerMisbehaved::SelectedUnofferedPsk), "selected unoffered psk"),
            (PeerIncompatible::ServerDoesNotSupportTls12Or13.into(), "1.2 and 1.3"),
            (
                Error::InappropriateHandshakeMessage { expect_types: Vec::new(), got_type: HandshakeType::ServerHello },
                "server hello",
            ),
        ];
        for (error, wanted) in rows {
            let said = in_plain_words(&error);
            assert!(said.contains(wanted), "{said}");
            assert!(!said.contains(['{', '"', '[']) && !said.contains("Error"), "{said}");
        }
    }

    #[test]
    fn the_refusal_is_found_however_deep_it_lies() {
        let refusal_in = |error: io::Error| refusal(&error).cloned();
        let plain = io::Error::new(io::ErrorKind::InvalidData, Error::DecryptError);
        assert_eq!(refusal_in(plain), Some(Error::DecryptError));
        let wrapped = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, Error::DecryptError));
        assert_eq!(refusal_in(wrapped), Some(Error::DecryptError));
        assert_eq!(refusal_in(io::Error::other("x")), None);
        assert_eq!(refusal_in(io::ErrorKind::TimedOut.into()), None);
    }
}
