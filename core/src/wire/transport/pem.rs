//! Certificates and keys in PEM, as files, environment variables and secret stores contain it.
//!
//! Line breaks may be real, written as `\n`, or blanks; the text may be base64-encoded again, quoted, or begin with a byte
//! order mark. Errors never contain the text, which may be a private key: they have the number of the section, its length
//! and the problem. Messages of parsers are not passed on, because they quote their input.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{OptionsError, Pem};

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";
/// The beginning of `-----BEGIN ` in base64.
const BEGIN_IN_BASE64: &str = "LS0tLS1CRUdJTi";
/// The longest path of a certificate; longer text is something else.
const LONGEST_PATH: usize = 200;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whether a text is PEM and not the path of a file.
pub(crate) fn is_text(text: &str) -> bool {
    text.contains("-----BEGIN") || text.contains("PRIVATE KEY") || is_encoded(text)
}

fn is_encoded(text: &str) -> bool {
    text.trim_start_matches(is_around).starts_with(BEGIN_IN_BASE64)
}

fn is_around(c: char) -> bool {
    c.is_whitespace() || crate::base::visible::is_hidden(c) || matches!(c, '"' | '\'')
}

/// The PEM sections of an option, and its name for messages.
pub(super) struct Given {
    option: &'static str,
    place: String,
    sections: Vec<Section>,
}

/// One `-----BEGIN …-----` to its end, decoded.
struct Section {
    label: &'static str,
    der: Vec<u8>,
}

impl Given {
    pub(super) fn read(option: &'static str, given: &Pem) -> Result<Self, OptionsError> {
        let (bytes, place) = match given {
            Pem::Bytes(text) => (Cow::Borrowed(text.as_slice()), "the given text".to_owned()),
            Pem::File(path) => match std::fs::read(path) {
                Ok(text) => (Cow::Owned(text), shown(path)),
                Err(error) => return Err(unreadable(option, path, &error)),
            },
        };
        let refuse = |reason: &dyn fmt::Display| OptionsError::new(option, format_args!("{place} {reason}"));
        let text = text(&bytes).map_err(|reason| refuse(&reason))?;
        let sections = sections(&text).map_err(|reason| refuse(&reason))?;
        Ok(Self { option, place, sections })
    }

    pub(super) fn refuse(&self, reason: impl fmt::Display) -> OptionsError {
        OptionsError::new(self.option, format_args!("{} {reason}", self.place))
    }

    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, OptionsError> {
        let found: Vec<_> = self.all("CERTIFICATE").map(|der| CertificateDer::from(der.to_vec())).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let other = self.sections.first().map_or("", |section| section.label);
        Err(match other {
            "" => self.refuse("contains no certificate in PEM form"),
            label => self.refuse(format_args!("contains no certificate in PEM form, but a section {label}")),
        })
    }

    /// The first private key.
    pub(super) fn key(&self) -> Result<PrivateKeyDer<'static>, OptionsError> {
        for Section { label, der } in &self.sections {
            match *label {
                "PRIVATE KEY" => return Ok(PrivateKeyDer::Pkcs8(der.clone().into())),
                "RSA PRIVATE KEY" => return Ok(PrivateKeyDer::Pkcs1(der.clone().into())),
                "EC PRIVATE KEY" => return Ok(PrivateKeyDer::Sec1(der.clone().into())),
                "ENCRYPTED PRIVATE KEY" => return Err(self.refuse(ENCRYPTED)),
                "OPENSSH PRIVATE KEY" => {
                    return Err(self.refuse("contains a private key in OpenSSH format; PKCS #8 is needed"));
                }
                _ => {}
            }
        }
        Err(self.refuse("contains no private key; certificate and key must be in one text"))
    }

    fn all(&self, label: &'static str) -> impl Iterator<Item = &[u8]> {
        self.sections
            .iter()
            .filter(move |section| section.label == label)
            .map(|section| section.der.as_slice())
    }
}

const ENCRYPTED: &str = "contains an encrypted private key; pass it without a passphrase";

