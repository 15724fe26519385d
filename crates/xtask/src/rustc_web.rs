//! Debian's compiler "for the web" (the one that Firefox is built with). It has no WebAssembly target, but the sources
//! of the library, from which one is built.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::external::output;

/// The target that it builds for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/core";

/// What the cargo and rustc that run this xtask may have left in the environment.
const COMPILER: &[&str] =
    &["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC", "RUSTDOC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"];
const TOOLCHAIN: &[&str] = &["RUSTUP_TOOLCHAIN", "CARGO", "LD_LIBRARY_PATH"];

/// Whether it is there, sources included.
pub(crate) fn is_installed() -> bool {
    [RUSTC, CARGO, SOURCES].iter().all(|path| Path::new(path).exists())
}

/// A build with Debian's cargo and rustc, `core` and `alloc` included.
pub(crate) fn build(checkout: &Checkout) -> Command {
    let mut build = Command::new(CARGO);
    build.current_dir(checkout.root()).arg("build");
    untouched(&mut build);
    // Debian's compiler must not get rustup's libraries.
    for name in TOOLCHAIN {
        build.env_remove(name);
    }
    // `-Z build-std` is not for stable compilers unless they are told so.
    build.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", RUSTC);
    build.args(["-Z", "build-std=core,alloc", "--target", TARGET]);
    build
}

/// The same command, without what another compiler has left in the environment.
pub(crate) fn untouched(build: &mut Command) -> &mut Command {
    for name in COMPILER {
        build.env_remove(name);
    }
    build
}

/// The linker that belongs to it.
pub(crate) fn linker() -> Result<String> {
    let said = output(Command::new(RUSTC).arg("-vV").env_remove("LD_LIBRARY_PATH"))?;
    let version = said.lines().find_map(|line| line.strip_prefix("LLVM version: "));
    let major = version.and_then(|version| version.split('.').next()).context("rustc -vV names no LLVM")?;
    Ok(format!("wasm-ld-{major}"))
}
