//! The Python clients for many servers, on real ones: over each major of redis-py, and in what people use them in.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::external::run;
use crate::python;
use crate::python_environment::Environment;

/// The majors of redis-py, the newest first: `python/tests/redis_py/requirements-MAJOR.txt` says which version of each.
const MAJORS: &[u32] = &[8, 7, 6];

/// How many operations each run of the chaos tests has: all of them with the newest redis-py.
const OPERATIONS: [&str; 3] = ["25000", "5000", "5000"];

/// The tests of the clients, and redis-py's own, in an environment for each major.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    python::build(checkout)?;
    for (major, operations) in MAJORS.iter().zip(OPERATIONS) {
        let name = format!("redis-py-{major}");
        let requirements = format!("tests/redis_py/requirements-{major}.txt");
        let folder = python::folder(checkout);
        let environment =
            Environment::made(checkout, &name, &folder, &["tests/redis_py/requirements.txt", &requirements])?;
        python::install_wheel(checkout, &environment)?;
        let python = || {
            let mut python = environment.command("python");
            python.current_dir(&folder);
            python
        };
        anstream::println!("\nredis-py {major}");
        let mut tests = python();
        tests.args(["-m", "pytest", "--quiet", "-p", "no:asyncio", "tests/redis_py"]);
        run(tests.env("KEYHOME_OPERATIONS", operations))?;
        run(python().arg("tests/redis_py/suite/run.py").arg(checkout.target("python/redis-py-sources")))?;
    }
    Ok(())
}

/// Django, Flask, Celery and the like, with the newest redis-py.
pub(crate) fn test_apps(checkout: &Checkout) -> Result<()> {
    let tools = python::with_wheel(checkout)?;
    let mut tests = tools.command("python");
    run(tests.args(["-m", "pytest", "--quiet", "tests/ecosystem"]).current_dir(python::folder(checkout)))
}
