//! The npm package: the native addon, the package over it and over WebAssembly, both as tarballs, and their tests.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::external::run;

/// The package of the native addon.
const ADDON: &str = "keyhome-node";

/// The engines, as `KEYHOME_ENGINE` names them. The same tests are asked of each.
const ENGINES: &[&str] = &["native"];

/// Builds the addon and the package, and packs both into `dist/`.
pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    build_addon(checkout)?;
    install_tools(checkout)?;
    run(node(checkout).arg("scripts/build.mjs"))?;
    run(node(checkout).arg("scripts/pack.mjs").arg(checkout.root().join("dist")))
}

/// Types, and all suites with each engine.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    build(checkout)?;
    run(npm(checkout).args(["run", "--silent", "typecheck"]))?;
    for engine in ENGINES {
        run(npm(checkout).args(["run", "--silent", "test"]).env("KEYHOME_ENGINE", engine))?;
    }
    Ok(())
}

/// The tarballs in `dist/`, installed into empty projects as strangers do.
pub(crate) fn test_packages(checkout: &Checkout) -> Result<()> {
    build(checkout)?;
    run(npm(checkout).args(["run", "--silent", "test:packaging"]).env_remove("KEYHOME_ENGINE"))
}

/// Ratios beside the obvious alternatives, with each engine.
pub(crate) fn bench(checkout: &Checkout) -> Result<()> {
    build(checkout)?;
    run(npm(checkout).args(["run", "--silent", "bench"]).env_remove("KEYHOME_ENGINE"))
}

/// Leaves the addon where the package looks for it in a checkout.
fn build_addon(checkout: &Checkout) -> Result<()> {
    let mut cargo = checkout.cargo("rustc");
    run(cargo.args(["--release", "--locked", "--package", ADDON, "--", "-Cstrip=symbols"]))?;
    let name = format!(
        "{}{}{}",
        std::env::consts::DLL_PREFIX,
        ADDON.replace('-', "_"),
        std::env::consts::DLL_SUFFIX
    );
    let folder = folder(checkout).join("build");
    fs::create_dir_all(&folder)?;
    let addon = folder.join("keyhome.node");
    // A new file: what a running Node has loaded stays as it is.
    let new = folder.join("keyhome.node.new");
    let built = checkout.target("release").join(name);
    fs::copy(&built, &new).with_context(|| built.display().to_string())?;
    fs::rename(new, addon)?;
    Ok(())
}

/// Installs what `node/package-lock.json` names, where it is not there already.
fn install_tools(checkout: &Checkout) -> Result<()> {
    let modified =
        |path: &str| fs::metadata(folder(checkout).join(path)).and_then(|file| file.modified()).ok();
    if modified("node_modules/.package-lock.json") < modified("package-lock.json") {
        run(npm(checkout).args(["ci", "--silent"]))?;
    }
    Ok(())
}

fn folder(checkout: &Checkout) -> PathBuf {
    checkout.root().join("node")
}

fn node(checkout: &Checkout) -> Command {
    let mut command = Command::new("node");
    command.current_dir(folder(checkout));
    command
}

fn npm(checkout: &Checkout) -> Command {
    let mut command = Command::new("npm");
    command.current_dir(folder(checkout));
    command
}
