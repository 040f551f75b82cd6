//! Secrets in every mixture of encodings, and texts without secrets.

use proptest::prelude::*;

use super::*;

fn redactor(secrets: &[&str]) -> Redactor {
    let mut redactor = Redactor::default();
    for secret in secrets {
        redactor.add(&Secret::from(*secret));
    }
    redactor
}

fn utf16(c: char, write: impl Fn(u16) -> String) -> String {
    c.encode_utf16(&mut [0; 2]).iter().map(|unit| write(*unit)).collect()
}

fn utf8(c: char, write: impl Fn(u8) -> String) -> String {
    c.encode_utf8(&mut [0; 4]).bytes().map(write).collect()
}

/// One letter in one of the known encodings.
fn spelled(c: char, how: usize) -> Vec<u8> {
    let number = u32::from(c);
    let text = match how {
        1 => utf8(c, |byte| format!("%{byte:02x}")),
        2 => utf8(c, |byte| format!("%{byte:02X}")),
        3 if c == ' ' => "+".to_owned(),
        4 => utf16(c, |unit| format!("\\u{unit:04x}")),
        5 => utf16(c, |unit| format!("\\u{unit:04X}")),
        6 => utf8(c, |byte| format!("\\x{byte:02x}")),
        7 if c.is_ascii_punctuation() => format!("\\{c}"),
        8 => format!("&#{number};"),
        9 => format!("&#x{number:x};"),
        10 => format!("&#X{number:06X};"),
        11 => match c {
            '<' => "&lt;".to_owned(),
            '>' => "&GT;".to_owned(),
            '&' => "&amp;".to_owned(),
            '"' => "&quot;".to_owned(),
            'ö' => "&ouml;".to_owned(),
            ' ' => "&nbsp;".to_owned(),
            c => c.to_string(),
        },
        12 => utf16(c, |unit| format!("\\\\u{unit:04x}")),
        13 => utf8(c, |byte| format!("%25{byte:02x}")),
        14 => format!("&amp;#{number};"),
        15 if number < 0x100 => return vec![u8::try_from(number).unwrap()],
        16 if number < 0x100 => format!("%{number:02X}"),
        17 => utf16(c, |unit| format!("%u{unit:04X}")),
        18 => utf8(c, |byte| format!("\\{byte:03o}")),
        19 => format!("\\u{{{number:x}}}"),
        20 => format!("\\U{number:08x}"),
        21 if c == '"' || c == '\\' => format!("\\\\\\{c}"),
        22 if c == '<' => "\\u0026lt;".to_owned(),
        _ => c.to_string(),
    };
    text.into_bytes()
}

const SPELLINGS: usize = 23;
const LETTERS: &str = "aZ09/+=&<>\"'\\%#;! -_.:öß€\u{1f600}";

