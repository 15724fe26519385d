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

/// How wasm-opt makes it small: blocks and loops are built anew first, and nothing lies in the first KiB of the memory,
/// where the stack ends.
const OPTIMISATION: &[&str] = &["--low-memory-unused", "--flatten", "--rereloop", "-Oz", "-Oz", "--converge"];

/// A module, and where the package takes it from.
struct Module {
    package: &'static str,
    file: &'static str,
    /// Whether wasm-bindgen writes JavaScript for it.
    bound: bool,
}

const MODULES: &[Module] = &[
    Module { package: "keyhome-wasm", file: "keyhome.wasm", bound: true },
    Module { package: "keyhome-wasm-slot", file: "slot.wasm", bound: false },
];

/// Leaves the modules, and the JavaScript of the first, in `node/build/wasm`.
pub(crate) fn build(checkout: &Checkout, tools: &NodeTools) -> Result<()> {
    let compiled = compile(checkout)?;
    for module in MODULES {
        let compiled = compiled.join(format!("{}.wasm", module.package.replace('-', "_")));
        let finished = folder(checkout).join(module.file);
        if modified(&finished) < modified(&compiled) {
            finish(checkout, tools, module, &compiled, &finished)?;
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

/// Compiles all of them, and gives their folder. Debian's compiler first: it builds the library too, for size. With
/// rustup's target the modules are a tenth larger.
fn compile(checkout: &Checkout) -> Result<PathBuf> {
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
    for module in MODULES {
        build.args(["--package", module.package]);
    }
    let folder = checkout.target("wasm");
    run(build.args(["--profile", "wasm", "--locked", "--target-dir"]).arg(&folder))?;
    Ok(folder.join(target).join("wasm"))
}

/// wasm-bindgen, then wasm-opt. The finished module is written last: until then the old one says what is to be done.
fn finish(
    checkout: &Checkout,
    tools: &NodeTools,
    module: &Module,
    compiled: &Path,
    finished: &Path,
) -> Result<()> {
    fs::create_dir_all(folder(checkout))?;
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
            fs::copy(work.path().join(&file), folder(checkout).join(&file))?;
        }
        input = work.path().join(format!("{}_bg.wasm", name.to_string_lossy()));
    }
    let optimised = work.path().join("optimised.wasm");
    let mut wasm_opt = tools.node();
    wasm_opt.arg("node_modules/binaryen/bin/wasm-opt");
    wasm_opt.args(FEATURES).args(OPTIMISATION);
    wasm_opt.args(["--strip-debug", "--strip-producers", "--strip-target-features"]);
    output(wasm_opt.arg(&input).arg("-o").arg(&optimised))?;
    fs::copy(&optimised, finished)?;
    Ok(())
}

/// Files of the package, and how large they may be: gzipped, as browsers download them.
const LIMITS: &[(&str, u64)] = &[("build/wasm/keyhome.wasm", 60_000), ("dist/slot.mjs", 6_000)];

/// Prints sizes, and fails where one is above its limit. The package has been built.
pub(crate) fn weigh(checkout: &Checkout) -> Result<()> {
    let columns = ["bytes", "gzipped", "limit"].map(Column::number);
    let mut table = Table::new(std::iter::once(Column::text("file")).chain(columns));
    let mut heavy = Vec::new();
    for &(file, limit) in LIMITS {
        let path = checkout.root().join("node").join(file);
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

/// Builds the package and weighs it: what browsers download, and what npm installs.
pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    let tools = node::built(checkout)?;
    let downloaded = weigh(checkout);
    let installed = run(&mut tools.script("test:size"));
    downloaded.and(installed)
}

/// The package in a real browser: from a plain page, through bundlers, in a worker, under a strict policy.
pub(crate) fn test_browser(checkout: &Checkout) -> Result<()> {
    run(&mut node::built(checkout)?.script("test:browser"))
}

/// Ratios inside the browser.
pub(crate) fn bench_browser(checkout: &Checkout) -> Result<()> {
    run(&mut node::built(checkout)?.script("bench:browser"))
}
