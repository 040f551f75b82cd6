//! Documentation text: Markdown wrapped into comment lines.

/// The line length, including the comment sign and its indentation.
const WIDTH: usize = 106;

/// Wraps the paragraphs and list items of a Markdown text into lines that begin with `prefix`; fenced and indented code
/// is unchanged. The last line has no line break.
pub(super) fn wrap(text: &str, prefix: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut fenced = false;
    let mut paragraph = Paragraph::default();
    for line in text.trim().lines() {
        let trimmed = line.trim();
        let fence = trimmed.starts_with("```");
        if fence || fenced || trimmed.starts_with('#') || trimmed.starts_with('|') {
            paragraph.end(prefix, &mut out);
            out.push(line.trim_end().to_owned());
            fenced ^= fence;
        } else if trimmed.is_empty() {
            paragraph.end(prefix, &mut out);
            out.push(String::new());
        } else if let Some(item) = trimmed.strip_prefix("- ").or_else(|| trimmed.strip_prefix("* ")) {
            paragraph.end(prefix, &mut out);
            paragraph = Paragraph { words: words(item), first: "- ", rest: "  " };
        } else {
            paragraph.words.extend(words(trimmed));
        }
    }
    paragraph.end(prefix, &mut out);
    let lines = out.iter().map(|line| format!("{prefix}{line}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// The text as one line.
pub(super) fn flow(text: &str) -> String {
    words(text).join(" ")
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[derive(Default)]
struct Paragraph {
    words: Vec<String>,
    first: &'static str,
    rest: &'static str,
}

impl Paragraph {
    fn end(&mut self, prefix: &str, out: &mut Vec<String>) {
        let Paragraph { words, first, rest } = std::mem::take(self);
        let room = WIDTH.saturating_sub(prefix.chars().count());
        let mut line = String::new();
        let mut lead = first;
        for word in words {
            let length = lead.len() + line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && length > room {
                out.push(format!("{lead}{line}"));
                lead = rest;
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
        if !line.is_empty() {
            out.push(format!("{lead}{line}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_wrapped_and_code_is_unchanged() {
        let word = "word ".repeat(40);
        let text = format!("{word}\n{word}\n\n* item {word}\n\n```no_run\nlet  a = 1;\n```\n");
        let wrapped = wrap(&text, "    /// ");
        assert!(wrapped.lines().all(|line| line.starts_with("    ///") && line.len() <= WIDTH), "{wrapped}");
        assert!(wrapped.contains("    ///   word"), "an item's later lines are indented: {wrapped}");
        assert!(wrapped.contains("    /// - item"), "{wrapped}");
        assert!(wrapped.contains("/// let  a = 1;"), "{wrapped}");
        assert!(!wrapped.contains("/// \n") && !wrapped.ends_with('\n'));
    }

    #[test]
    fn a_text_becomes_one_line() {
        assert_eq!(flow("Id of\n  the customer.\n"), "Id of the customer.");
    }
}
