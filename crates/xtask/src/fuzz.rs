//! Fuzzing on stable Rust, without cargo-fuzz.
//!
//! The folder is laid out as cargo-fuzz wants it, and `cargo +nightly fuzz run config` works too. What it does
//! beyond these flags needs a nightly compiler: the address sanitizer.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::at_once;
use crate::checkout::Checkout;
use crate::external::run;
use crate::metadata::Metadata;

/// The manifest of the fuzz targets, a workspace of its own.
pub(crate) const MANIFEST: &str = "fuzz/Cargo.toml";

/// What libFuzzer needs to see: which edges ran, and what numbers were compared with.
const FLAGS: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
];

/// Enough to walk over all seeds and their near neighbourhood.
const SHORT_RUNS: u32 = 100_000;
const LONG: Duration = Duration::from_secs(30 * 60);

/// Inputs are texts that people write, and keys.
const MAX_LENGTH: usize = 4096;

/// Every target, a fixed number of runs from the committed seeds, the same each time.
///
/// What two numbers were compared with guides libFuzzer too, and some of those are addresses, which are others in each
/// process; so without that.
pub(crate) fn run_short(checkout: &Checkout) -> Result<()> {
    run_all(checkout, 1, &[format!("-runs={SHORT_RUNS}"), "-seed=1".to_owned(), "-use_cmp=0".to_owned()])
}

/// Every target for a long time, each time another way, as many at a time as there are processors for.
pub(crate) fn run_long(checkout: &Checkout) -> Result<()> {
    run_all(
        checkout,
        thread::available_parallelism()?.get(),
        &[format!("-max_total_time={}", LONG.as_secs())],
    )
}

fn run_all(checkout: &Checkout, at_once: usize, limits: &[String]) -> Result<()> {
    let manifest = checkout.root().join(MANIFEST);
    let metadata = Metadata::read(&manifest)?;
    let package = metadata.ours().find(|package| package.manifest_path == manifest);
    let targets: Vec<&str> = package.context("fuzz/Cargo.toml has no package")?.binaries().collect();
    build(checkout)?;
    let mut outcome = Ok(());
    let work = |target| match run_target(checkout, target, limits) {
        Ok(done) => ControlFlow::Continue(Ok(done)),
        Err(error) => ControlFlow::Break(Err(error)),
    };
    at_once::each(at_once, targets, work, |done| match done {
        Ok(done) => anstream::println!("{done}"),
        Err(error) => outcome = Err(error),
    });
    outcome
}

/// Checked and built with the same flags, so that libFuzzer itself is compiled once. The target triple is named so
/// that build scripts and macros are built without them.
fn build(checkout: &Checkout) -> Result<()> {
    let mut clippy = instrumented(checkout, "clippy")?;
    run(clippy.args(["--", "--deny", "warnings"]))?;
    run(&mut instrumented(checkout, "build")?)
}

fn instrumented(checkout: &Checkout, subcommand: &str) -> Result<Command> {
    let mut command = checkout.cargo(subcommand);
    command.args(["--manifest-path", MANIFEST, "--locked", "--release", "--target", checkout.host()?]);
    command.arg("--target-dir").arg(checkout.target("fuzz"));
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", FLAGS.join(" "));
    Ok(command)
}

/// How it went, in a line.
fn run_target(checkout: &Checkout, target: &str, limits: &[String]) -> Result<String> {
    let program = checkout.target("fuzz").join(checkout.host()?).join("release").join(target);
    let seeds = checkout.root().join("fuzz/seeds").join(target);
    // One by one, because the order of a folder is another in each checkout. Without a folder libFuzzer keeps what it finds
    // to itself, instead of reading it again from there every second.
    let inputs = names(&seeds)?.join(",");
    let found = checkout.target("fuzz/found").join(target);
    fs::create_dir_all(&found)?;
    let log = found.join("log");
    let status = Command::new(&program)
        .current_dir(&seeds)
        .arg(format!("-seed_inputs={inputs}"))
        .args(limits)
        .args([format!("-max_len={MAX_LENGTH}"), format!("-artifact_prefix={}/", found.display())])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&log)?)
        .status()
        .with_context(|| format!("{} does not start", program.display()))?;
    let text = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    if !status.success() {
        anstream::eprintln!("{}", end_of(&text));
        bail!("fuzz target {target} ended with {status}; the input is in {}", newest(&found)?.display());
    }
    let done = text.lines().find_map(|line| line.split_once("DONE").map(|(_, rest)| rest.trim()));
    let runs = text.lines().find_map(|line| line.strip_prefix("Done "));
    Ok(format!("{target}: {}; {}", runs.unwrap_or("done"), done.unwrap_or_default()))
}

/// The names of the seeds of a target, in order.
fn names(folder: &Path) -> Result<Vec<String>> {
    let files =
        fs::read_dir(folder).with_context(|| format!("{}: a target starts from seeds", folder.display()))?;
    let name = |file: std::io::Result<fs::DirEntry>| Ok(file?.file_name().display().to_string());
    let mut names = files.map(name).collect::<Result<Vec<_>>>()?;
    ensure!(!names.is_empty(), "{} is empty: a target starts from seeds", folder.display());
    names.sort();
    Ok(names)
}

fn end_of(text: &str) -> String {
    const LINES: usize = 60;
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// The file that was written last: the input of the crash.
fn newest(folder: &Path) -> Result<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() != "log" {
            files.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    Ok(files.into_iter().max().map_or_else(|| folder.to_owned(), |(_, path)| path))
}
