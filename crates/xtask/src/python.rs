//! The pip package: wheel and sdist, their tests, and its benchmarks. Everything runs on what users install.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};

use crate::checkout::Checkout;
use crate::dist;
use crate::external::{output, run};
use crate::python_environment::Environment;

/// The most bytes that the wheel may have.
const WHEEL_MAX: u64 = 1_000_000;

/// What pip installs into the environment of the tools, in order.
const REQUIREMENTS: &[&str] = &[
    "requirements-build.txt",
    "requirements-test.txt",
    "requirements-bench.txt",
    "tests/ecosystem/requirements.txt",
];

/// Builds wheel and sdist into `dist/`, once a run.
pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    checkout.run.once("wheel and sdist", || pack(checkout))
}

fn pack(checkout: &Checkout) -> Result<()> {
    let tools = tools(checkout)?;
    let dist = checkout.root().join("dist");
    remove_packages(&dist)?;
    let maturin = |subcommand: &str| {
        let mut maturin = tools.command("maturin");
        // Cargo's choice of folder holds for maturin too, wherever it was made.
        maturin.env("CARGO_TARGET_DIR", checkout.target("")).current_dir(folder(checkout));
        maturin.args([subcommand, "--out"]).arg(&dist);
        maturin
    };
    // Its chatter is shown only when it fails.
    output(maturin("build").args(["--release", "--locked", "--interpreter"]).arg(tools.program("python")))?;
    output(&mut maturin("sdist"))?;
    let (wheel, sdist) = (wheel(checkout)?, sdist(checkout)?);
    for package in [&wheel, &sdist] {
        anstream::println!("{} ({} bytes)", package.display(), fs::metadata(package)?.len());
    }
    let size = fs::metadata(&wheel)?.len();
    ensure!(size <= WHEEL_MAX, "the wheel has {size} bytes; it may have {WHEEL_MAX}");
    Ok(())
}

/// Style, types and tests, with the wheel installed.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    let tools = with_wheel(checkout)?;
    // The last ones are the programs in Python that the tests of other languages start.
    let sources = [
        "src",
        "tests",
        "benches",
        "../tests/doors",
        "../tests/clients/python",
        "../tests/chaos",
        "../tests/fingerprint",
    ];
    let tool = |name: &str| {
        let mut command = tools.command(name);
        command.current_dir(folder(checkout));
        command
    };
    // redis-py's types know of no chains and of no `decode_responses`: the examples are as people write them.
    let styled = sources.iter().chain(&["../examples"]);
    let ruff = ["--quiet", "--config", "pyproject.toml"];
    run(tool("ruff").args(["format", "--check"]).args(ruff).args(styled.clone()))?;
    run(tool("ruff").arg("check").args(ruff).args(styled))?;
    // From elsewhere, so that the installed package is read and not its sources.
    let mut stubtest = tools.command("python");
    run(stubtest.args(["-m", "mypy.stubtest", "keyhome._keyhome"]).current_dir(tools.root()))?;
    run(tool("mypy").args(sources))?;
    let mut pyright = tool("pyright");
    pyright.env("PYRIGHT_PYTHON_CACHE_DIR", checkout.target("python/pyright"));
    pyright.env("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1");
    run(pyright.arg("--pythonpath").arg(tools.program("python")))?;
    // Those are stages of their own.
    run(tool("python").args([
        "-m",
        "pytest",
        "--quiet",
        "--ignore=tests/redis_py",
        "--ignore=tests/ecosystem",
        "--ignore=tests/proxy",
    ]))
}

/// What Python's libraries make of what the proxy writes.
pub(crate) fn test_proxy(checkout: &Checkout) -> Result<()> {
    let command = dist::built_command(checkout)?;
    let tools = with_wheel(checkout)?;
    let mut tests = tools.command("python");
    tests.args(["-m", "pytest", "--quiet", "tests/proxy"]).current_dir(folder(checkout));
    run(tests.env("KEYHOME_BIN", command))
}

/// Ratios beside what Python programs use today.
pub(crate) fn bench(checkout: &Checkout) -> Result<()> {
    let tools = with_wheel(checkout)?;
    let folder = folder(checkout);
    run(tools.command("python").arg("benches/ratios.py").current_dir(&folder))?;
    // Its servers are those of the tests.
    let mut clients = tools.command("python");
    run(clients.arg("benches/clients.py").env("PYTHONPATH", folder.join("tests")).current_dir(&folder))
}

/// A Python that has the wheel, as built from the sources of now.
pub(crate) fn interpreter(checkout: &Checkout) -> Result<PathBuf> {
    Ok(with_wheel(checkout)?.program("python"))
}

/// The tools, with the wheel that is built from the sources of now.
pub(crate) fn with_wheel(checkout: &Checkout) -> Result<Environment> {
    build(checkout)?;
    let tools = tools(checkout)?;
    checkout.run.once("wheel among the tools", || install_wheel(checkout, &tools))?;
    Ok(tools)
}

fn tools(checkout: &Checkout) -> Result<Environment> {
    Environment::made(checkout, "tools", &folder(checkout), REQUIREMENTS)
}

/// Installs the wheel that was built last.
pub(crate) fn install_wheel(checkout: &Checkout, environment: &Environment) -> Result<()> {
    let mut pip = environment.pip();
    pip.args(["install", "--quiet", "--no-deps", "--no-index", "--force-reinstall"]);
    run(pip.arg(wheel(checkout)?))
}

/// The only wheel in `dist/`.
pub(crate) fn wheel(checkout: &Checkout) -> Result<PathBuf> {
    only(checkout, is_wheel)
}

/// The only sdist in `dist/`.
pub(crate) fn sdist(checkout: &Checkout) -> Result<PathBuf> {
    only(checkout, is_sdist)
}

fn only(checkout: &Checkout, is_wanted: fn(&Path) -> bool) -> Result<PathBuf> {
    let dist = checkout.root().join("dist");
    let mut found = files(&dist)?;
    found.retain(|file| is_wanted(file));
    match <[PathBuf; 1]>::try_from(found) {
        Ok([file]) => Ok(file),
        Err(found) => bail!("{} has {} packages where one should be: {found:?}", dist.display(), found.len()),
    }
}

/// Takes the packages of other versions away.
fn remove_packages(dist: &Path) -> Result<()> {
    fs::create_dir_all(dist)?;
    for file in files(dist)?.iter().filter(|file| is_wheel(file) || is_sdist(file)) {
        fs::remove_file(file)?;
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn is_wheel(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "whl")
}

fn is_sdist(file: &Path) -> bool {
    name(file).ends_with(".tar.gz")
}

pub(crate) fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

pub(crate) fn folder(checkout: &Checkout) -> PathBuf {
    checkout.root().join("python")
}
