//! Who may import whom, read from `cargo metadata`. Any edge that the table does not name is an error.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::metadata::{Dependency, Metadata, Package};

/// What one of our folders may import, for building and for testing alike.
struct Rule {
    folder: &'static str,
    /// Of ours.
    ours: &'static [&'static str],
    /// Of the libraries that know of a host language.
    hosts: &'static [&'static str],
    /// If there is a list, no other package may be linked into it. Tests may use what they like.
    only: Option<&'static [&'static str]>,
}

const CORE: &str = "crates/keyhome-core";
const RESP: &str = "crates/keyhome-resp";
const CONFIG: &str = "crates/keyhome-config";
const FACADE: &str = "crates/keyhome";
const PROXY: &str = "crates/keyhome-proxy";
const LIVE: &str = "crates/keyhome-live";
const COMMON: &str = "bindings/common";
const WASM_HOT: &str = "bindings/wasm-hot";

/// The libraries that know of a host language. Nothing outside bindings/ may know that there are any.
const HOSTS: &[&str] =
    &["napi", "napi-derive", "napi-sys", "pyo3", "pyo3-ffi", "wasm-bindgen", "js-sys", "web-sys"];

/// Arrows point down: a row imports from rows above it.
const RULES: &[Rule] = &[
    Rule { folder: CORE, ours: &[], hosts: &[], only: Some(&["cpufeatures", "fnv", "serde", "sha1"]) },
    Rule { folder: RESP, ours: &[], hosts: &[], only: None },
    Rule { folder: LIVE, ours: &[], hosts: &[], only: None },
    Rule { folder: CONFIG, ours: &[CORE, RESP], hosts: &[], only: None },
    Rule { folder: FACADE, ours: &[CORE, CONFIG], hosts: &[], only: None },
    Rule { folder: PROXY, ours: &[FACADE, CONFIG, RESP], hosts: &[], only: None },
    Rule { folder: "crates/keyhome-cli", ours: &[LIVE, FACADE, CONFIG, RESP, PROXY], hosts: &[], only: None },
    Rule { folder: COMMON, ours: &[FACADE], hosts: &[], only: None },
    Rule {
        folder: "bindings/node",
        ours: &[COMMON],
        hosts: &["napi", "napi-derive", "napi-sys"],
        only: None,
    },
    Rule { folder: "bindings/python", ours: &[COMMON], hosts: &["pyo3", "pyo3-ffi"], only: None },
    Rule { folder: WASM_HOT, ours: &[COMMON], hosts: &[], only: None },
    Rule {
        folder: "bindings/wasm",
        ours: &[COMMON, WASM_HOT],
        hosts: &["wasm-bindgen", "js-sys", "web-sys"],
        only: None,
    },
    Rule { folder: "bindings/wasm-slot", ours: &[COMMON], hosts: &[], only: None },
    Rule { folder: "crates/xtask", ours: &[], hosts: &[], only: None },
    Rule { folder: "benches", ours: &[FACADE, CORE, CONFIG, RESP, PROXY, LIVE], hosts: &[], only: None },
    Rule { folder: "tests", ours: &[FACADE, CORE, CONFIG, RESP, PROXY, LIVE], hosts: &[], only: None },
];

pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    let metadata = &checkout.metadata;
    let mut wrong = Vec::new();
    let mut edges = 0;
    for package in metadata.ours() {
        let folder = metadata.folder(package)?;
        let rule = RULES.iter().find(|rule| Path::new(rule.folder) == folder);
        let rule =
            rule.with_context(|| format!("{} has no row in the table of layering.rs", folder.display()))?;
        edges += package.dependencies.iter().filter(|dependency| dependency.path.is_some()).count();
        wrong.extend(violations(rule, package, metadata));
    }
    if !wrong.is_empty() {
        bail!("imports that the table of layering.rs does not allow:\n{}", wrong.join("\n"));
    }
    anstream::println!("{} packages, {edges} edges among them, all allowed", metadata.ours().count());
    Ok(())
}

/// The imports of a package that its rule does not allow.
fn violations(rule: &Rule, package: &Package, metadata: &Metadata) -> Vec<String> {
    let allowed = |dependency: &&Dependency| match &dependency.path {
        Some(path) => {
            let folder = path.strip_prefix(&metadata.workspace_root).unwrap_or(path);
            rule.ours.iter().any(|ours| Path::new(ours) == folder)
        }
        None if HOSTS.contains(&dependency.name.as_str()) => rule.hosts.contains(&dependency.name.as_str()),
        None if dependency.kind.as_deref() == Some("dev") => true,
        None => rule.only.is_none_or(|only| only.contains(&dependency.name.as_str())),
    };
    let refused = package.dependencies.iter().filter(|dependency| !allowed(dependency));
    refused.map(|dependency| format!("  {} -> {}", package.name, dependency.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// What is wrong with a package in `folder` that has this dependency.
    fn refused(folder: &str, mut dependency: Value) -> Vec<String> {
        dependency["req"] = json!("^1");
        let metadata: Metadata = serde_json::from_value(json!({
            "workspace_root": "/top", "target_directory": "/top/target",
            "packages": [{
                "name": "a", "version": "1.0.0", "license": null, "source": null, "targets": [], "publish": null,
                "manifest_path": format!("/top/{folder}/Cargo.toml"), "dependencies": [dependency],
            }],
        }))
        .unwrap();
        let rule = RULES.iter().find(|rule| rule.folder == folder).unwrap();
        violations(rule, &metadata.packages[0], &metadata)
    }

    #[test]
    fn arrows_point_down() {
        let on_core = json!({"name": "keyhome-core", "kind": null, "path": "/top/crates/keyhome-core"});
        let on_facade = json!({"name": "keyhome", "kind": "dev", "path": "/top/crates/keyhome"});
        assert!(refused(CONFIG, on_core.clone()).is_empty());
        assert_eq!(refused(RESP, on_core), ["  a -> keyhome-core"]);
        assert_eq!(refused(CORE, on_facade), ["  a -> keyhome"], "not for tests either");
    }

    #[test]
    fn the_core_links_what_its_row_names() {
        let tokio = |kind: Value| json!({"name": "tokio", "kind": kind, "path": null});
        assert_eq!(refused(CORE, tokio(json!(null))), ["  a -> tokio"]);
        assert_eq!(refused(CORE, tokio(json!("build"))), ["  a -> tokio"]);
        assert!(refused(CORE, tokio(json!("dev"))).is_empty());
        assert!(refused(PROXY, tokio(json!(null))).is_empty());
    }

    #[test]
    fn host_languages_stay_in_their_bindings() {
        let pyo3 = json!({"name": "pyo3", "kind": null, "path": null});
        assert!(refused("bindings/python", pyo3.clone()).is_empty());
        for folder in [COMMON, "bindings/node", FACADE, "tests"] {
            assert_eq!(refused(folder, pyo3.clone()), ["  a -> pyo3"], "{folder}");
        }
    }

    #[test]
    fn the_table_has_no_cycle() {
        for (index, rule) in RULES.iter().enumerate() {
            for import in rule.ours {
                let above = RULES[..index].iter().any(|rule| rule.folder == *import);
                assert!(above, "{} imports {import}, which is not above it", rule.folder);
            }
        }
    }
}
