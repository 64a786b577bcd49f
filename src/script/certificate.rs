//! The certificate of the other side, as queries name its fields.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Name;

use super::eval::Certificate;

/// Fields of a certificate (DER); empty for one that cannot be read.
pub(super) fn certificate(der: &[u8]) -> Certificate {
    let value = Some(pem(der));
    let Ok((_, read)) = X509Certificate::from_der(der) else { return Certificate { value, ..Certificate::default() } };
    let date = |time: ASN1Time| DateTime::from_timestamp(time.timestamp(), 0);
    Certificate {
        subject: Some(name(read.subject())),
        issuer: Some(name(read.issuer())),
        start_date: date(read.validity().not_before),
        expire_date: date(read.validity().not_after),
        serial_number: Some(serial(read.raw_serial())),
        subject_alt_name: read.subject_alternative_name().ok().flatten().map(|names| {
            let names: Vec<String> = names.value.general_names.iter().map(general_name).collect();
            names.join(", ")
        }),
        value,
    }
}

/// `C = US, O = Org, CN = localhost`, in the order of the certificate.
fn name(name: &X509Name<'_>) -> String {
    let parts = name.iter_attributes().map(|part| {
        let oid = part.attr_type();
        let kind = match x509_parser::objects::oid2abbrev(oid, x509_parser::objects::oid_registry()) {
            Ok(short) => short.to_owned(),
            Err(_) => oid.to_id_string(),
        };
        format!("{kind} = {}", part.as_str().unwrap_or_default())
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// `1e:e8:b1`
fn serial(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

fn general_name(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(name) => format!("DNS:{name}"),
        GeneralName::RFC822Name(name) => format!("email:{name}"),
        GeneralName::URI(name) => format!("URI:{name}"),
        GeneralName::IPAddress(bytes) => format!("IP Address:{}", address(bytes)),
        other => other.to_string(),
    }
}

/// Address as OpenSSL writes it: one of IPv6 in full.
fn address(bytes: &[u8]) -> String {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return std::net::Ipv4Addr::from(v4).to_string();
    }
    let groups = bytes.chunks(2).map(|pair| pair.iter().fold(0_u16, |group, byte| (group << 8) | u16::from(*byte)));
    groups.map(|group| format!("{group:X}")).collect::<Vec<_>>().join(":")
}

/// Certificate as PEM, in lines of 64 characters.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_has_no_fields() {
        let read = certificate(&[0; 60]);
        assert_eq!((read.subject, read.serial_number), (None, None));
        let value = read.value.expect("a value");
        assert_eq!(value.lines().map(str::len).collect::<Vec<_>>(), [27, 64, 16, 25]);
    }

    #[test]
    fn addresses_and_serials_are_written_as_openssl_does() {
        assert_eq!(address(&[127, 0, 0, 1]), "127.0.0.1");
        let v6: Vec<u8> = [[0_u8; 15].as_slice(), &[1]].concat();
        assert_eq!(address(&v6), "0:0:0:0:0:0:0:1");
        assert_eq!(serial(&[0x1e, 0x0e]), "1e:0e");
    }
}
