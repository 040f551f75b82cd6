//! Finds the pages and takes the code blocks out of them, so that what is run is what people read.
//!
//! A comment `<!-- check: {…} -->` says how blocks are tried; see `README.md` beside this crate. Right above a block it is
//! for that block, elsewhere for all that follow; a block's own goes first.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Map, Value};

/// What a check may say; anything else is a mistake.
const KEYS: [&str; 11] = [
    "options",
    "faults",
    "script",
    "behind",
    "runs",
    "lines",
    "prints",
    "committed",
    "not_run",
    "with",
    "needs",
];
/// The languages of blocks, whose tests try them, and how their files end. Output has the language `text`.
const LANGUAGES: [(&str, &str, &str); 11] = [
    ("python", "python", "py"),
    ("js", "node", "mjs"),
    ("ts", "node", "mts"),
    ("c", "c", "c"),
    ("cpp", "c", "cpp"),
    ("rust", "rust", "rs"),
    ("toml", "rust", "toml"),
    ("sh", "", "sh"),
    // The same for Windows; `tests/spec/docs.py` compares them.
    ("powershell", "none", "ps1"),
    ("bat", "none", "cmd"),
    ("text", "none", "txt"),
];
/// Who tries blocks: the tests of a language, or `make soak-workers`.
const TRIED_BY: [&str; 5] = ["python", "node", "c", "rust", "workers"];
const MARK: &str = "<!-- check: ";

/// A page that is tried.
pub struct Page {
    /// Where it is.
    pub path: PathBuf,
    /// What its blocks are named after.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// A code block of a page.
#[derive(Clone)]
pub struct Block {
    /// Its page and its number there, such as `connect-1`.
    pub name: String,
    /// File and line, for messages.
    pub place: String,
    /// What stands behind the fence.
    pub language: String,
    /// Whose tests try it: `python`, `node`, `c`, `rust`, `workers`, or `none`.
    pub tried_by: String,
    /// How its file ends.
    pub ending: &'static str,
    /// What stands between the fences.
    pub code: String,
    /// What is to be set up and looked at.
    pub check: Map<String, Value>,
}

/// The READMEs and all of `docs`, found by looking, so that a page that is added is tried by itself.
pub fn pages(root: &Path) -> io::Result<Vec<Page>> {
    let mut found = vec![(root.join("README.md"), "readme".to_owned())];
    for entry in fs::read_dir(root)?.collect::<Result<Vec<_>, _>>()? {
        let name = entry.file_name().to_string_lossy().into_owned();
        let readme = entry.path().join("README.md");
        if name.starts_with("bindings-") && readme.exists() {
            found.push((readme, name));
        }
    }
    let docs = root.join("docs");
    for entry in if docs.exists() { fs::read_dir(docs)?.collect::<Result<Vec<_>, _>>()? } else { vec![] } {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "md") {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            found.push((path, if stem == "README" { "docs".to_owned() } else { stem }));
        }
    }
    found.sort();
    let read = |(path, name): (PathBuf, _)| Ok(Page { text: fs::read_to_string(&path)?, path, name });
    found.into_iter().map(read).collect()
}

/// All blocks of these pages.
pub fn of(pages: &[Page]) -> Result<Vec<Block>, String> {
    let mut found = Vec::new();
    for page in pages {
        found.extend(blocks_of(page)?);
    }
    Ok(found)
}

fn blocks_of(page: &Page) -> Result<Vec<Block>, String> {
    let (mut found, mut open): (Vec<Block>, Option<Block>) = (Vec::new(), None);
    let (mut of_page, mut of_next) = (Map::new(), None);
    let lines: Vec<_> = page.text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let place = format!("{}:{}", page.path.display(), at + 1);
        let mistake = |what: &str| format!("{place}: {what}");
        if let Some(block) = &mut open {
            if *line == "```" {
                found.extend(open.take());
            } else {
                block.code.push_str(line);
                block.code.push('\n');
            }
        } else if let Some(rest) = line.strip_prefix(MARK) {
            let text =
                rest.strip_suffix(" -->").ok_or_else(|| mistake("the check does not end with ` -->`"))?;
            let settings: Map<String, Value> = serde_json::from_str(text)
                .map_err(|error| mistake(&format!("the check is no JSON: {error}")))?;
            if let Some(key) = settings.keys().find(|key| !KEYS.contains(&key.as_str())) {
                return Err(mistake(&format!("a check has no `{key}`")));
            }
            if lines.get(at + 1).is_some_and(|next| next.starts_with("```")) {
                of_next = Some(settings)
            } else {
                of_page = settings
            }
        } else if let Some(language) = line.trim_start().strip_prefix("```") {
            let known = LANGUAGES.iter().find(|(name, ..)| *name == language);
            let (_, tried_by, ending) = known.ok_or_else(|| {
                mistake(&format!("blocks have one of the languages {:?}", LANGUAGES.map(|(name, ..)| name)))
            })?;
            if *line != line.trim_start() {
                return Err(mistake("a block stands at the left margin"));
            }
            let mut check = of_page.clone();
            check.extend(of_next.take().unwrap_or_default());
            let with = check.remove("with").and_then(|with| with.as_str().map(str::to_owned));
            if with.as_ref().is_some_and(|with| !TRIED_BY.contains(&with.as_str())) {
                return Err(mistake(&format!("`with` is one of {TRIED_BY:?}")));
            }
            open = Some(Block {
                name: format!("{}-{}", page.name, found.len() + 1),
                place,
                language: language.to_owned(),
                tried_by: match with.as_deref() {
                    Some("workers") => "workers",
                    with if language == "sh" => with.unwrap_or("rust"),
                    _ => tried_by,
                }
                .to_owned(),
                ending,
                code: String::new(),
                check,
            });
        }
    }
    match open {
        Some(block) => Err(format!("{}: the block does not end", block.place)),
        None => Ok(found),
    }
}
