//! When two names are the same to a person.

use icu_normalizer::ComposingNormalizer;
use unicase::UniCase;

/// A name in the form in which operations that find or create compare it: composed, without case, and with single blanks
/// between its words. Names with the same form are the same to a person.
///
/// ```
/// assert_eq!(mspkit::folded_name("  Café  CONTOSO"), mspkit::folded_name("cafe\u{301} Contoso"));
/// assert_ne!(mspkit::folded_name("Contoso Ltd"), mspkit::folded_name("Contoso Ltd."));
/// ```
pub fn folded(name: &str) -> String {
    let words = name.split_whitespace().collect::<Vec<_>>().join(" ");
    // Folding can take a composed letter apart, so it is composed again.
    composed(&UniCase::unicode(composed(&words)).to_folded_case())
}

/// A text in Unicode's composed form (NFC), in which each letter is written in one way.
pub(super) fn composed(text: &str) -> String {
    const { ComposingNormalizer::new_nfc() }.normalize(text).into_owned()
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
}
