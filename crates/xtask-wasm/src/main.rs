//! Writes the JavaScript that goes with a WebAssembly module: `xtask-wasm MODULE FOLDER NAME`.

use std::env;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = env::args_os().skip(1);
    let mut next = |what: &str| arguments.next().with_context(|| format!("no {what} is given"));
    let (module, folder, name) = (next("module")?, next("folder")?, next("name")?);
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(name.to_str().context("the name is not UTF-8")?);
    // The package says where the module is: it lies elsewhere in Node than in browsers.
    bindgen.web(true)?.omit_default_module_path(true).typescript(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    bindgen.generate(folder)
}
