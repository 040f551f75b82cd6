//! Legal forms at the end of names: Ltd, GmbH, B.V. and the like.

/// Legal forms as single words, without case, accents and dots.
const FORMS: &[&str] = &[
    "ab",
    "aktiengesellschaft",
    "ag",
    "aps",
    "as",
    "asa",
    "bhd",
    "bv",
    "bvba",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "doo",
    "eg",
    "eirl",
    "ek",
    "ev",
    "gbr",
    "gesmbh",
    "ggmbh",
    "gmbh",
    "haftungsbeschrankt",
    "hf",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "kgaa",
    "lda",
    "limited",
    "llc",
    "llp",
    "lp",
    "lllp",
    "ltd",
    "ltda",
    "mbb",
    "mbh",
    "nv",
    "ohg",
    "ou",
    "oy",
    "oyj",
    "partg",
    "pc",
    "plc",
    "pllc",
    "private",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sarl",
    "sas",
    "sasu",
    "sca",
    "scrl",
    "sdn",
    "se",
    "sl",
    "slu",
    "snc",
    "spa",
    "spj",
    "spk",
    "spolka",
    "spzoo",
    "srl",
    "srls",
    "sro",
    "ug",
    "vof",
    "zrt",
];

/// Legal forms of several words that are no legal forms on their own.
const PHRASES: &[&[&str]] =
    &[&["sp", "z", "oo"], &["sp", "zoo"], &["z", "oo"], &["s", "r", "o"], &["de", "cv"], &["d", "o", "o"]];

/// The longest legal form that is written as single letters: S. A. R. L.
const LETTERS: usize = 4;

/// The words of a name without the legal form at its end. A word is always left.
pub(crate) fn without(words: &[String]) -> &[String] {
    let mut kept = words;
    loop {
        let cut = last_form(kept);
        if cut == 0 || cut >= kept.len() {
            return kept;
        }
        kept = &kept[..kept.len() - cut];
        // GmbH & Co. KG
        while kept.len() > 1 && kept.last().is_some_and(|word| word == "&") {
            kept = &kept[..kept.len() - 1];
        }
    }
}

/// How many words the legal form at the end has.
fn last_form(words: &[String]) -> usize {
    for phrase in PHRASES {
        if words.len() > phrase.len()
            && words.iter().rev().zip(phrase.iter().rev()).all(|(word, part)| word == part)
        {
            return phrase.len();
        }
    }
    let letters = words.iter().rev().take_while(|word| word.chars().count() == 1).count().min(LETTERS);
    for count in (2..=letters).rev() {
        if is_form(&words[words.len() - count..].concat()) {
            return count;
        }
    }
    words.last().map_or(0, |word| usize::from(is_form(word)))
}

fn is_form(word: &str) -> bool {
    FORMS.contains(&word)
}

#[cfg(test)]
mod tests {
    use crate::name::Name;

    #[test]
    fn legal_forms_at_the_end_do_not_matter() {
        for name in [
            "Contoso",
            "Contoso Ltd",
            "Contoso Ltd.",
            "Contoso, Limited",
            "Contoso Inc.",
            "Contoso L.L.C.",
            "Contoso GmbH",
            "Contoso GmbH & Co. KG",
            "Contoso AG",
            "Contoso BV",
            "Contoso B.V.",
            "Contoso B. V.",
            "Contoso Pty Ltd",
            "Contoso (Pty) Ltd.",
            "Contoso S.A.",
            "Contoso S. A. R. L.",
            "Contoso S.p.A.",
            "Contoso Sp. z o.o.",
            "Contoso s.r.o.",
            "Contoso S.A. de C.V.",
            "Contoso UG (haftungsbeschränkt)",
            "Contoso A/S",
            "Contoso Co., Ltd.",
            "Contoso Private Limited",
        ] {
            assert_eq!(Name::new(name).unwrap().bare, "contoso", "{name}");
        }
    }

    #[test]
    fn a_legal_form_elsewhere_or_alone_is_a_part_of_the_name() {
        for (name, bare) in [
            ("Limited Edition Records", "limitededitionrecords"),
            ("AG", "ag"),
            ("Co Ltd", "co"),
            ("Berlin Zoo", "berlinzoo"),
            ("Vitamin C", "vitaminc"),
        ] {
            assert_eq!(Name::new(name).unwrap().bare, bare, "{name}");
        }
    }
}
