//! `keyhome proxy` takes the place of a nutcracker, with its file, on its port and its servers, and gives it back.

use std::{io, path::Path};

use anstyle::{AnsiColor, Style};
use keyhome_live::Scratch;

use super::{KEYS, PLANS};
use crate::{
    cases::{Key, to_hex},
    door::{Asked, Witness},
    doors::{RustDoor, shown},
    keys,
    real::BehindNutcracker,
};

/// Of one pool: how many keys were right.
struct Row {
    pool: &'static str,
    about: String,
    /// Of those that nutcracker had written, read through the proxy.
    kept: usize,
    /// Of those that were then written through the proxy, read through nutcracker again.
    given_back: usize,
    /// Of all, those that are on the server that is their home.
    at_home: usize,
}

/// Shows it, and gives how many keys there were; a disagreement is added to those there are.
pub(super) fn show(program: &Path, wrong: &mut Vec<String>) -> io::Result<usize> {
    let scratch = Scratch::new()?;
    let servers = BehindNutcracker::start(&scratch, 5)?;
    let mut rows = Vec::new();
    for (seed, plan) in (1..).zip(PLANS) {
        let pool = servers.place(&plan.pool()).expect("a pool of nutcracker's");
        let keys = keys::make(seed, 2 * KEYS);
        let (before, after) = keys.split_at(KEYS);
        let values =
            |who: &str| -> Vec<String> { (0..KEYS).map(|number| format!("{number} by {who}")).collect() };
        let (old, new) = (values("nutcracker"), values("keyhome proxy"));
        let mut differing = |what: &str, key: &Key, found: &str, wanted: &str| {
            wrong.push(format!("{}, key {}: {what} {found} for {wanted}", plan.name, to_hex(&key.0)));
        };
        let mut same = |who: &str, keys: &[Key], found: &[Option<String>], values: &[String]| -> usize {
            assert_eq!(found.len(), keys.len(), "{who} answers for each key");
            let mut right = 0;
            for ((key, found), value) in keys.iter().zip(found).zip(values) {
                if found.as_ref() == Some(value) {
                    right += 1;
                } else {
                    differing(&format!("{who} reads"), key, &format!("{found:?}"), value);
                }
            }
            right
        };
        let serving = servers.serve(&pool)?;
        serving.write(before, &old)?;
        let serving = serving.taken_over(program)?;
        let kept = same("the proxy", before, &serving.read(before)?, &old);
        serving.write(after, &new)?;
        let serving = serving.taken_back()?;
        let given_back = same("nutcracker", after, &serving.read(after)?, &new);
        let Asked::Answered(homes) = RustDoor.homes(&pool, &keys) else { panic!("it answers") };
        let mut at_home = 0;
        for ((key, found), home) in keys.iter().zip(serving.homes(&keys)?).zip(&homes) {
            if found == *home && home.is_ok() {
                at_home += 1;
            } else {
                differing("it is", key, &shown(&found), &shown(home));
            }
        }
        rows.push(Row { pool: plan.name, about: plan.about(), kept, given_back, at_home });
    }
    print(&rows);
    Ok(rows.len() * 2 * KEYS)
}

fn print(rows: &[Row]) {
    let bold = Style::new().bold();
    let about = rows.iter().map(|row| row.about.len()).max().unwrap_or(0);
    anstream::println!("\n{bold}{:<8}  {:<about$}  read through  read again by{bold:#}", "", "");
    anstream::println!(
        "{bold}{:<8}  {:<about$}     the proxy     nutcracker  at home{bold:#}",
        "pool",
        "placed as"
    );
    for Row { pool, about: like, kept, given_back, at_home } in rows {
        let number = |right: usize, all: usize, width: usize| {
            let color = if right == all { AnsiColor::Green } else { AnsiColor::Red };
            let style = color.on_default();
            format!("{style}{right:>width$}{style:#}")
        };
        let (kept, given_back) = (number(*kept, KEYS, 12), number(*given_back, KEYS, 13));
        anstream::println!(
            "{pool:<8}  {like:<about$}  {kept}  {given_back}  {}",
            number(*at_home, 2 * KEYS, 7)
        );
    }
    anstream::println!(
        "\nA nutcracker writes {KEYS} keys and ends; keyhome proxy serves its nutcracker.yml on its port, reads them and\n\
         writes {KEYS} more; then nutcracker is back and reads those. At home: of all, straight on the servers."
    );
}