/// A path as errors show it, if it is certainly a path.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let short = text.chars().count() <= LONGEST_PATH && !text.chars().any(crate::base::visible::is_hidden);
    let named = path.extension().and_then(|extension| extension.to_str());
    let named = named.is_some_and(|extension| {
        (1..=8).contains(&extension.len()) && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if short && named { text.into_owned() } else { "the given file".to_owned() }
}

fn unreadable(option: &'static str, path: &Path, error: &std::io::Error) -> OptionsError {
    let place = shown(path);
    // The system's message does not repeat the path.
    let why = error.kind();
    if place == path.to_string_lossy() {
        return OptionsError::new(option, format_args!("cannot read {place}: {why}"));
    }
    let count = path.to_string_lossy().chars().count();
    let reason = format!(
        "neither PEM text nor a file that can be read ({why}); it has {count} characters and is not shown"
    );
    OptionsError::new(option, format_args!("the given text is {reason}"))
}

/// Decodes bytes to text, and base64 of a text.
fn text(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let text = decoded(bytes)?;
    if !is_encoded(&text) {
        return Ok(text);
    }
    let body = Body::of(&text).map_err(|reason| format!("is not valid base64: {reason}"))?;
    String::from_utf8(body.0)
        .map(Cow::Owned)
        .map_err(|_| "is base64 of something that is not text".to_owned())
}

fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, String> {
    let wide = |from: usize, unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[from..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16(&units)
            .map(Cow::Owned)
            .map_err(|_| "is broken UTF-16; save it as UTF-8".to_owned())
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(2, u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(2, u16::from_be_bytes),
        [b'-', 0, b'-', 0, ..] => wide(0, u16::from_le_bytes),
        [0, b'-', 0, b'-', ..] => wide(0, u16::from_be_bytes),
        [0x30, 0x80..=0x84, ..] => {
            Err("is binary (DER or PKCS #12); it must be PEM, to which openssl can convert it".to_owned())
        }
        // A byte order mark before the first section is ignored. Comments may be in any encoding.
        bytes => Ok(String::from_utf8_lossy(bytes)),
    }
}

fn sections(text: &str) -> Result<Vec<Section>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once(BEGIN) {
        let number = found.len() + 1;
        let Some((label, body)) = behind.split_once(DASHES) else {
            return Err(format!("is not valid PEM: section {number} has no dashes after its label"));
        };
        let Some(label) = known(label) else {
            return Err(format!("is not valid PEM: section {number} has an unsupported label"));
        };
        let Some((body, end)) = body.split_once("-----END ") else {
            let count = body.chars().count();
            let reason =
                format!("section {number} ({label}) has no end; {count} characters follow its beginning");
            return Err(format!("is not valid PEM: {reason}"));
        };
        rest = match end.split_once(DASHES) {
            Some((named, behind)) if named.trim() == label => behind,
            Some(_) => {
                return Err(format!(
                    "is not valid PEM: section {number} ({label}) has the end of another section"
                ));
            }
            None => {
                return Err(format!("is not valid PEM: section {number} ({label}) is cut off at its end"));
            }
        };
        if body.contains("Proc-Type") {
            return Err(ENCRYPTED.to_owned());
        }
        let Body(der) = Body::of(body)
            .map_err(|reason| format!("is not valid PEM: section {number} ({label}) {reason}"))?;
        found.push(Section { label, der });
    }
    if found.is_empty() && text.contains(DASHES) {
        return Err(format!("is not valid PEM: no section begins with {}", BEGIN.trim_end()));
    }
    Ok(found)
}

/// The labels that errors show; any other text may be part of a key.
fn known(label: &str) -> Option<&'static str> {
    const LABELS: [&str; 15] = [
        "CERTIFICATE",
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "DSA PRIVATE KEY",
        "EC PARAMETERS",
        "DH PARAMETERS",
        "PUBLIC KEY",
        "RSA PUBLIC KEY",
        "CERTIFICATE REQUEST",
        "TRUSTED CERTIFICATE",
        "PKCS7",
        "X509 CRL",
    ];
    let label = label.trim();
    let label = if label == "X509 CERTIFICATE" { "CERTIFICATE" } else { label };
    LABELS.into_iter().find(|known| *known == label)
}

/// The content of base64 with blanks, line breaks and escaped line breaks.
struct Body(Vec<u8>);

