//! Links of Markdown that stay within the checkout: `](docs/proxy.md#clients)`.

use std::path::{Component, Path, PathBuf};

/// A link, as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link<'a> {
    pub(super) line: usize,
    /// Without what stands behind `#`.
    pub(super) path: &'a str,
}

/// The links of a document to other files. What stands in fences is code.
pub(super) fn within_the_checkout(text: &str) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    let mut in_code = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for rest in line.split("](").skip(1) {
            let target = rest.split_once(')').map_or(rest, |(target, _)| target);
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !target.contains("://") {
                links.push(Link { line: number + 1, path });
            }
        }
    }
    links
}

/// The file that a link of a document leads to, from the root of the checkout.
pub(super) fn resolved(document: &Path, path: &str) -> PathBuf {
    let mut resolved = document.parent().map(Path::to_owned).unwrap_or_default();
    for component in Path::new(path).components() {
        match component {
            Component::ParentDir => {
                resolved.pop();
            }
            Component::CurDir => {}
            other => resolved.push(other),
        }
    }
    resolved
}

/// A document whose links lead to where `place` puts the files of the checkout.
pub(super) fn moved(text: &str, document: &Path, place: fn(&Path) -> PathBuf) -> String {
    let mut paths: Vec<&str> = within_the_checkout(text).iter().map(|link| link.path).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut moved = text.to_owned();
    for path in paths {
        let target = place(&resolved(document, path));
        for end in [')', '#'] {
            moved = moved.replace(&format!("]({path}{end}"), &format!("]({}{end}", target.display()));
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_files() {
        let text = "[a](x.md#y) [b](https://x/) [c](#d)\n```\n[e](f.md)\n```\n![g](p/h.png)";
        let links = within_the_checkout(text);
        assert_eq!(links, [Link { line: 1, path: "x.md" }, Link { line: 5, path: "p/h.png" }]);
    }

    #[test]
    fn links_that_move() {
        let place = |file: &Path| Path::new("x").join(file);
        let text = "[a](../node/README.md#b) [c](d.md)";
        assert_eq!(moved(text, Path::new("docs/x.md"), place), "[a](x/node/README.md#b) [c](x/docs/d.md)");
    }
}