fn letter() -> impl Strategy<Value = char> {
    prop::sample::select(LETTERS.chars().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn each_letter_may_have_its_own_encoding(
        letters in prop::collection::vec((letter(), 0..SPELLINGS), 4..24),
        before in "[b-y ]{0,6}",
    ) {
        let secret: String = letters.iter().map(|(c, _)| *c).collect();
        prop_assume!(secret.len() >= SHORTEST_REDACTED);
        let mut text = format!("{before}|").into_bytes();
        for (c, how) in &letters {
            text.extend(spelled(*c, *how));
        }
        text.extend_from_slice(b"|behind");
        let cleaned = redactor(&[&secret]).clean_body(&Bytes::from(text.clone()), 1 << 20);
        let shown = String::from_utf8_lossy(&cleaned).into_owned();
        // A letter at an end may be part of a longer escape; nothing of the secret is left in any case.
        prop_assert!(shown.starts_with(&format!("{before}|")) && shown.contains("***") && shown.ends_with("|behind"), "{shown:?} of {:?}", String::from_utf8_lossy(&text));
        prop_assert!(shown.len() <= before.len() + 24, "{shown:?} of {:?}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn any_bytes_are_handled(text in prop::collection::vec(any::<u8>(), 0..200), longest in 0_usize..250) {
        let redactor = redactor(&["\\\\\\\\", "%%%%25", "&amp;amp;", "ööö", "    "]);
        let cleaned = redactor.clean_body(&Bytes::from(text.clone()), longest);
        prop_assert!(cleaned.len() <= longest);
        let text = String::from_utf8_lossy(&text).into_owned();
        prop_assert!(redactor.clean_to(&text, longest).chars().count() <= longest + 1);
    }

    #[test]
    fn a_text_without_secrets_is_unchanged(text in "[ -~äöü]{0,80}") {
        prop_assert_eq!(redactor(&["hunter22&%", "Pässwörd"]).clean(&text), text);
    }
}

#[test]
fn the_longer_secret_is_masked_whole_and_overlaps_too() {
    assert_eq!(redactor(&["pass", "password"]).clean("my password"), "my ***");
    assert_eq!(redactor(&["abcd", "cdefgh"]).clean("<abcdefgh>"), "<***>");
}

#[test]
fn a_secret_that_is_escaped_as_a_whole_is_masked() {
    let redactor = redactor(&["p\"ss w/rd"]);
    for form in ["p\"ss w/rd", "p\\\"ss w/rd", "p%22ss%20w%2Frd", "p%22ss+w%2Frd", "p\\\\\\\"ss w\\\\/rd"] {
        assert_eq!(redactor.clean(&format!("a {form} b")), "a *** b", "{form}");
    }
}

#[test]
fn base64_and_hexadecimal_text_with_a_secret_is_masked_whole() {
    let redactor = redactor(&["hunter22hunter22"]);
    for user in ["", "a", "ab", "abc", "user"] {
        let basic = STANDARD.encode(format!("{user}:hunter22hunter22"));
        assert_eq!(redactor.clean(&format!("\"Basic {basic}\"")), "\"Basic ***\"", "{user}");
    }
    assert_eq!(redactor.clean("x 68756E746572323268756e7465723232"), "x 68756E746572323268756e7465723232");
    assert_eq!(redactor.clean("x 68756e746572323268756e7465723232"), "x ***");
}

#[test]
fn a_token_that_is_cut_or_wrapped_is_masked() {
    let token: String = (0..200_u32).filter_map(|n| char::from_digit(n * n % 36, 36)).collect();
    let redactor = redactor(&[&token]);
    assert_eq!(redactor.clean(&format!("cut: {}…", &token[..60])), "cut: ***…");
    let wrapped = format!("{}\\r\\n{}", &token[..76], &token[76..]);
    assert_eq!(redactor.clean(&format!("wrapped: {wrapped}.")), "wrapped: ***.");
}

#[test]
fn utf16_and_text_that_was_decoded_wrongly_are_masked() {
    let redactor = redactor(&["hunter2ö"]);
    let wide: Vec<u8> = "hunter2ö".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(&redactor.clean_body(&Bytes::from(wide), 99)[..3], b"***");
    assert_eq!(redactor.clean("a hunter2Ã¶ b"), "a *** b");
}

#[test]
fn capitals_and_letters_that_were_lost_are_masked_but_not_words() {
    let redactor = redactor(&["hunter2ö", "password"]);
    for form in ["HUNTER2Ö", "Hunter2ö", "hunter2\u{fffd}", "hunter2?", "%48UNTER2%C3%96"] {
        assert_eq!(redactor.clean(&format!("a {form} b")), "a *** b", "{form}");
    }
    assert_eq!(redactor.clean("Password refused: password"), "Password refused: ***");
}

#[test]
fn texts_are_truncated_after_masking() {
    let redactor = redactor(&["hunter22"]);
    assert_eq!(redactor.clean_to(&format!("{}hunter22 and more", "x".repeat(6)), 8), "xxxxxx**…");
    let body = Bytes::from(format!("{}hunter22", "x".repeat(6)));
    assert_eq!(redactor.clean_body(&body, 8), "xxxxxx**");
}

#[test]
fn control_characters_are_escaped() {
    assert_eq!(redactor(&["hunter22"]).clean("no\nhunter22\u{1b}[2J"), "no\\n***\\u{1b}[2J");
}

/// The CPU time of this thread, which does not depend on other programs; elapsed time where the system does not say.
fn computing(begun: std::time::Instant) -> std::time::Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = spent.and_then(|text| text.split(' ').next()?.parse().ok()).filter(|&spent| spent > 0);
    nanoseconds.map_or_else(|| begun.elapsed(), std::time::Duration::from_nanos)
}

/// Not a measurement, but quadratic cost would show.
#[test]
fn hostile_texts_have_linear_cost() {
    let secret = format!("{}b", "a".repeat(100_000));
    let escapes = "\\".repeat(5000) + "x";
    let redactor = redactor(&[&secret, &escapes, "&&&&&&&&", "%25%25%25%25"]);
    let begun = std::time::Instant::now();
    for part in ["a", "\\", "\\\\u005c", "%25", "&amp;", "&#38;", "\\u0026amp;", "%5C%5C"] {
        let before = computing(begun);
        let body = Bytes::from(part.repeat((256 << 10) / part.len()));
        redactor.clean_body(&body, 16 << 10);
        let spent = computing(begun).saturating_sub(before);
        assert!(spent.as_secs() < 20, "{part}: {spent:?}");
    }
}
