//! Puts the explorer's page into the command: that which `KEYHOME_EXPLORER` names, or else that which comes with the crate
//! as it is published. Without it the command is built as well, and says how to get the page.

use std::{env, fs, path::Path};

/// The page of a published crate. In a checkout it is elsewhere, once it has been built.
const PUBLISHED: &str = "explorer.html";

/// Where the page takes a config; `null` is none.
const PLACE: &str = r#"<script type="application/json" id="served">null</script>"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=KEYHOME_EXPLORER");
    let out = env::var("OUT_DIR")?;
    let published = || Path::new(PUBLISHED).exists().then(|| PUBLISHED.to_owned());
    let code = match env::var("KEYHOME_EXPLORER").ok().or_else(published) {
        None => "None".to_owned(),
        Some(page) => {
            println!("cargo::rerun-if-changed={page}");
            let html = fs::read_to_string(&page).map_err(|error| format!("{page}: {error}"))?;
            let (before, after) =
                html.split_once(PLACE).ok_or(format!("{page} has no place for a config"))?;
            fs::write(Path::new(&out).join("before.html"), before)?;
            fs::write(Path::new(&out).join("after.html"), after)?;
            r#"Some([include_str!("before.html"), include_str!("after.html")])"#.to_owned()
        }
    };
    fs::write(Path::new(&out).join("explorer.rs"), code)?;
    Ok(())
}
