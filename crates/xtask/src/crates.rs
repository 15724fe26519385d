//! The crates as strangers get them: packed as `cargo publish` packs them, unpacked where no workspace is, and used from there.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::checkout::Checkout;
use crate::external::{cargo, output, run};
use crate::metadata::{Metadata, Package};
use crate::{binary, dist, explorer};

/// What a crate may hold beside its sources, and must: cargo adds the rest.
const BESIDE: &[&str] = &["README.md", "LICENSE-APACHE", "LICENSE-MIT", "Cargo.toml", "Cargo.lock"];
const BY_CARGO: &[&str] = &["Cargo.toml.orig", ".cargo_vcs_info.json"];

/// Whose Rust is run as a stranger would, who pastes it into `src/main.rs`.
const READMES: &[&str] = &["README.md", "crates/keyhome/README.md"];

/// What else the command's crate holds: the explorer's page, and the licences of what is in that.
const BESIDE_COMMAND: &[&str] = &[PAGE, "THIRD-PARTY.txt"];
const PAGE: &str = "explorer.html";

/// Packs the published crates into `dist/crates/`, without building them.
pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    let dist = dist(checkout);
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    fs::create_dir_all(&dist)?;
    let packed = checkout.target("crates");
    let mut package = checkout.cargo("package");
    package.args(["--quiet", "--no-verify", "--locked", "--allow-dirty", "--target-dir"]).arg(&packed);
    for of_ours in published(&checkout.metadata) {
        package.args(["--package", &of_ours.name]);
    }
    let page = Page::lent(checkout)?;
    run(&mut package)?;
    drop(page);
    for package in published(&checkout.metadata) {
        let file = format!("{}.crate", versioned(package));
        let bytes = fs::copy(packed.join("package").join(&file), dist.join(&file))?;
        anstream::println!("{} ({bytes} bytes)", dist.join(&file).display());
    }
    Ok(())
}

/// Packs them, looks at what is in them, and uses them: the library with the READMEs' lines, the command installed.
pub(crate) fn test(checkout: &Checkout) -> Result<()> {
    build(checkout)?;
    let unpacked = checkout.target("crates/unpacked");
    if unpacked.exists() {
        fs::remove_dir_all(&unpacked)?;
    }
    fs::create_dir_all(&unpacked)?;
    let mut patches = vec!["[patch.crates-io]".to_owned()];
    for package in published(&checkout.metadata) {
        says_all(package)?;
        let file = dist(checkout).join(format!("{}.crate", versioned(package)));
        let listed = output(Command::new("tar").arg("-tzf").arg(&file))?;
        let more = if package.name == dist::COMMAND { BESIDE_COMMAND } else { &[] };
        holds_what_it_should(&versioned(package), &listed, more)?;
        // `-m`: with the times that cargo writes, what is new would be older than what was built of it before.
        run(Command::new("tar").arg("-xmzf").arg(&file).arg("-C").arg(&unpacked))?;
        let folder = unpacked.join(versioned(package));
        patches.push(format!("{} = {{ path = '{}' }}", package.name, folder.display()));
    }
    let patches = patches.join("\n");
    for readme in READMES {
        run_readme(checkout, readme, &patches)?;
    }
    install_command(checkout, &unpacked, &patches)
}

/// The explorer's page, where the command's crate takes it from while it is packed: only there, so that a build of the
/// checkout does not take an old one.
struct Page(PathBuf);

impl Page {
    fn lent(checkout: &Checkout) -> Result<Self> {
        let page = explorer::page(checkout);
        let beside = checkout.root().join("crates").join(dist::COMMAND).join(PAGE);
        fs::copy(&page, &beside).with_context(|| format!("{}: `make build` makes it", page.display()))?;
        Ok(Self(beside))
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0) {
            anstream::eprintln!("{} is left: {error}", self.0.display());
        }
    }
}

/// A project that has nothing but the dependency, and in `src/main.rs` what the README says.
fn run_readme(checkout: &Checkout, readme: &str, patches: &str) -> Result<()> {
    let text = fs::read_to_string(checkout.root().join(readme))?;
    let program = rust_of(&text).with_context(|| format!("{readme} has no example in Rust"))?;
    let facade = facade(checkout)?;
    let project = checkout.target("crates/project");
    fs::create_dir_all(project.join("src"))?;
    fs::write(project.join("src/main.rs"), program)?;
    let manifest = format!(
        "[package]\nname = \"stranger\"\nedition = \"2024\"\n\n[dependencies]\n{} = \"{}\"\n\n{patches}",
        facade.name, facade.version
    );
    fs::write(project.join("Cargo.toml"), manifest)?;
    run(outside(checkout, &project, "run").arg("--quiet"))?;
    anstream::println!("{readme}: its Rust runs in an empty project");
    Ok(())
}

/// `cargo install` of the command, for any Linux.
fn install_command(checkout: &Checkout, unpacked: &Path, patches: &str) -> Result<()> {
    let command = published(&checkout.metadata).find(|package| package.name == dist::COMMAND);
    let command = command.context("the command is not published")?;
    let home = checkout.target("crates");
    let config = home.join("patches.toml");
    fs::write(&config, patches)?;
    let mut install = outside(checkout, &home, "install");
    // Without optimisation, which takes minutes and changes nothing of what is asked here.
    install.args(["--quiet", "--debug", "--force", "--no-track", "--config"]).arg(config);
    binary::statically(&mut install, checkout)?;
    run(install.arg("--path").arg(unpacked.join(versioned(command))).arg("--root").arg(&home))?;
    let keyhome = home.join("bin/keyhome");
    serves_the_page(&keyhome)?;
    binary::try_alone(&keyhome)
}

