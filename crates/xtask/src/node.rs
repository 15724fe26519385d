//! The npm package: the native addon, the package over it and over WebAssembly, both as tarballs, and their tests.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::external::run;
use crate::node_tools::NodeTools;
use crate::wasm;

/// The package of the native addon.
const ADDON: &str = "keyhome-node";

/// The engines, as `KEYHOME_ENGINE` names them. The same tests are asked of each.
const ENGINES: &[&str] = &["native", "wasm"];

/// An engine and a major of the client libraries, as `KEYHOME_ENGINE` and `KEYHOME_IOREDIS` name them, and how many commands the
/// tests of leaks and of chaos have, if not all of them. Each is there once: what the one does is nothing to the other.
/// `node/test/which-ioredis.mjs` has the tests load that major.
const CLIENTS: &[(&str, &str, Option<&str>)] = &[("native", "6", None), ("wasm", "5", Some("20000"))];

/// Every engine with every major.
const ALL_CLIENTS: &[(&str, &str, Option<&str>)] =
    &[("native", "6", None), ("native", "5", None), ("wasm", "6", None), ("wasm", "5", None)];

/// Builds the addon and the package, and packs both into `dist/`.
pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    built(checkout).map(drop)
}

/// Types, and all suites with each engine.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    let tools = built(checkout)?;
    run(&mut tools.script("typecheck"))?;
    for engine in ENGINES {
        run(tools.script("test").env("KEYHOME_ENGINE", engine))?;
    }
    Ok(())
}

/// The clients for many servers, on real ones, and ioredis's own tests: with each engine, over each major of ioredis and
/// node-redis.
pub(crate) fn test_clients(checkout: &Checkout) -> Result<()> {
    test_clients_with(checkout, CLIENTS)
}

/// The same, all of it with each pair.
pub(crate) fn test_all_clients(checkout: &Checkout) -> Result<()> {
    test_clients_with(checkout, ALL_CLIENTS)
}

fn test_clients_with(checkout: &Checkout, clients: &[(&str, &str, Option<&str>)]) -> Result<()> {
    let tools = built(checkout)?;
    for (engine, ioredis, commands) in clients {
        anstream::println!("\nengine {engine}, ioredis {ioredis}");
        for script in ["test:clients", "test:ioredis-suite"] {
            let mut tests = tools.script(script);
            tests.env("KEYHOME_ENGINE", engine).env("KEYHOME_IOREDIS", ioredis);
            if let Some(commands) = commands {
                tests.env("KEYHOME_COMMANDS", commands);
            }
            run(&mut tests)?;
        }
    }
    Ok(())
}

/// The tarballs in `dist/`, installed into empty projects as strangers do.
pub(crate) fn test_packages(checkout: &Checkout) -> Result<()> {
    run(built(checkout)?.script("test:packaging").env_remove("KEYHOME_ENGINE"))
}

/// Ratios beside the obvious alternatives, with each engine.
pub(crate) fn bench(checkout: &Checkout) -> Result<()> {
    run(built(checkout)?.script("bench").env_remove("KEYHOME_ENGINE"))
}

/// Builds all of it, once a run, and gives the tools with which it was done.
pub(crate) fn built(checkout: &Checkout) -> Result<NodeTools> {
    let tools = NodeTools::find(checkout)?;
    checkout.run.once("npm package", || {
        build_addon(checkout)?;
        tools.install(checkout)?;
        wasm::build(checkout, &tools)?;
        run(tools.node().arg("scripts/build.mjs"))?;
        let dist = checkout.root().join("dist");
        remove_tarballs(&dist)?;
        for script in ["scripts/pack.mjs", "scripts/pack-addon.mjs"] {
            run(tools.node().arg(script).arg(&dist))?;
        }
        Ok(())
    })?;
    Ok(tools)
}

/// Takes the tarballs of other versions and platforms away.
fn remove_tarballs(dist: &Path) -> Result<()> {
    fs::create_dir_all(dist)?;
    for entry in fs::read_dir(dist)? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "tgz") {
            fs::remove_file(file)?;
        }
    }
    Ok(())
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

fn folder(checkout: &Checkout) -> PathBuf {
    checkout.root().join("node")
}
