//! The command as one file that runs on any Linux: it carries its C library with it, and asks nothing of the machine but the
//! kernel. Packed with its licences into `dist/binary/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::checkout::Checkout;
use crate::external::{output, run};
use crate::{dist, no_std};

/// What lies beside the command in its archive.
const BESIDE: &[&str] =
    &["crates/keyhome-cli/README.md", "LICENSE-APACHE", "LICENSE-MIT", "crates/keyhome-cli/THIRD-PARTY.txt"];

/// A config for what is tried. Its nodes need not be there.
const CONFIG: &str = "
sessions:
  listen: 127.0.0.1:22121
  redis: true
  servers:
   - 10.0.0.1:6379:1 redis-1
   - 10.0.0.2:6379:2 redis-2
   - 10.0.0.3:6379:1 redis-3
";

/// What is asked of a command that is alone in the world, and how the answer begins.
const QUESTIONS: &[(&[&str], &str)] = &[
    (&["--version"], concat!("keyhome ", env!("CARGO_PKG_VERSION"), "\n")),
    (&["slot", "user:1001"], "user:1001\t5712\n"),
    (&["node", "-c", "nutcracker.yml", "user:1001"], "user:1001\tredis-2\n"),
    (&["check", "-c", "nutcracker.yml"], ""),
    (&["proxy", "-t", "-c", "nutcracker.yml"], ""),
];

/// Builds the command with the page in it, tries it, and packs it.
pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    let mut build = checkout.cargo("build");
    build.args(["--release", "--locked", "--package", dist::COMMAND]);
    build.args(["--config", "profile.release.strip=true"]);
    let target = statically(&mut build, checkout)?;
    dist::with_page(&mut build, checkout);
    run(&mut build)?;
    let keyhome = checkout.target(&target).join("release/keyhome");
    try_alone(&keyhome)?;
    pack(checkout, &keyhome)
}

/// Has a build link everything into its binaries, and gives the target that it is for.
pub(crate) fn statically(build: &mut Command, checkout: &Checkout) -> Result<String> {
    let musl = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    if no_std::has_target(&musl)? || no_std::add_target(&musl)? {
        build.args(["--target", &musl]);
        return Ok(musl);
    }
    let host = checkout.host()?;
    anstream::println!("no {musl} to be had: with glibc, whose host names are its shared library's");
    build.args(["--target", host]);
    let variable = format!("CARGO_TARGET_{}_RUSTFLAGS", host.to_uppercase().replace('-', "_"));
    build.env(variable, "-Ctarget-feature=+crt-static");
    Ok(host.to_owned())
}

/// Asks the command where nothing else is: its root is a folder that has only it and a config.
pub(crate) fn try_alone(keyhome: &Path) -> Result<()> {
    let root = tempfile::Builder::new().prefix("keyhome-alone-").tempdir()?;
    fs::copy(keyhome, root.path().join("keyhome")).with_context(|| keyhome.display().to_string())?;
    fs::write(root.path().join("nutcracker.yml"), CONFIG)?;
    for &(words, wanted) in QUESTIONS {
        let said = output(within(root.path())?.arg("/keyhome").args(words))?;
        ensure!(said.starts_with(wanted), "`keyhome {}` prints {said:?}", words.join(" "));
    }
    anstream::println!("{} runs where nothing else is", keyhome.display());
    Ok(())
}

/// Whose root is `folder`. Only root may do that; everybody may be root among themselves.
fn within(folder: &Path) -> Result<Command> {
    let mut command = if output(Command::new("id").arg("-u"))?.trim_end() == "0" {
        Command::new("chroot")
    } else {
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "chroot"]);
        command
    };
    command.arg(folder);
    Ok(command)
}

/// The command, how to use it, and the licences, in one folder.
fn pack(checkout: &Checkout, keyhome: &Path) -> Result<()> {
    let dist = dist(checkout);
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    fs::create_dir_all(&dist)?;
    let name = format!("keyhome-{}-linux-{}", env!("CARGO_PKG_VERSION"), architecture());
    let work = tempfile::Builder::new().prefix("keyhome-binary-").tempdir()?;
    let folder = work.path().join(&name);
    fs::create_dir(&folder)?;
    fs::copy(keyhome, folder.join("keyhome"))?;
    for file in BESIDE {
        let file = checkout.root().join(file);
        fs::copy(&file, folder.join(file.file_name().context("a file has a name")?))?;
    }
    let archive = dist.join(format!("{name}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.args(["--owner=0", "--group=0", "--sort=name", "-czf"]).arg(&archive);
    run(tar.arg("-C").arg(work.path()).arg(&name))?;
    anstream::println!("{} ({} bytes)", archive.display(), fs::metadata(&archive)?.len());
    Ok(())
}

/// As Node names it, and so the packages of npm.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn dist(checkout: &Checkout) -> PathBuf {
    checkout.root().join("dist/binary")
}
