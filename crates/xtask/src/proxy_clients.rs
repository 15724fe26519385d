//! The clients that people use, in Node, Python, Go and Java, through the proxy. `tests/src/proxy_clients/` runs them; here is
//! built what it runs.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::external::run;
use crate::go_tools::GoTools;
use crate::node_tools::NodeTools;
use crate::{doors, redis_py};

/// The versions of Jedis: the last major that greets nobody, and the first that says HELLO 3.
const JEDIS: [&str; 2] = ["7.5.0", "8.0.0"];

/// What fetches Jedis and what it needs.
const COPIES_DEPENDENCIES: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    let mut running = doors::harness(checkout, "proxy-clients")?;
    let node = NodeTools::find(checkout)?;
    node.install(checkout)?;
    running.env("KEYHOME_NODE", node.node().get_program());
    for major in redis_py::MAJORS {
        let environment = redis_py::environment(checkout, major)?;
        running.env(format!("KEYHOME_REDIS_PY_{major}"), environment.program("python"));
    }
    running.env("KEYHOME_GO_REDIS", build_go(checkout)?);
    for version in JEDIS {
        let major = version.split('.').next().unwrap_or_default();
        running.env(format!("KEYHOME_JEDIS_{major}"), fetch_jedis(checkout, version)?.join("*"));
    }
    run(&mut running)
}

/// The program for go-redis.
fn build_go(checkout: &Checkout) -> Result<PathBuf> {
    let program = checkout.target("clients/go-redis");
    let mut build = GoTools::find(checkout)?.go();
    build.current_dir(checkout.root().join("tests/clients/go")).arg("build").arg("-o").arg(&program).arg(".");
    run(&mut build)?;
    Ok(program)
}

/// The folder of the jars.
fn fetch_jedis(checkout: &Checkout, version: &str) -> Result<PathBuf> {
    let folder = checkout.target("clients").join(format!("jedis-{version}"));
    if std::fs::exists(&folder).with_context(|| folder.display().to_string())? {
        return Ok(folder);
    }
    // Named so when all are there.
    let half = folder.with_extension("fetching");
    let mut maven = Command::new("mvn");
    maven.args(["--batch-mode", "--quiet", "--file"]).arg(checkout.root().join("tests/clients/java/pom.xml"));
    maven.arg(COPIES_DEPENDENCIES).arg(format!("-Djedis.version={version}"));
    let mut directory = std::ffi::OsString::from("-DoutputDirectory=");
    directory.push(&half);
    run(maven.arg(directory))?;
    std::fs::rename(half, &folder)?;
    Ok(folder)
}
