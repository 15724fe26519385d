//! All tests, run once, with line coverage of the published crates.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::checkout::Checkout;
use crate::dist;
use crate::external::{output, run as run_command};
use crate::metadata::Package;
use crate::table::{Column, Table};

pub(crate) fn run(checkout: &Checkout) -> Result<()> {
    let tools = Tools::find(checkout)?;
    let profiles = checkout.target("coverage/profiles");
    if profiles.exists() {
        fs::remove_dir_all(&profiles)?;
    }
    let mut binaries = executables(keyhome(checkout)?)?;
    // The tests that run the `keyhome` command are to run this one.
    let program = binaries.first().context("no keyhome command was built")?.clone();
    let mut without_running = tests(checkout)?;
    without_running.arg("--no-run");
    binaries.extend(executables(without_running)?);
    // `%4m`: the many runs of one binary add up in four files, and not in one file each.
    let mut tests = tests(checkout)?;
    run_command(tests.env("KEYHOME_BIN", program).env("LLVM_PROFILE_FILE", profiles.join("%4m.profraw")))?;
    let merged = tools.merge(&profiles)?;
    let lines = tools.lines(&merged, &binaries)?;
    print(checkout, &lines)
}

/// The tests of the workspace, but for the examples in the documentation.
fn tests(checkout: &Checkout) -> Result<Command> {
    let mut command = instrumented(checkout, "test")?;
    command.args(["--workspace", "--lib", "--bins", "--tests"]);
    Ok(command)
}

/// The `keyhome` command.
fn keyhome(checkout: &Checkout) -> Result<Command> {
    let mut command = instrumented(checkout, "build")?;
    command.args(["--package", dist::COMMAND]);
    Ok(command)
}

fn instrumented(checkout: &Checkout, subcommand: &str) -> Result<Command> {
    let mut command = checkout.cargo(subcommand);
    with_counters(checkout, &mut command)?;
    Ok(command)
}

/// Has a cargo command put counters into the code. The target is named so that build scripts and macros, which run at build
/// time, have none.
pub(crate) fn with_counters(checkout: &Checkout, command: &mut Command) -> Result<()> {
    command.args(["--locked", "--target", checkout.host()?, "--target-dir"]).arg(checkout.target("coverage"));
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", "-Cinstrument-coverage");
    Ok(())
}

/// Builds and returns the binaries, all of which have counters.
fn executables(mut build: Command) -> Result<Vec<PathBuf>> {
    build.arg("--message-format=json-render-diagnostics").stderr(Stdio::inherit());
    let mut binaries = Vec::new();
    for line in output(&mut build)?.lines() {
        let message: Value = serde_json::from_str(line)?;
        if let Some(binary) = message["executable"].as_str() {
            binaries.push(PathBuf::from(binary));
        }
    }
    Ok(binaries)
}

/// llvm-profdata and llvm-cov of the LLVM that rustc was built with; others cannot read its profiles.
struct Tools {
    profdata: PathBuf,
    cov: PathBuf,
}

impl Tools {
    fn find(checkout: &Checkout) -> Result<Self> {
        Ok(Self {
            profdata: tool(checkout, "llvm-profdata", "LLVM_PROFDATA")?,
            cov: tool(checkout, "llvm-cov", "LLVM_COV")?,
        })
    }

    fn merge(&self, profiles: &Path) -> Result<PathBuf> {
        let merged = profiles.join("merged.profdata");
        let mut command = Command::new(&self.profdata);
        command.args(["merge", "-sparse", "-o"]).arg(&merged);
        for entry in fs::read_dir(profiles).context("the tests left no profiles")? {
            command.arg(entry?.path());
        }
        output(&mut command)?;
        Ok(merged)
    }

    /// For each source file, its lines and those that ran.
    fn lines(&self, profile: &Path, binaries: &[PathBuf]) -> Result<BTreeMap<PathBuf, Lines>> {
        let mut command = Command::new(&self.cov);
        command.args(["export", "-summary-only"]).arg(format!("-instr-profile={}", profile.display()));
        for binary in binaries {
            command.arg("-object").arg(binary);
        }
        let report: Value = serde_json::from_str(&output(&mut command)?)?;
        let files = report["data"][0]["files"].as_array().context("llvm-cov export names no files")?;
        let mut lines = BTreeMap::new();
        for file in files {
            let name = file["filename"].as_str().context("a file of llvm-cov has no name")?;
            let count =
                |what: &str| file["summary"]["lines"][what].as_u64().context("llvm-cov counts no lines");
            lines.insert(PathBuf::from(name), Lines { all: count("count")?, covered: count("covered")? });
        }
        Ok(lines)
    }
}

fn tool(checkout: &Checkout, name: &str, variable: &str) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Ok(path.into());
    }
    let major = checkout.llvm_major()?;
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let rustup =
        Path::new(sysroot.trim_end()).join("lib/rustlib").join(checkout.host()?).join("bin").join(name);
    let debian = Path::new("/usr/lib").join(format!("llvm-{major}")).join("bin").join(name);
    match [debian, rustup].into_iter().find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => bail!(
            "no {name} for LLVM {major}: run `make setup`, or `rustup component add llvm-tools`, or set {variable}"
        ),
    }
}

#[derive(Clone, Copy, Default)]
struct Lines {
    all: u64,
    covered: u64,
}

impl Lines {
    fn percent(self) -> String {
        format!("{:.1} %", 100.0 * self.covered as f64 / self.all.max(1) as f64)
    }
}

/// One row for each published crate: what is only for development does not count.
fn print(checkout: &Checkout, lines: &BTreeMap<PathBuf, Lines>) -> Result<()> {
    let titles = [
        Column::text("line coverage"),
        Column::number("lines"),
        Column::number("covered"),
        Column::number(""),
    ];
    let mut table = Table::new(titles);
    let mut total = Lines::default();
    let mut published: Vec<&Package> =
        checkout.metadata.ours().filter(|package| package.is_published()).collect();
    published.sort_by(|a, b| a.name.cmp(&b.name));
    for package in published {
        let source = checkout.root().join(checkout.metadata.folder(package)?).join("src");
        let mut sum = Lines::default();
        for (_, file) in lines.iter().filter(|(path, _)| path.starts_with(&source)) {
            sum.all += file.all;
            sum.covered += file.covered;
        }
        total.all += sum.all;
        total.covered += sum.covered;
        table.row([package.name.clone(), sum.all.to_string(), sum.covered.to_string(), sum.percent()]);
    }
    table.row(["all".to_owned(), total.all.to_string(), total.covered.to_string(), total.percent()]);
    anstream::println!();
    table.print();
    if total.covered == 0 {
        bail!("the tests covered no line: the profiles were not read");
    }
    Ok(())
}
