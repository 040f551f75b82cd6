//! When two names are the same to a person: as `ensure` compares them, and without all that vendors write differently.

use std::ops::RangeInclusive;

use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};
use unicase::UniCase;

use crate::legal_form;

/// A name in the form in which it is compared: composed, without case, and with single blanks between its words.
///
/// ```
/// use mspkit_reconcile::name::folded;
/// assert_eq!(folded(" Acme  IT"), folded("ACME it"));
/// ```
pub fn folded(name: &str) -> String {
    let words = name.split_whitespace().collect::<Vec<_>>().join(" ");
    // Folding can take a composed letter apart, so it is composed again.
    composed(&UniCase::unicode(composed(&words)).to_folded_case())
}

/// A text in Unicode's composed form (NFC), in which each letter is written in one way.
pub fn composed(text: &str) -> String {
    const { ComposingNormalizer::new_nfc() }.normalize(text).into_owned()
}

/// A name without what differs from one system to another: case, accents, punctuation, blanks, `&` or `and`, and the legal
/// form at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The words without the legal form, joined: what makes two names equal.
    pub(crate) bare: String,
    /// The words with the legal form, joined.
    pub(crate) full: String,
    /// The words without the legal form in alphabetical order, joined.
    pub(crate) sorted: String,
    /// The numbers in it, in order: names with other numbers are other names, however similar they are.
    pub(crate) numbers: String,
}

impl Name {
    /// Reads a name; `None` if nothing of it can be compared.
    ///
    /// ```
    /// use mspkit_reconcile::name::Name;
    /// assert!(Name::new("Müller & Söhne GmbH").unwrap().is_same(&Name::new("MULLER UND SOHNE").unwrap()));
    /// assert!(!Name::new("Contoso 1").unwrap().is_same(&Name::new("Contoso 2").unwrap()));
    /// assert!(Name::new(" - ").is_none());
    /// ```
    pub fn new(text: &str) -> Option<Self> {
        let words = words(text);
        let full = joined(&words);
        if full.is_empty() {
            return None;
        }
        let kept = legal_form::without(&words);
        let mut in_order = kept.to_vec();
        in_order.sort_unstable();
        let bare = joined(kept);
        let parts = bare.split(|letter: char| !letter.is_numeric());
        let numbers = parts.filter(|number| !number.is_empty()).collect::<Vec<_>>().join(" ");
        Some(Self { sorted: joined(&in_order), numbers, full, bare })
    }

    /// Whether both are the same name.
    pub fn is_same(&self, other: &Self) -> bool {
        self.bare == other.bare
    }
}

/// The accents of Latin, Greek and Cyrillic letters.
const ACCENTS: RangeInclusive<char> = '\u{300}'..='\u{36f}';

