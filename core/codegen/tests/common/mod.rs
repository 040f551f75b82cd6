//! A repository for each test: the small documents, with the test's changes.
#![allow(dead_code, unreachable_pub, reason = "each test file includes this and uses its part")]
#![allow(clippy::unwrap_used, reason = "a test whose files cannot be laid out has failed")]

use std::path::{Path, PathBuf};

/// A folder with the parts of the repository that the generator reads.
pub struct Repository {
    /// Where it is.
    pub root: PathBuf,
}

impl Repository {
    /// The small documents, unchanged. `name` separates tests that run at the same time.
    pub fn new(name: &str) -> Repository {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(std::fs::remove_dir_all(&root));
        let api = root.join("core/api");
        std::fs::create_dir_all(&api).unwrap();
        let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
        for file in std::fs::read_dir(documents).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), api.join(file.file_name())).unwrap();
        }
        // Formats, options and the pages that hold tables are the repository's own.
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        std::fs::create_dir_all(root.join("docs")).unwrap();
        for file in ["rustfmt.toml", "core/api/options.yaml", "docs/connect.md", "docs/operations.md"] {
            std::fs::copy(own.join(file), root.join(file)).unwrap();
        }
        Repository { root }
    }

    /// Replaces the only occurrence of `old` in a document.
    pub fn change(&self, document: &str, old: &str, new: &str) {
        let path = self.root.join("core/api").join(document);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(old).count(), 1, "`{old}` must occur once in {document}");
        std::fs::write(path, text.replace(old, new)).unwrap();
    }
}
