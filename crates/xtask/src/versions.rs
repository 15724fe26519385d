//! There is one version number, `[workspace.package] version`; every manifest of ours carries it.

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::metadata::{Metadata, Package};
use crate::npm_lock::NpmLock;
use crate::{fuzz, wasm};

/// The crate whose version is everybody's.
const FACADE: &str = "keyhome";

/// The folders of our npm packages.
const NPM: &[&str] = &["node", "explorer", "examples"];

pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    let workspace = &checkout.metadata;
    let fuzz = Metadata::read(&checkout.root().join(fuzz::MANIFEST))?;
    let bindgen = Metadata::read(&checkout.root().join(wasm::BINDGEN))?;
    let facade = workspace.ours().find(|package| package.name == FACADE);
    let version = &facade.with_context(|| format!("the workspace has no crate {FACADE}"))?.version;
    let ours: Vec<&Package> = workspace.ours().chain(fuzz.ours()).chain(bindgen.ours()).collect();
    let mut wrong: Vec<String> = ours.iter().flat_map(|package| deviations(package, version)).collect();
    for folder in NPM {
        let found = NpmLock::read(&checkout.root().join(folder))?.version;
        if found != *version {
            wrong.push(format!("  {folder}/package-lock.json has version {found}"));
        }
    }
    if !wrong.is_empty() {
        bail!("the version is {version}, but\n{}", wrong.join("\n"));
    }
    anstream::println!("{} manifests, all of version {version}", ours.len() + NPM.len());
    Ok(())
}

/// Where a manifest of ours says something else.
fn deviations(package: &Package, version: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if package.version != version {
        wrong.push(format!("  {} has version {}", package.name, package.version));
    }
    for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_some()) {
        let published = package.is_published() && dependency.kind.as_deref() != Some("dev");
        // What is published must name the version of ours that it needs; elsewhere the path is enough.
        if dependency.req != format!("^{version}") && (published || dependency.req != "*") {
            wrong.push(format!("  {} depends on {} {}", package.name, dependency.name, dependency.req));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(version: &str, publish: bool, req: &str) -> Package {
        serde_json::from_value(json!({
            "name": "a", "version": version, "license": null, "source": null, "manifest_path": "/a/Cargo.toml",
            "publish": if publish { json!(null) } else { json!([]) }, "targets": [],
            "dependencies": [{"name": "b", "req": req, "kind": null, "path": "/b"}],
        }))
        .unwrap()
    }

    #[test]
    fn every_deviation_is_named() {
        assert_eq!(deviations(&package("1.2.3", true, "^1.2.3"), "1.2.3"), Vec::<String>::new());
        assert_eq!(deviations(&package("1.2.3", false, "*"), "1.2.3"), Vec::<String>::new());
        assert_eq!(deviations(&package("1.2.3", true, "*"), "1.2.3"), ["  a depends on b *"]);
        assert_eq!(deviations(&package("1.2.4", false, "^1.2.3"), "1.2.3"), ["  a has version 1.2.4"]);
    }
}