/// The words of a name, without case, accents and punctuation.
fn words(text: &str) -> Vec<String> {
    let compatible = const { ComposingNormalizer::new_nfkc() }.normalize(text);
    let cased = UniCase::unicode(compatible.as_ref()).to_folded_case();
    let apart = const { DecomposingNormalizer::new_nfkd() }.normalize(&cased);
    let plain_letters: String = apart.chars().filter(|letter| !ACCENTS.contains(letter)).collect();
    let mut words = vec![String::new()];
    // The marks of other scripts belong to their letters.
    for letter in composed(&plain_letters).chars() {
        let last = words.len() - 1;
        match letter {
            // What is left out as often as not.
            '.' | '\'' | '’' | '‘' | '`' | '´' | '"' => {}
            '&' | '+' => words.extend(["&".to_owned(), String::new()]),
            letter if letter.is_alphanumeric() => match plain(letter) {
                Some(letters) => words[last].push_str(letters),
                None => words[last].push(letter),
            },
            _ if words[last].is_empty() => {}
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    let last = words.len().saturating_sub(1);
    for (at, word) in words.iter_mut().enumerate() {
        // At the beginning or the end it is a part of the name: "ET Systems".
        if at > 0 && at < last && ["and", "und", "et"].contains(&word.as_str()) {
            "&".clone_into(word);
        }
    }
    words
}

/// The words without blanks, but between two numbers.
fn joined(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        if text.ends_with(char::is_numeric) && word.starts_with(char::is_numeric) {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

/// Letters with strokes and ligatures, which Unicode does not take apart.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'ı' => "i",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(one: &str, other: &str) {
        assert_eq!(folded(one), folded(other), "{one:?} and {other:?}");
    }

    #[test]
    fn case_does_not_matter() {
        same("Contoso", "CONTOSO");
        same("Łódź", "łÓDŹ");
        same("Straße", "STRASSE");
        same("ΣΊΣΥΦΟΣ", "σίσυφος");
        same("ΑΣ", "ας");
    }

    #[test]
    fn blanks_around_and_between_words_do_not_matter() {
        same("Acme IT Services", "  Acme\u{a0}IT \t Services\n");
        same("Acme\u{3000}IT", "acme it");
        assert_ne!(folded("Acme IT"), folded("AcmeIT"));
    }

    #[test]
    fn the_unicode_form_does_not_matter() {
        same("Café", "Cafe\u{301}");
        same("Å", "\u{212b}");
        same("A\u{30a}", "å");
        // A letter that exists only with its accent apart when folded.
        same("ΐ", "\u{3b9}\u{308}\u{301}");
        same("ǰ", "J\u{30c}");
    }

    #[test]
    fn other_letters_are_other_names() {
        for (one, other) in
            [("Café", "Cafe"), ("Acme Ltd", "Acme Ltd."), ("Smith & Co", "Smith and Co"), ("1", "１")]
        {
            assert_ne!(folded(one), folded(other), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn a_name_is_compared_as_itself_when_it_was_folded_before() {
        for name in ["Straße", "ΑΣ", "İstanbul", "ǰ", "ΐ", "ﬃ", " a  b ", ""] {
            assert_eq!(folded(&folded(name)), folded(name), "{name:?}");
        }
    }

    #[track_caller]
    fn bare(text: &str) -> String {
        Name::new(text).unwrap().bare
    }

    #[test]
    fn what_vendors_write_differently_does_not_matter() {
        for (one, other) in [
            ("Café Noir", "CAFE NOIR"),
            ("Møller", "Moller"),
            ("Łódź", "Lodz"),
            ("Straße", "Strasse"),
            ("ﬁnance", "Finance"),
            ("Ａｃｍｅ", "Acme"),
            ("Smith & Sons", "Smith and Sons"),
            ("Smith & Sons", "Smith und Sons"),
            ("Smith & Sons", "Smith et Sons"),
            ("Smith + Sons", "Smith＆Sons"),
            ("O'Brien", "O’Brien"),
            ("Smith-Jones", "Smith Jones"),
            ("Data Core", "DataCore"),
            ("Dr.Müller", "Dr. Muller"),
            ("contoso.com", "Contoso.Com"),
            ("株式会社 テスト", "株式会社テスト"),
        ] {
            assert_eq!(bare(one), bare(other), "{one:?} and {other:?}");
        }
    }

    #[test]
    fn what_tells_names_apart_is_kept() {
        for (one, other) in [
            ("ET Systems", "Systems"),
            ("Contoso 1", "Contoso 2"),
            ("Site 1 23", "Site 12 3"),
            ("Contoso Berlin", "Contoso Munich"),
            ("がく", "かく"),
            ("AG", "GmbH"),
        ] {
            assert_ne!(bare(one), bare(other), "{one:?} and {other:?}");
        }
        assert_eq!(Name::new(" \u{301}.- "), None);
    }

    #[test]
    fn the_numbers_of_a_name_are_known() {
        assert_eq!(Name::new("Site 12, Floor 3").unwrap().numbers, "12 3");
        assert_eq!(Name::new("Contoso").unwrap().numbers, "");
    }
}
