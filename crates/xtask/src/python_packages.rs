//! Wheel and sdist as strangers get them: each in an empty environment, with the lines of the READMEs.

use std::fs;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::{output, run};
use crate::python::{self, name};
use crate::python_environment::Environment;

const READMES: [&str; 2] = ["README.md", "python/README.md"];
const CLIENTS: &str = "docs/redis-py.md";

/// Which redis-py comes along, so that every run is with the same.
const REDIS_PY: &str = "python/tests/redis_py/requirements-8.txt";

/// Fails where whose code is compiled in is not named in what is installed.
const NAMES_OTHERS: &str = "import importlib.metadata as metadata; \
    assert any(file.name == 'THIRD-PARTY.txt' and 'pyo3' in file.read_text() for file in metadata.files('keyhome'))";

/// Installs them, and runs the examples: by themselves, and the wheel with redis-py on real servers.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    python::build(checkout)?;
    let wheel = python::wheel(checkout)?;
    for package in [wheel.clone(), python::sdist(checkout)?] {
        anstream::println!("\n{} by itself", name(&package));
        let empty = Environment::empty(checkout)?;
        let mut pip = empty.pip();
        // Where an sdist is compiled: not where the checkout is.
        pip.env("CARGO_TARGET_DIR", checkout.target("python/sdist"));
        run(pip.args(["install", "--quiet", "--no-deps"]).arg(&package))?;
        run(empty.command("python").args(["-c", NAMES_OTHERS]))?;
        run_examples(checkout, &empty, &["--without-redis-py"], &READMES)?;
    }
    anstream::println!("\n{}[redis] on real servers", name(&wheel));
    let empty = Environment::empty(checkout)?;
    let mut with_redis_py = wheel.into_os_string();
    with_redis_py.push("[redis]");
    let mut pip = empty.pip();
    pip.args(["install", "--quiet", "--constraint"]).arg(checkout.root().join(REDIS_PY));
    run(pip.arg(with_redis_py))?;
    run_examples(checkout, &empty, &[], &[READMES.as_slice(), &[CLIENTS]].concat())?;
    fs::remove_dir_all(empty.root())?;
    Ok(())
}

fn run_examples(
    checkout: &Checkout,
    environment: &Environment,
    options: &[&str],
    files: &[&str],
) -> Result<()> {
    let mut python = environment.command("python");
    python.arg(python::folder(checkout).join("tests/examples.py")).args(options);
    python.args(files.iter().map(|file| checkout.root().join(file))).current_dir(environment.root());
    for line in output(&mut python)?.lines() {
        anstream::println!("  {line}");
    }
    Ok(())
}
