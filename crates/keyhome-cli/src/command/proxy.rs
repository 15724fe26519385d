//! `keyhome proxy`: serves the pools of a config.

use std::path::Path;

use keyhome::config::Config;
use keyhome_proxy::Options;

use crate::{
    config_file::ConfigFile,
    failure::{Answer, Failure},
};

pub(crate) fn run(path: &Path, threads: usize) -> Result<Answer, Failure> {
    let file = ConfigFile::read(path)?;
    let config = Config::parse(file.text()).map_err(|error| file.invalid(error))?;
    let mut options = Options::default();
    options.threads = threads;
    keyhome_proxy::run(&config, &options).map_err(Failure::Proxy)?;
    Ok(Answer::Done)
}
