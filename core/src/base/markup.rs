//! Web pages: HTML or XML instead of JSON, from a proxy, a gateway or another server and not from the service.

/// Whether a body is markup.
pub(crate) fn is_page(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.trim_ascii_start().starts_with(b"<")
}

/// A description of a page, with its title.
pub(crate) fn page(text: &str) -> String {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let xml = start.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("<?xml"))
        && !lower(text).contains("<html");
    let kind = if xml { "XML" } else { "HTML" };
    match title(text) {
        Some(title) if xml => format!("the response is {kind}: \"{title}\""),
        Some(title) => format!("the response is an {kind} page titled \"{title}\""),
        None if xml => format!("the response is {kind}"),
        None => format!("the response is an {kind} page"),
    }
}

/// The title of a page, or a heading or message instead.
pub(crate) fn title(text: &str) -> Option<String> {
    ["title", "h1", "message", "faultstring"].into_iter().find_map(|name| {
        let inside = element(text, name)?;
        let text = without_tags(inside);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then(|| unescaped(&text))
    })
}

/// The content of the first element with a name.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let lower = lower(text);
    let opening = format!("<{name}");
    let mut from = 0;
    loop {
        let begin = from + lower.get(from..)?.find(&opening)? + opening.len();
        from = begin;
        if lower[begin..].starts_with(|c: char| c == '>' || c == '/' || c.is_ascii_whitespace()) {
            let inside = begin + lower[begin..].find('>')? + 1;
            let end = inside + lower[inside..].find(&format!("</{name}"))?;
            return text.get(inside..end);
        }
    }
}

/// In lower case, with every letter at the same index.
fn lower(text: &str) -> String {
    text.to_ascii_lowercase()
}

fn without_tags(text: &str) -> String {
    let mut inside = false;
    let kept = text.chars().filter(|c| {
        inside = (inside || *c == '<') && *c != '>';
        !inside && *c != '>'
    });
    kept.collect()
}

fn unescaped(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")]
        .into_iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_described() {
        for (text, description) in [
            (
                "<html><head><TITLE>502 Bad Gateway</TITLE></head></html>",
                "the response is an HTML page titled \"502 Bad Gateway\"",
            ),
            (
                "<!DOCTYPE html><title lang=en>\n Sign  in &amp; out </title>",
                "the response is an HTML page titled \"Sign in & out\"",
            ),
            ("<!DOCTYPE html><body><h1>No <b>way</b></h1>", "the response is an HTML page titled \"No way\""),
            ("<html></html>", "the response is an HTML page"),
            (
                "<?xml version=\"1.0\"?><Error><Message>denied</Message></Error>",
                "the response is XML: \"denied\"",
            ),
            ("<title", "the response is an HTML page"),
            ("<titles>x</titles><title>é", "the response is an HTML page"),
        ] {
            assert!(is_page(text.as_bytes()));
            assert_eq!(page(text), description);
        }
        assert!(is_page(b"\xef\xbb\xbf \r\n<p>") && !is_page(b"{}") && !is_page(b""));
    }
}
