//! Every dependency comes from crates.io, under a licence that goes with MIT OR Apache-2.0; and so does what npm packages
//! bring into the explorer's page. What the licences ask of those who pass the code on lies in each package.
//!
//! Advisories are not checked here: their database is a download, and belongs in the release workflow.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use spdx::{Expression, LicenseReq, ParseMode};

use crate::checkout::Checkout;
use crate::metadata::{Metadata, Package};
use crate::npm_lock::NpmLock;
use crate::{explorer, fuzz, notices, wasm};

/// How Cargo names crates.io, whichever mirror it downloads from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Licences that ask for no more than a notice.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "NCSA", // libFuzzer, in fuzz/ only
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    let fuzz = Metadata::read(&checkout.root().join(fuzz::MANIFEST))?;
    let bindgen = Metadata::read(&checkout.root().join(wasm::BINDGEN))?;
    let packages: Vec<&Package> =
        checkout.metadata.third_party().chain(fuzz.third_party()).chain(bindgen.third_party()).collect();
    let mut offenders: BTreeSet<String> = packages.iter().filter_map(|package| offence(package)).collect();
    let lock = NpmLock::read(&explorer::folder(checkout))?;
    let shipped: Vec<_> = lock.packages.iter().filter(|(_, package)| !package.dev).collect();
    offenders.extend(shipped.iter().filter_map(|(folder, package)| {
        licence_offence(&format!("  {folder} {}", package.version), package.license.as_deref())
    }));
    if !offenders.is_empty() {
        bail!("not to be depended on:\n{}", offenders.into_iter().collect::<Vec<_>>().join("\n"));
    }
    let distinct: BTreeSet<(&str, &str)> =
        packages.iter().map(|p| (p.name.as_str(), p.version.as_str())).collect();
    anstream::println!(
        "{} dependencies, all from crates.io, and {} npm packages in the page: all under licences of the list",
        distinct.len(),
        shipped.len()
    );
    notices::check(checkout)
}

/// Why a package is not to be depended on.
fn offence(package: &Package) -> Option<String> {
    let name = format!("  {} {}", package.name, package.version);
    if package.source.as_deref() != Some(REGISTRY) {
        return Some(format!("{name} comes from {}", package.source.as_deref().unwrap_or("nowhere")));
    }
    licence_offence(&name, package.license.as_deref())
}

/// Why a licence is not one to depend on.
fn licence_offence(name: &str, licence: Option<&str>) -> Option<String> {
    let Some(licence) = licence else { return Some(format!("{name} names no licence")) };
    // Lax: older packages write `MIT/Apache-2.0`.
    match Expression::parse_mode(licence, ParseMode::LAX) {
        Ok(expression) if expression.evaluate(is_allowed) => None,
        Ok(_) => Some(format!("{name} is under {licence}")),
        Err(error) => Some(format!("{name}: {licence:?} is not an SPDX expression: {}", error.reason)),
    }
}

fn is_allowed(requirement: &LicenseReq) -> bool {
    requirement.license.id().is_some_and(|id| ALLOWED.contains(&id.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn offence_of(licence: Option<&str>, source: &str) -> Option<String> {
        let package: Package = serde_json::from_value(json!({
            "name": "x", "version": "1.0.0", "license": licence, "source": source,
            "manifest_path": "/x/Cargo.toml", "dependencies": [], "publish": null, "targets": [],
        }))
        .unwrap();
        offence(&package)
    }

    #[test]
    fn one_allowed_alternative_is_enough() {
        for licence in ["MIT", "MIT/Apache-2.0", "GPL-3.0-only OR MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"]
        {
            assert_eq!(offence_of(Some(licence), REGISTRY), None, "{licence}");
        }
    }

    #[test]
    fn everything_else_is_an_offence() {
        for licence in ["GPL-3.0-only", "MIT AND LGPL-2.1-only", "LicenseRef-Mine", "free", ""] {
            assert!(offence_of(Some(licence), REGISTRY).is_some(), "{licence}");
        }
        assert!(offence_of(None, REGISTRY).is_some());
        assert!(offence_of(Some("MIT"), "git+https://example.com/x").is_some());
    }
}
