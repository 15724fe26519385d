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
const FROM_ELSEWHERE: &[(&str, &str)] = &[
    ("node/README.md", "node.md"),
    ("python/README.md", "python.md"),
    ("examples/README.md", "examples.md"),
    ("CHANGELOG.md", "changelog.md"),
];

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
    let mut documents: Vec<(PathBuf, String)> =
        FROM_ELSEWHERE.iter().map(|(file, page)| (PathBuf::from(file), (*page).to_owned())).collect();
    let docs = written(&checkout.root().join("docs"))?;
    documents.extend(docs.into_iter().map(|page| (Path::new("docs").join(&page), page)));
    let mut count = 0;
    for (document, page) in &documents {
        let text = read(checkout, document)?;
        count += bring_along(checkout, document, &text, &pages)?;
        fs::write(pages.join(page), links::moved(&text, document, on_the_site))?;
    }
    for document in NO_PAGES.iter().map(Path::new) {
        count += look_at_links(checkout, document, &read(checkout, document)?)?.len();
    }
    let settings = fs::read_to_string(checkout.root().join("site/zensical.toml"))?;
    fs::write(source.join("zensical.toml"), &settings)?;
    fs::copy(checkout.root().join("site/site.css"), pages.join("site.css"))?;

    let pages = written(&pages)?;
    is_in_the_navigation(&pages, &settings)?;
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

/// Where a file of the checkout is on the site: all pages are in one folder there.
fn on_the_site(file: &Path) -> PathBuf {
    match FROM_ELSEWHERE.iter().find(|(from, _)| Path::new(from) == file) {
        Some((_, page)) => PathBuf::from(page),
        None => file.strip_prefix("docs").unwrap_or(file).to_owned(),
    }
}

/// The files that a document leads to, each of which is there.
fn look_at_links(checkout: &Checkout, document: &Path, text: &str) -> Result<Vec<PathBuf>> {
    let mut targets = Vec::new();
    for link in links::within_the_checkout(text) {
        let target = links::resolved(document, link.path);
        let is_there = checkout.root().join(&target).exists();
        ensure!(is_there, "{}:{}: {} is not there", document.display(), link.line, link.path);
        targets.push(target);
    }
    Ok(targets)
}

/// Copies the files that a page leads to and that are no pages, such as the programs of examples; gives the number of links.
fn bring_along(checkout: &Checkout, document: &Path, text: &str, pages: &Path) -> Result<usize> {
    let targets = look_at_links(checkout, document, text)?;
    for target in &targets {
        let copy = pages.join(on_the_site(target));
        if target.starts_with("docs") || FROM_ELSEWHERE.iter().any(|(from, _)| Path::new(from) == target) {
            continue;
        }
        let file = checkout.root().join(target);
        ensure!(file.is_file(), "{} leads to the folder {}", document.display(), target.display());
        fs::create_dir_all(copy.parent().unwrap_or(pages))?;
        fs::copy(file, copy)?;
    }
    Ok(targets.len())
}

fn read(checkout: &Checkout, document: &Path) -> Result<String> {
    fs::read_to_string(checkout.root().join(document)).with_context(|| document.display().to_string())
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