impl Body {
    fn of(text: &str) -> Result<Self, String> {
        let mut letters = Vec::with_capacity(text.len());
        let mut characters = text.char_indices().enumerate();
        while let Some((count, (at, c))) = characters.next() {
            match c {
                c if is_around(c) => {}
                '\\' => {
                    // `\n`, `\r`, `\t`, with as many backslashes as the text was escaped, and `\u000a`.
                    let rest = text[at..].trim_start_matches('\\');
                    let slashes = text[at..].len() - rest.len();
                    let lower = rest.get(..5).unwrap_or_default().to_ascii_lowercase();
                    let skipped = match rest.bytes().next() {
                        Some(b'n' | b'r' | b't') => 1,
                        _ if lower == "u000a" || lower == "u000d" => 5,
                        _ => 0,
                    };
                    for _ in 1..slashes + skipped {
                        characters.next();
                    }
                }
                c if c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=') => letters.push(c as u8),
                _ => {
                    let all = text.chars().count();
                    return Err(format!("has a character that is not base64: number {} of {all}", count + 1));
                }
            }
        }
        let trimmed = letters.iter().rev().skip_while(|letter| **letter == b'=').count();
        letters.truncate(trimmed);
        if letters.is_empty() {
            return Err("is empty".to_owned());
        }
        BASE64
            .decode(&letters)
            .map(Self)
            .map_err(|_| format!("is cut or damaged: {} characters of base64", letters.len()))
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn pem() -> (String, Vec<u8>, Vec<u8>) {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        // On Windows it is written with the line ends of Windows.
        let text = format!("{}{}", certificate.pem(), key.serialize_pem()).replace("\r\n", "\n");
        (text, certificate.der().to_vec(), key.serialize_der())
    }

    fn given(bytes: impl Into<Vec<u8>>) -> Result<Given, OptionsError> {
        Given::read("client_cert", &Pem::Bytes(bytes.into()))
    }

    #[test]
    fn every_form_of_stored_text_is_read() {
        let (text, certificate, key) = pem();
        let standard = base64::engine::general_purpose::STANDARD;
        let wrapped = |text: &str| {
            let encoded = standard.encode(text);
            encoded.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line) + "\n").collect::<String>()
        };
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let ways: Vec<Vec<u8>> = vec![
            text.clone().into(),
            text.replace('\n', "\r\n").into(),
            text.replace('\n', "\\n").into(),
            text.replace('\n', "\\r\\n").into(),
            text.replace('\n', "\\\\n").into(),
            text.replace('\n', "\\u000A").into(),
            text.replace('\n', " ").into(),
            text.replace('\n', "").into(),
            text.replace('\n', "\n    ").into(),
            text.replace('\n', "\u{a0}\u{200b}\n").into(),
            format!("\"{}\"", text.replace('\n', "\\n")).into(),
            format!("\u{feff}{text}").into(),
            format!("Bag Attributes: <No Attributes>\nsubject=CN = Jörg\n{text}").into(),
            standard.encode(&text).into(),
            format!(" '{}'\n", standard.encode(text.replace('\n', "\\n"))).into(),
            wrapped(&text).into(),
            wrapped(&text).replace('\n', "\\n").into(),
            little.clone(),
            big.clone(),
            [b"\xff\xfe".as_slice(), &little].concat(),
            [b"\xfe\xff".as_slice(), &big].concat(),
        ];
        for (number, way) in ways.into_iter().enumerate() {
            assert!(is_text(&String::from_utf8_lossy(&way)) || way.contains(&0), "{number}");
            let given = given(way).map_err(|error| format!("{number}: {error}")).unwrap();
            assert_eq!(given.certificates().unwrap()[0].as_ref(), certificate, "{number}");
            assert_eq!(given.key().unwrap().secret_der(), key, "{number}");
        }
    }

    /// Checks that a message contains no eight characters of a text, as text or as byte values.
    fn hides(message: &str, text: &str) {
        let lines = text.lines().filter(|line| !line.starts_with("-----"));
        for run in lines.flat_map(|line| line.as_bytes().windows(8)) {
            let shown = String::from_utf8_lossy(run).into_owned();
            let numbers = format!("{run:?}");
            assert!(
                !message.contains(&shown) && !message.contains(numbers.trim_matches(['[', ']'])),
                "{message}"
            );
        }
    }

    #[test]
    fn errors_contain_no_part_of_the_text() {
        let (text, ..) = pem();
        let key = &text[text.find("-----BEGIN PRIVATE").unwrap()..];
        let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();
        for (broken, expected) in [
            (key.replace("-----END", "----END"), "section 1 (PRIVATE KEY) has no end"),
            (key.replace("BEGIN PRIVATE KEY-----", "BEGIN PRIVATE KEY--"), "section 1"),
            (key.replace("END PRIVATE", "END RSA PRIVATE"), "has the end of another section"),
            (key.replace("PRIVATE KEY", &body), "an unsupported label"),
            (key.replace('\n', "%0A"), "not base64: number 1 of"),
            (key.replacen('M', "?", 1), "not base64: number 2 of"),
            (
                format!("-----BEGIN PRIVATE KEY-----{}-----END PRIVATE KEY-----", &body[..61]),
                "cut or damaged: 61",
            ),
            (format!("-----BEGIN PRIVATE KEY----- -----END PRIVATE KEY-----{body}"), "is empty"),
            (format!("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n{body}"), "no end"),
            (text.replace("-----BEGIN PRIVATE KEY", "----- BEGIN PRIVATE KEY"), ""),
        ] {
            let message = match given(broken.clone()).and_then(|given| given.key().map(drop)) {
                Ok(()) => panic!("{broken}"),
                Err(error) => error.to_string(),
            };
            assert!(message.contains(expected) && message.len() < 300, "{message}");
            hides(&message, &text);
        }
    }

    #[test]
    fn a_path_that_may_be_a_key_is_not_shown() {
        let (text, ..) = pem();
        let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        let refused = |path: &str| match Given::read("client_cert", &Pem::File(path.into())) {
            Ok(_) => panic!("{path}"),
            Err(error) => error.to_string(),
        };
        for path in [
            &body[..64],
            &body[..180],
            &body,
            "planted\nplanted.pem",
            "eyJwbGFu.dGVkcGxhbnRlZA.cGxhbnRlZHBsYW50ZWQ",
        ] {
            let message = refused(path);
            assert!(message.contains("neither PEM text nor a file"), "{message}");
            assert!(!message.contains(&path[..6]), "{message}");
        }
        assert!(refused("/nowhere/my ca.pem").contains("/nowhere/my ca.pem"));
        assert!(refused("C:\\nowhere\\ca.crt").contains("C:\\nowhere\\ca.crt"));
    }

    #[test]
    fn binary_forms_are_named() {
        let (_, certificate, _) = pem();
        let Err(error) = given(certificate) else { panic!("taken") };
        assert!(error.to_string().contains("DER"), "{error}");
    }
}
