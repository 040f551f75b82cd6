//! Names: the vendors' spelling converted to each language's, and reserved words.

/// The words of a name in lower case: `externalId2` → `external`, `id2`; `INTEGRATION-KEY` → `integration`, `key`.
fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            words.push(std::mem::take(&mut word));
            continue;
        }
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after_lower = before.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let ends_acronym = before.is_some_and(|b| b.is_ascii_uppercase())
            && chars.get(at + 1).is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && (after_lower || ends_acronym) {
            words.push(std::mem::take(&mut word));
        }
        word.push(c.to_ascii_lowercase());
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// `so_id`
pub fn snake(name: &str) -> String {
    words(name).join("_")
}

/// `SO_ID`
pub fn screaming(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}

/// `SoId`
pub fn pascal(name: &str) -> String {
    words(name).iter().map(|word| capital(word)).collect()
}

/// `soId`
pub fn camel(name: &str) -> String {
    let words = words(name);
    let tail: String = words.iter().skip(1).map(|word| capital(word)).collect();
    words.first().cloned().unwrap_or_default() + &tail
}

/// Whether a name is already what [`snake`] would make of it.
pub fn is_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && snake(name) == name
}

/// Whether a name is already what [`pascal`] would make of it.
pub fn is_pascal(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

const RUST: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "Self",
    "static", "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

const PYTHON: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "self", "try", "while", "with", "yield",
];

const C_AND_CPP: &[&str] = &[
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
];

const TYPESCRIPT: &[&str] = &[
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// The first language in which this word is reserved, so that it cannot be the name of an argument.
pub fn reserved_in(name: &str) -> Option<&'static str> {
    [("Rust", RUST), ("Python", PYTHON), ("C or C++", C_AND_CPP), ("TypeScript", TYPESCRIPT)]
        .into_iter()
        .find(|(_, words)| words.contains(&name))
        .map(|(language, _)| language)
}

/// Whether this word is reserved in TypeScript.
pub fn reserved_in_typescript(name: &str) -> bool {
    TYPESCRIPT.contains(&name)
}

/// A name as a Rust identifier: `type` becomes `r#type`.
pub fn rust_ident(name: &str) -> String {
    match name {
        "self" | "Self" | "super" | "crate" => format!("{name}_"),
        _ if RUST.contains(&name) => format!("r#{name}"),
        _ => name.to_owned(),
    }
}

/// A name as a C++ identifier: `delete` becomes `delete_`.
pub fn cpp_ident(name: &str) -> String {
    if C_AND_CPP.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// A name as a Python identifier: `from` becomes `from_`.
pub fn python_ident(name: &str) -> String {
    if PYTHON.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_become_snake_case() {
        for (wire, name) in [
            ("soId", "so_id"),
            ("externalId2", "external_id2"),
            ("street1", "street1"),
            ("isPsaCredentialsValid", "is_psa_credentials_valid"),
            ("customPsaTicketId", "custom_psa_ticket_id"),
            ("INTEGRATION-KEY", "integration_key"),
            ("_links", "links"),
            ("jvmVersion", "jvm_version"),
            ("PSATicketURL", "psa_ticket_url"),
            ("max_returned_items", "max_returned_items"),
            ("Error Message", "error_message"),
            ("", ""),
        ] {
            assert_eq!(snake(wire), name, "{wire}");
        }
    }

    #[test]
    fn other_cases_follow_the_same_words() {
        assert_eq!(pascal("custom_psa"), "CustomPsa");
        assert_eq!(pascal("CREATE_TICKET_CREATED_IN_NCENTRAL"), "CreateTicketCreatedInNcentral");
        assert_eq!(camel("max_returned_items"), "maxReturnedItems");
        assert_eq!(camel("externalId2"), "externalId2");
        assert_eq!(screaming("ncentral.service_orgs.get"), "NCENTRAL_SERVICE_ORGS_GET");
    }

    #[test]
    fn keywords_are_known_per_language() {
        assert_eq!(reserved_in("type"), Some("Rust"));
        assert_eq!(reserved_in("from"), Some("Python"));
        assert_eq!(reserved_in("template"), Some("C or C++"));
        assert_eq!(reserved_in("function"), Some("TypeScript"));
        assert_eq!(reserved_in("select"), None);
        assert_eq!((cpp_ident("delete").as_str(), cpp_ident("update").as_str()), ("delete_", "update"));
        assert_eq!(rust_ident("type"), "r#type");
        assert_eq!(rust_ident("self"), "self_");
        assert_eq!(rust_ident("so_id"), "so_id");
        assert_eq!(python_ident("from"), "from_");
        assert_eq!(python_ident("type"), "type");
    }
}
