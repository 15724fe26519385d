//! What users read, and the fenced blocks in it, each of which a test runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::here;

/// A fenced block of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The line of its fence.
    pub line: usize,
    /// What stands behind the fence: `console`, `sh`, `js` ...
    pub language: String,
    /// What is between the fences.
    pub text: String,
}

/// A document of the checkout.
#[derive(Debug)]
pub struct Document {
    /// Its path from the root of the checkout.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
}

impl Document {
    /// All that users read: the READMEs, and `docs/`.
    pub fn all() -> Vec<Self> {
        let root = here("..");
        let folders = ["", "node", "python", "examples", "crates/keyhome", "crates/keyhome-cli"];
        let mut paths: Vec<PathBuf> = folders.map(|folder| Path::new(folder).join("README.md")).into();
        let docs = fs::read_dir(root.join("docs")).expect("docs/");
        paths.extend(docs.map(|entry| Path::new("docs").join(entry.expect("an entry").file_name())));
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
        paths.sort();
        let text = |path: &Path| {
            fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let read = |path: PathBuf| Self { text: text(&path), path };
        paths.into_iter().map(read).collect()
    }

    /// The fenced blocks, in order.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for (number, line) in self.text.lines().enumerate() {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(language)) => {
                    open =
                        Some(Block { line: number + 1, language: language.to_owned(), text: String::new() });
                }
                (None, None) => {}
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
            }
        }
        assert_eq!(open, None, "{}: a fence is not closed", self.path.display());
        blocks
    }
}
