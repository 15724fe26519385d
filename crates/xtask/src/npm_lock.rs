//! What a `package-lock.json` says: our own package, and everybody else's under it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// A package of npm's with its dependencies. `npm ci` refuses a lock that does not fit its `package.json`.
pub(crate) struct NpmLock {
    /// The version of our own package.
    pub(crate) version: String,
    /// Everybody else's, by folder: `node_modules/preact`.
    pub(crate) packages: BTreeMap<String, Locked>,
}

#[derive(Deserialize)]
pub(crate) struct Locked {
    #[serde(default)]
    pub(crate) version: String,
    pub(crate) license: Option<String>,
    /// Whether it is needed for work on the package only.
    #[serde(default, alias = "devOptional")]
    pub(crate) dev: bool,
    /// Whether it is another of ours, by its path.
    #[serde(default)]
    link: bool,
}

#[derive(Deserialize)]
struct File {
    version: String,
    packages: BTreeMap<String, Locked>,
}

#[derive(Deserialize)]
struct Manifest {
    version: String,
}

impl NpmLock {
    /// Reads the lock in the folder of a package.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let file: File = read(&folder.join("package-lock.json"))?;
        let manifest: Manifest = read(&folder.join("package.json"))?;
        if file.version != manifest.version {
            bail!(
                "{}: package.json has version {}, its lock {}",
                folder.display(),
                manifest.version,
                file.version
            );
        }
        let mut packages = file.packages;
        packages.retain(|folder, package| folder.starts_with("node_modules/") && !package.link);
        Ok(Self { version: file.version, packages })
    }
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ours_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let lock = r#"{ "version": "1.2.3", "packages": {
            "": { "version": "1.2.3" },
            "../node": { "version": "1.2.3", "license": "MIT" },
            "node_modules/ours": { "resolved": "../node", "link": true },
            "node_modules/theirs": { "version": "4.0.0", "license": "ISC" },
            "node_modules/tool": { "version": "5.0.0", "dev": true } } }"#;
        fs::write(folder.path().join("package-lock.json"), lock).unwrap();
        fs::write(folder.path().join("package.json"), r#"{ "version": "1.2.3" }"#).unwrap();
        let read = NpmLock::read(folder.path()).unwrap();
        assert_eq!(read.version, "1.2.3");
        let names: Vec<&String> = read.packages.keys().collect();
        assert_eq!(names, ["node_modules/theirs", "node_modules/tool"]);
        assert!(!read.packages["node_modules/theirs"].dev && read.packages["node_modules/tool"].dev);

        fs::write(folder.path().join("package.json"), r#"{ "version": "1.2.4" }"#).unwrap();
        assert!(NpmLock::read(folder.path()).is_err());
    }
}
