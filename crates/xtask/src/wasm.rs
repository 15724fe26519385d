//! The WebAssembly modules of the npm package: built, bound to JavaScript, optimised, and weighed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::external::{cargo, output, run};
use crate::node_tools::NodeTools;
use crate::table::{Column, Table};
use crate::{no_std, node, rustc_web};

/// What runs wasm-bindgen: a workspace of its own.
pub(crate) const BINDGEN: &str = "crates/xtask-wasm/Cargo.toml";

/// What wasm-opt may use: what every browser of the last four years can.
const FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// How wasm-opt makes it small: blocks and loops are built anew first, nothing lies in the first KiB of the memory, where
/// the stack ends, and a long number that stands in a function many times is written once.
const OPTIMISATION: &[&str] =
    &["--low-memory-unused", "--flatten", "--rereloop", "-Oz", "-Oz", "--converge", "--const-hoisting"];

/// A module, and the file that it becomes.
struct Module {
    package: &'static str,
    file: &'static str,
    /// Whether wasm-bindgen writes JavaScript for it.
    bound: bool,
}

/// What the package takes.
const MODULES: &[Module] = &[
    Module { package: "keyhome-wasm", file: "keyhome.wasm", bound: true },
    Module { package: "keyhome-wasm-slot", file: "slot.wasm", bound: false },
];

/// What homes need, alone. Nobody loads it: it shows how much of the whole that is.
const ROUTING: &[Module] = &[Module { package: "keyhome-wasm", file: "routing.wasm", bound: true }];

/// Leaves the modules, and the JavaScript of the first, in `node/build/wasm`.
pub(crate) fn build(checkout: &Checkout, tools: &NodeTools) -> Result<()> {
    make(checkout, tools, MODULES, &[], &checkout.target("wasm"), &folder(checkout))
}

/// Compiles modules into `target` and finishes those that are newer than what is in `folder`.
fn make(
    checkout: &Checkout,
    tools: &NodeTools,
    modules: &[Module],
    features: &[&str],
    target: &Path,
    folder: &Path,
) -> Result<()> {
    let compiled = compile(checkout, modules, features, target)?;
    for module in modules {
        let compiled = compiled.join(format!("{}.wasm", module.package.replace('-', "_")));
        let finished = folder.join(module.file);
        if modified(&finished) < modified(&compiled) {
            finish(checkout, tools, module, &compiled, folder)?;
        }
    }
    Ok(())
}

fn folder(checkout: &Checkout) -> PathBuf {
    checkout.root().join("node/build/wasm")
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|file| file.modified()).ok()
}

/// Compiles all of `modules`, and gives their folder. Debian's compiler first: it builds the library too, for size. With
/// rustup's target the modules are a tenth larger.
fn compile(checkout: &Checkout, modules: &[Module], features: &[&str], folder: &Path) -> Result<PathBuf> {
    let target = rustc_web::TARGET;
    let mut build = if rustc_web::is_installed() {
        let mut build = rustc_web::build(checkout);
        build.args(["-Z", "build-std-features=optimize_for_size"]);
        // No message of a panic and no `{:?}` reaches anybody here; and rustc does not weigh what it inlines, LLVM does.
        let flags = "-Zunstable-options -Cpanic=immediate-abort -Zfmt-debug=none -Zlocation-detail=none \
                     -Zinline-mir=no";
        build.env("RUSTFLAGS", flags);
        build.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", rustc_web::linker()?);
        build
    } else if no_std::has_target(target)? || no_std::add_target(target)? {
        let mut build = checkout.cargo("build");
        rustc_web::untouched(&mut build).args(["--target", target]);
        build
    } else {
        bail!(
            "rustup has no target {target}, and rustc-web, cargo-web or rust-web-src is missing: run `make setup`"
        );
    };
    for module in modules {
        build.args(["--package", module.package]);
    }
    run(build.args(features).args(["--profile", "wasm", "--locked", "--target-dir"]).arg(folder))?;
    Ok(folder.join(target).join("wasm"))
}

