//! Files of sample keys, with progress on a terminal.

use std::{
    fs::File,
    io::{self, IsTerminal},
    path::Path,
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    args::SampleArgs,
    config_file::is_stdin,
    failure::Failure,
    key_lines::{KeyLines, Writing},
};

/// Files below this are read before a bar could be seen.
const WORTH_A_BAR: u64 = 8 << 20;

/// Keys that stand in for real ones where none were given: spread evenly by any hash.
pub(crate) const GENERATED: u64 = 100_000;

/// Hands over the keys of the file, batch after batch.
pub(crate) fn for_each_batch(
    path: &Path,
    args: &SampleArgs,
    each: impl FnMut(&[&[u8]]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let writing = Writing::new(args.hex);
    if is_stdin(path) {
        return KeyLines::new(io::stdin().lock(), writing).for_each_batch("stdin", each);
    }
    let unreadable = |error| Failure::Read { file: path.to_owned(), error };
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let bar = progress_bar(size);
    let done = KeyLines::new(bar.wrap_read(file), writing).for_each_batch(&path.display().to_string(), each);
    bar.finish_and_clear();
    done
}

fn progress_bar(size: u64) -> ProgressBar {
    if size < WORTH_A_BAR || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = "{bar:40} {percent} %, {bytes_per_sec}, {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(size).with_style(style)
}

/// Hands over [`GENERATED`] keys: `key:` and sixteen hexadecimal digits that no hash can find a pattern in.
pub(crate) fn for_each_generated(each: impl FnMut(&[Vec<u8>])) {
    let keys: Vec<Vec<u8>> =
        (0..GENERATED).map(|number| format!("key:{:016x}", mixed(number)).into_bytes()).collect();
    keys.chunks(4096).for_each(each);
}

/// The finaliser of splitmix64: neighbours become strangers, and every run makes the same keys.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