/// Whether `keyhome explore` has something to show.
fn serves_the_page(keyhome: &Path) -> Result<()> {
    let mut explore = Command::new(keyhome);
    explore.args(["explore", "--port", "0"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut serving = explore.spawn()?;
    let mut url = String::new();
    BufReader::new(serving.stdout.take().context("it was piped")?).read_line(&mut url)?;
    let page = output(Command::new("curl").args(["--silent", "--show-error", "--fail"]).arg(url.trim_end()));
    serving.kill()?;
    serving.wait()?;
    ensure!(page?.contains("<title>keyhome"), "{} explore does not serve the explorer", keyhome.display());
    Ok(())
}

/// A cargo command of a stranger: outside the workspace, with what has been downloaded for that.
fn outside(checkout: &Checkout, folder: &Path, subcommand: &str) -> Command {
    let mut command = cargo();
    command.current_dir(folder).args([subcommand, "--offline"]);
    command.env("CARGO_TARGET_DIR", checkout.target("crates/build")).env("CARGO_PROFILE_DEV_DEBUG", "false");
    command
}

/// The first example in Rust.
fn rust_of(text: &str) -> Option<&str> {
    let (_, from) = text.split_once("```rust\n")?;
    from.split_once("```").map(|(program, _)| program)
}

/// Whether what a registry shows is there.
fn says_all(package: &Package) -> Result<()> {
    let said = [
        ("description", package.description.is_some()),
        ("license", package.license.is_some()),
        ("repository", package.repository.is_some()),
        ("readme", package.readme.is_some()),
        ("keywords", !package.keywords.is_empty()),
        ("categories", !package.categories.is_empty()),
    ];
    let missing: Vec<&str> = said.iter().filter(|(_, is_said)| !is_said).map(|&(field, _)| field).collect();
    ensure!(missing.is_empty(), "{} says nothing of {}", package.name, missing.join(", "));
    Ok(())
}

/// Whether the files of a crate, as `tar` lists them, are its sources, its licences, and no more.
fn holds_what_it_should(crate_name: &str, listed: &str, more: &[&str]) -> Result<()> {
    let mut files = Vec::new();
    for line in listed.lines() {
        let file = line.strip_prefix(crate_name).and_then(|rest| rest.strip_prefix('/'));
        files.push(file.with_context(|| format!("{line} lies outside of {crate_name}"))?);
    }
    if let Some(missing) = BESIDE.iter().chain(more).find(|file| !files.contains(file)) {
        bail!("{crate_name} is packed without {missing}");
    }
    let belongs = |file: &&str| {
        file.starts_with("src/")
            || *file == "build.rs"
            || BESIDE.contains(file)
            || more.contains(file)
            || BY_CARGO.contains(file)
    };
    files.retain(|file| !belongs(file));
    ensure!(files.is_empty(), "{crate_name} is packed with {}", files.join(", "));
    Ok(())
}

/// The crates that are published.
fn published(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    metadata.ours().filter(|package| package.is_published())
}

/// The crate that users add.
fn facade(checkout: &Checkout) -> Result<&Package> {
    published(&checkout.metadata)
        .find(|package| package.name == "keyhome")
        .context("no crate keyhome is published")
}

fn versioned(package: &Package) -> String {
    format!("{}-{}", package.name, package.version)
}

fn dist(checkout: &Checkout) -> PathBuf {
    checkout.root().join("dist/crates")
}

#[cfg(test)]
mod tests {
    use super::*;

    const WELL: &str = "a-1.0.0/.cargo_vcs_info.json\na-1.0.0/Cargo.lock\na-1.0.0/Cargo.toml\na-1.0.0/README.md\n\
                        a-1.0.0/LICENSE-APACHE\na-1.0.0/LICENSE-MIT\na-1.0.0/src/lib.rs\n";

    #[test]
    fn a_crate_is_its_sources_and_its_licences() {
        assert!(holds_what_it_should("a-1.0.0", WELL, &[]).is_ok());
        let without = WELL.replace("a-1.0.0/LICENSE-MIT\n", "");
        let error = holds_what_it_should("a-1.0.0", &without, &[]).unwrap_err().to_string();
        assert_eq!(error, "a-1.0.0 is packed without LICENSE-MIT");
        let error = holds_what_it_should("a-1.0.0", &format!("{WELL}a-1.0.0/tests/a.rs\n"), &[]).unwrap_err();
        assert_eq!(error.to_string(), "a-1.0.0 is packed with tests/a.rs");
        assert!(holds_what_it_should("a-1.0.0", "b-1.0.0/src/lib.rs\n", &[]).is_err());
    }

    #[test]
    fn the_first_example_in_rust() {
        assert_eq!(rust_of("a\n```sh\nb\n```\n```rust\nc\n```\n```rust\nd\n```\n"), Some("c\n"));
        assert_eq!(rust_of("```sh\nb\n```\n"), None);
    }
}
