//! The Python clients for many servers, on real ones: over each major of redis-py, and in what people use them in.

use std::ops::ControlFlow;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::at_once;
use crate::checkout::Checkout;
use crate::external::{Heard, heard, run};
use crate::python;
use crate::python_environment::Environment;

/// The majors of redis-py, the newest first: `python/tests/redis_py/requirements-MAJOR.txt` says which version of each.
pub(crate) const MAJORS: [u32; 3] = [8, 7, 6];

/// How many operations each run of the chaos tests has: all of them with the newest redis-py.
const OPERATIONS: [&str; 3] = ["25000", "5000", "5000"];

/// How many programs run at the same time: they mostly wait, but for replies that are to come in time.
const AT_ONCE: usize = 2;

/// The tests of the clients, and redis-py's own, in an environment for each major. Each is shown when it is done.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    python::build(checkout)?;
    let mut commands = Vec::new();
    for (major, operations) in MAJORS.into_iter().zip(OPERATIONS) {
        commands.extend(of_major(checkout, major, operations)?);
    }
    let start = Instant::now();
    let mut failed = Vec::new();
    let work = |(name, mut command)| ControlFlow::Continue((name, heard(&mut command)));
    at_once::each(AT_ONCE, commands, work, |(name, heard): (String, _)| {
        anstream::println!("\n{name}, after {} s", start.elapsed().as_secs());
        let outcome = heard.and_then(|Heard { said, error }| {
            anstream::println!("{}", said.trim_end());
            error.map_or(Ok(()), Err)
        });
        if let Err(error) = outcome {
            anstream::println!("{error:#}");
            failed.push(name);
        }
    });
    ensure!(failed.is_empty(), "failed: {}", failed.join("; "));
    Ok(())
}

/// The tests with a major of redis-py, each with its name, in an environment that has it, and the wheel.
fn of_major(checkout: &Checkout, major: u32, operations: &str) -> Result<[(String, Command); 2]> {
    let folder = python::folder(checkout);
    let environment = environment(checkout, major)?;
    python::install_wheel(checkout, &environment)?;
    let mut ours = environment.command("python");
    ours.args(["-m", "pytest", "--quiet", "-p", "no:asyncio", "tests/redis_py"]).current_dir(&folder);
    ours.env("KEYHOME_OPERATIONS", operations);
    let mut theirs = environment.command("python");
    theirs.arg("tests/redis_py/suite/run.py").arg(checkout.target("python/redis-py-sources"));
    theirs.current_dir(&folder);
    Ok([
        (format!("keyhome's tests over redis-py {major}"), ours),
        (format!("redis-py {major}'s own tests"), theirs),
    ])
}

/// An environment that has a major of redis-py.
pub(crate) fn environment(checkout: &Checkout, major: u32) -> Result<Environment> {
    let requirements = format!("tests/redis_py/requirements-{major}.txt");
    Environment::made(
        checkout,
        &format!("redis-py-{major}"),
        &python::folder(checkout),
        &["tests/redis_py/requirements.txt", &requirements],
    )
}

/// Django, Flask, Celery and the like, with the newest redis-py.
pub(crate) fn test_apps(checkout: &Checkout) -> Result<()> {
    let tools = python::with_wheel(checkout)?;
    let mut tests = tools.command("python");
    run(tests.args(["-m", "pytest", "--quiet", "tests/ecosystem"]).current_dir(python::folder(checkout)))
}