/// wasm-bindgen, then wasm-opt, into `folder`. The finished module is written last: until then the old one says what is
/// to be done.
fn finish(
    checkout: &Checkout,
    tools: &NodeTools,
    module: &Module,
    compiled: &Path,
    folder: &Path,
) -> Result<()> {
    fs::create_dir_all(folder)?;
    let work = tempfile::Builder::new().prefix("keyhome-wasm-").tempdir()?;
    let mut input = compiled.to_owned();
    if module.bound {
        let name = Path::new(module.file).file_stem().context("a module has a name")?;
        let mut bindgen = cargo();
        bindgen.current_dir(checkout.root()).args(["run", "--quiet", "--locked", "--manifest-path", BINDGEN]);
        bindgen.arg("--target-dir").arg(checkout.target("xtask-wasm")).arg("--");
        run(bindgen.arg(compiled).arg(work.path()).arg(name))?;
        for extension in ["js", "d.ts"] {
            let file = Path::new(name).with_extension(extension);
            fs::copy(work.path().join(&file), folder.join(&file))?;
        }
        input = work.path().join(format!("{}_bg.wasm", name.to_string_lossy()));
    }
    let optimised = work.path().join("optimised.wasm");
    let mut wasm_opt = tools.node();
    wasm_opt.arg("node_modules/binaryen/bin/wasm-opt");
    wasm_opt.args(FEATURES).args(OPTIMISATION);
    wasm_opt.args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
    output(wasm_opt.arg(&input).arg("-o").arg(&optimised))?;
    fs::copy(&optimised, folder.join(module.file))?;
    Ok(())
}

/// Files, and how large they may be: gzipped, as browsers download them.
const LIMITS: &[(&str, u64)] =
    &[("node/build/wasm/keyhome.wasm", 84_000), ("routing.wasm", 60_000), ("node/dist/slot.mjs", 6_000)];

/// Prints sizes, and fails where one is above its limit. The package has been built.
pub(crate) fn weigh(checkout: &Checkout, tools: &NodeTools) -> Result<()> {
    let routing = checkout.target("wasm-routing");
    make(checkout, tools, ROUTING, &["--no-default-features"], &routing, &routing)?;
    let columns = ["bytes", "gzipped", "limit"].map(Column::number);
    let mut table = Table::new(std::iter::once(Column::text("file")).chain(columns));
    let mut heavy = Vec::new();
    for &(file, limit) in LIMITS {
        let folder =
            if ROUTING.iter().any(|module| module.file == file) { &*routing } else { checkout.root() };
        let path = folder.join(file);
        let bytes = fs::metadata(&path).with_context(|| path.display().to_string())?.len();
        let gzipped = output(Command::new("sh").args(["-c", "gzip -9 -c \"$0\" | wc -c"]).arg(&path))?;
        let gzipped: u64 = gzipped.trim().parse()?;
        table.row([file.to_owned(), bytes.to_string(), gzipped.to_string(), limit.to_string()]);
        if gzipped > limit {
            heavy.push(format!("{file} is {gzipped} bytes gzipped; it may be {limit}"));
        }
    }
    table.print();
    if heavy.is_empty() { Ok(()) } else { bail!(heavy.join("; ")) }
}

/// Builds the package and weighs what browsers download.
pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    weigh(checkout, &node::built(checkout)?)
}

/// The package in a real browser: from a plain page, through bundlers, in a worker, under a strict policy.
pub(crate) fn test_browser(checkout: &Checkout) -> Result<()> {
    run(&mut node::built(checkout)?.script("test:browser"))
}

/// Ratios inside the browser.
pub(crate) fn bench_browser(checkout: &Checkout) -> Result<()> {
    run(&mut node::built(checkout)?.script("bench:browser"))
}
