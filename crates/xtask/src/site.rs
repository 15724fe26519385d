//! The docs site: the pages of `docs/` and the READMEs of the packages, built by Zensical, and every link in them looked at.

mod links;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::checkout::Checkout;
use crate::external::run;
use crate::python_environment::Environment;

/// What is written elsewhere, and the page that it becomes.
const FROM_ELSEWHERE: &[(&str, &str)] =
    &[("node/README.md", "node.md"), ("python/README.md", "python.md"), ("CHANGELOG.md", "changelog.md")];

/// Documents that are no pages: only their links are looked at.
const NO_PAGES: &[&str] = &["README.md", "CONTRIBUTING.md", "tests/README.md"];

/// Builds the site into `target/site`. A link to what is not there fails it, and so does a page that no reader would find.
pub(crate) fn build(checkout: &Checkout) -> Result<()> {
    let environment =
        Environment::made(checkout, "site", &checkout.root().join("site"), &["requirements.txt"])?;
    let source = checkout.target("site-source");
    if source.exists() {
        fs::remove_dir_all(&source)?;
    }
    let pages = source.join("pages");
    copy(&checkout.root().join("docs"), &pages)?;
    for (file, page) in FROM_ELSEWHERE {
        let text = fs::read_to_string(checkout.root().join(file)).context(*file)?;
        fs::write(pages.join(page), links::moved(&text, Path::new(file), FROM_ELSEWHERE))?;
    }
    for page in written(&checkout.root().join("docs"))? {
        let text = fs::read_to_string(pages.join(&page))?;
        let moved = links::moved(&text, &Path::new("docs").join(&page), FROM_ELSEWHERE);
        fs::write(pages.join(&page), moved)?;
    }
    let settings = fs::read_to_string(checkout.root().join("site/zensical.toml"))?;
    fs::write(source.join("zensical.toml"), &settings)?;
    fs::copy(checkout.root().join("site/site.css"), pages.join("site.css"))?;

    let pages = written(&pages)?;
    is_in_the_navigation(&pages, &settings)?;
    let count = links_of_all(checkout, &pages)?;
    run(environment.command("zensical").args(["build", "--clean", "--strict"]).current_dir(&source))?;
    let site = checkout.target("site");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    fs::rename(source.join("site"), &site)?;
    for page in &pages {
        let built = match page.trim_end_matches(".md") {
            "index" => site.join("index.html"),
            name => site.join(name).join("index.html"),
        };
        ensure!(built.is_file(), "{page} has not become {}", built.display());
    }
    anstream::println!("site: {} pages, {count} links; {}", pages.len(), site.display());
    Ok(())
}

/// Every page has its place in the navigation, and every place its page.
fn is_in_the_navigation(pages: &BTreeSet<String>, settings: &str) -> Result<()> {
    let places: BTreeSet<String> =
        settings.split('"').filter(|text| is_markdown(text)).map(str::to_owned).collect();
    let lost: Vec<&String> = pages.symmetric_difference(&places).collect();
    ensure!(lost.is_empty(), "site/zensical.toml and the pages differ in {lost:?}");
    Ok(())
}

/// Looks at the links of all documents within the checkout. Those that lead from a page lead to another, or to a picture.
fn links_of_all(checkout: &Checkout, pages: &BTreeSet<String>) -> Result<usize> {
    let of_docs = pages.iter().map(|page| match FROM_ELSEWHERE.iter().find(|(_, moved)| moved == page) {
        Some((file, _)) => PathBuf::from(file),
        None => Path::new("docs").join(page),
    });
    let documents: Vec<PathBuf> = of_docs.chain(NO_PAGES.iter().map(PathBuf::from)).collect();
    let mut count = 0;
    for document in &documents {
        let text = fs::read_to_string(checkout.root().join(document))?;
        let is_page = !NO_PAGES.iter().any(|file| Path::new(file) == document);
        for link in links::within_the_checkout(&text) {
            let target = links::resolved(document, link.path);
            let at = format!("{}:{}: {}", document.display(), link.line, link.path);
            ensure!(checkout.root().join(&target).exists(), "{at} is not there");
            let is_on_the_site = target.starts_with("docs")
                || FROM_ELSEWHERE.iter().any(|(file, _)| Path::new(file) == target);
            ensure!(!is_page || is_on_the_site, "{at} leads out of the site: name it without a link");
            count += 1;
        }
    }
    Ok(count)
}

fn is_markdown(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "md")
}

/// The names of the Markdown files of a folder.
fn written(folder: &Path) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if is_markdown(&name) {
            names.insert(name);
        }
    }
    Ok(names)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
