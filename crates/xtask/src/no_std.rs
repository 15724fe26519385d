//! The proof that keyhome-core needs no std: it is built for WebAssembly against `core` and `alloc` alone.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::external::{output, run, succeeds_within};
use crate::rustc_web;

const PACKAGE: &str = "keyhome-core";

/// A target that has no std at all, for a toolchain that can have it.
const BARE_TARGET: &str = "wasm32v1-none";

/// A download that takes longer is taken for one that hangs.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(20);

pub(crate) fn check(checkout: &Checkout) -> Result<()> {
    if has_target(BARE_TARGET)? || add_target(BARE_TARGET)? {
        anstream::println!("{PACKAGE} for {BARE_TARGET}, a target without std");
        let mut build = checkout.cargo("build");
        rustc_web::untouched(&mut build);
        return run(in_own_folder(&mut build, checkout).args(["--locked", "--target", BARE_TARGET]));
    }
    if !rustc_web::is_installed() {
        bail!(
            "rustup has no target {BARE_TARGET}, and rustc-web, cargo-web or rust-web-src is missing: run `make setup`"
        );
    }
    anstream::println!(
        "{PACKAGE} for {} with Debian's rustc-web, core and alloc built from source",
        rustc_web::TARGET
    );
    let mut build = rustc_web::build(checkout);
    run(in_own_folder(&mut build, checkout).arg("--locked"))
}

/// Whether rustc has the libraries of a target.
pub(crate) fn has_target(target: &str) -> Result<bool> {
    let folder = output(Command::new("rustc").args(["--print", "target-libdir", "--target", target]))?;
    Ok(Path::new(folder.trim_end()).is_dir())
}

/// Asks rustup for them. Where there is no rustup, or its download fails or hangs, the answer is no.
pub(crate) fn add_target(target: &str) -> Result<bool> {
    succeeds_within(DOWNLOAD_LIMIT, Command::new("rustup").args(["target", "add", target]))
}

/// A build of the core in a folder of its own.
fn in_own_folder<'a>(build: &'a mut Command, checkout: &Checkout) -> &'a mut Command {
    build.args(["--package", PACKAGE, "--release", "--target-dir"]).arg(checkout.target("no-std"))
}
