//! `keyhome explore`: the explorer's page, served on loopback, with a config in it.

use std::{
    io::{self, IsTerminal, Write},
    net::{Ipv4Addr, TcpListener},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::print_json;
use crate::{
    config_file::ConfigFile,
    failure::{Answer, Failure},
    page_server, report,
};

/// The page before and after the place where it takes a config; none in a build without the page.
const PAGE: Option<[&str; 2]> = include!(concat!(env!("OUT_DIR"), "/explorer.rs"));

const NO_PAGE: &str = "this keyhome was built without the explorer's page; what `cargo install` builds and the binaries of the \
                       releases have it, and `make build` in a checkout of keyhome builds both: target/release/keyhome, and \
                       explorer/dist/explorer.html, which any browser opens";

pub(crate) fn run(
    config: Option<&Path>,
    pool: Option<&str>,
    port: u16,
    open: bool,
    json: bool,
) -> Result<Answer, Failure> {
    let page = page(PAGE, config, pool)?;
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| cannot_listen(port, &error))?;
    let address = listener.local_addr().map_err(|error| cannot_listen(port, &error))?;
    let url = format!("http://{address}/");
    if json {
        print_json(&json!({ "url": url }))?;
    } else {
        writeln!(io::stdout().lock(), "{url}")?;
    }
    if io::stderr().is_terminal() {
        report::line("Open it in a browser; Ctrl-C ends.");
    }
    if open {
        open_in_browser(&url);
    }
    page_server::serve(&listener, &page).map_err(|error| cannot_listen(address.port(), &error))
}

/// The page with the config in it. A config that is not valid is the page's to show.
fn page(parts: Option<[&str; 2]>, config: Option<&Path>, pool: Option<&str>) -> Result<String, Failure> {
    let Some([before, after]) = parts else { return Err(Failure::Input(NO_PAGE.into())) };
    let served = match config {
        None => Value::Null,
        Some(path) => {
            let file = ConfigFile::read(path)?;
            json!({ "config": file.text(), "file": file.name().to_string_lossy(), "pool": pool })
        }
    };
    Ok(format!("{before}{}{after}", data_block(&served)))
}

/// JSON as a part of a page that no browser takes for a script, and that nothing in the JSON can end.
fn data_block(value: &Value) -> String {
    let json = value.to_string().replace('<', "\\u003c");
    format!(r#"<script type="application/json" id="served">{json}</script>"#)
}

fn cannot_listen(port: u16, error: &io::Error) -> Failure {
    let advice =
        if error.kind() == io::ErrorKind::AddrInUse { "; `--port 0` takes one that is free" } else { "" };
    Failure::Input(format!("cannot serve on 127.0.0.1:{port}: {error}{advice}"))
}

/// Asks the desktop. Where there is none, the address has been printed all the same.
fn open_in_browser(url: &str) {
    let mut command = if cfg!(target_os = "windows") {
        let mut command = Command::new("cmd");
        command.args(["/c", "start", ""]);
        command
    } else {
        Command::new(if cfg!(target_os = "macos") { "open" } else { "xdg-open" })
    };
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        let program = command.get_program().to_string_lossy();
        report::warning(&format!("no browser was opened: {program}: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_config_ends_the_data() {
        let block = data_block(&json!({ "config": "</script><!--<script>" }));
        assert_eq!(block.matches('<').count(), 2, "{block}");
        let json = block.split_once('>').unwrap().1.strip_suffix("</script>").unwrap();
        let value: Value = serde_json::from_str(json).unwrap();
        assert_eq!(value["config"], "</script><!--<script>");
    }

    #[test]
    fn a_page_without_a_config_and_a_build_without_a_page() {
        let empty = page(Some(["<p>", "</p>"]), None, None).unwrap();
        assert_eq!(empty, r#"<p><script type="application/json" id="served">null</script></p>"#);
        let message = page(None, None, None).unwrap_err().to_string();
        assert!(message.contains("`make build`"), "{message}");
    }

    #[test]
    fn a_port_that_is_taken() {
        let taken = io::Error::from(io::ErrorKind::AddrInUse);
        let message = cannot_listen(16384, &taken).to_string();
        assert!(message.starts_with("cannot serve on 127.0.0.1:16384: "), "{message}");
        assert!(message.ends_with("`--port 0` takes one that is free"), "{message}");
    }
}
