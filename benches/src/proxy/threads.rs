//! What a request costs with two threads, beside one.

use std::{io, path::Path};

use crate::{
    fleet::Fleet,
    load::{self, Load},
    median, verdict,
};

const AT_MOST: f64 = 1.1;

pub(crate) fn measure(fleet: &Fleet, keyhome: &Path, load: &Load, rounds: usize) -> io::Result<()> {
    let (_running, two) = fleet.start_keyhome(keyhome, 2)?;
    let mut pairs = Vec::new();
    for round in 0..=rounds {
        let pair = if round % 2 == 0 {
            (load::cost(two, load)?, load::cost(fleet.keyhome, load)?)
        } else {
            let one = load::cost(fleet.keyhome, load)?;
            (load::cost(two, load)?, one)
        };
        if round > 0 {
            pairs.push(pair);
        }
    }
    let ratio = median(pairs.iter().map(|(two, one)| two / one));
    let (two, one) = (median(pairs.iter().map(|pair| pair.0)), median(pairs.iter().map(|pair| pair.1)));
    let name = format!("{}, 2 threads beside 1", load.name);
    println!(
        "{name:<34} {two:>9.2} {one:>11.2} {:>9} {ratio:>7.3} {AT_MOST:>8.2}{}",
        "-",
        verdict(ratio, AT_MOST)
    );
    Ok(())
}
