//! The proof that keyhome-core needs no std: it is built for WebAssembly against `core` and `alloc` alone.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::external::{output, run, succeeds_within};

const PACKAGE: &str = "keyhome-core";

/// A target that has no std at all, for a toolchain that can have it.
const BARE_TARGET: &str = "wasm32v1-none";

/// A download that takes longer is taken for one that hangs.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(20);

/// Debian has no WebAssembly target for Rust, but the library's sources, from which `core` and `alloc` can be built.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/core";
const DEBIAN_TARGET: &str = "wasm32-unknown-unknown";

pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    if has_target(BARE_TARGET)? || add_target(BARE_TARGET)? {
        anstream::println!("{PACKAGE} for {BARE_TARGET}, a target without std");
        let mut build = checkout.cargo("build");
        return run(isolated(&mut build, checkout).args(["--locked", "--target", BARE_TARGET]));
    }
    if ![DEBIAN_RUSTC, DEBIAN_CARGO, DEBIAN_SOURCES].iter().all(|path| Path::new(path).exists()) {
        bail!(
            "rustup has no target {BARE_TARGET}, and rustc-web, cargo-web or rust-web-src is missing: run `make setup`"
        );
    }
    anstream::println!(
        "{PACKAGE} for {DEBIAN_TARGET} with Debian's {DEBIAN_RUSTC}, core and alloc built from source"
    );
    let mut build = Command::new(DEBIAN_CARGO);
    build.current_dir(checkout.root()).arg("build");
    isolated(&mut build, checkout);
    // `-Z build-std` is not for stable compilers unless they are told so.
    build.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", DEBIAN_RUSTC);
    run(build.args(["--locked", "-Z", "build-std=core,alloc", "--target", DEBIAN_TARGET]))
}

/// Whether rustc has the libraries of a target.
fn has_target(target: &str) -> Result<bool> {
    let folder = output(Command::new("rustc").args(["--print", "target-libdir", "--target", target]))?;
    Ok(Path::new(folder.trim_end()).is_dir())
}

/// Asks rustup for them. Where there is no rustup, or its download fails or hangs, the answer is no.
fn add_target(target: &str) -> Result<bool> {
    succeeds_within(DOWNLOAD_LIMIT, Command::new("rustup").args(["target", "add", target]))
}

/// A build of the core in a folder of its own, untouched by what the cargo and rustc that run this xtask have
/// left in the environment: Debian's compiler must not get rustup's libraries.
fn isolated<'a>(build: &'a mut Command, checkout: &Checkout) -> &'a mut Command {
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC",
        "RUSTDOC",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
    ] {
        build.env_remove(name);
    }
    if build.get_program() == DEBIAN_CARGO {
        for name in ["RUSTUP_TOOLCHAIN", "CARGO", "LD_LIBRARY_PATH"] {
            build.env_remove(name);
        }
    }
    build.args(["--package", PACKAGE, "--release", "--target-dir"]).arg(checkout.target("no-std"))
}
