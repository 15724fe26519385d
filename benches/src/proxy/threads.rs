//! What a request costs with two threads, beside one: with as many connections a thread, and with as many in all. The
//! fewer connections a thread has, the fewer requests go to a server in one call.

use std::{io, path::Path};

use crate::{
    fleet::Fleet,
    load::{self, CONNECTIONS, Load},
    median, verdict,
};

const AT_MOST: f64 = 1.1;

pub(crate) fn measure(fleet: &Fleet, keyhome: &Path, load: &Load, rounds: usize) -> io::Result<()> {
    let (_running, two) = fleet.start_keyhome(keyhome, 2)?;
    for (connections, which) in [(2 * CONNECTIONS, "50 each"), (CONNECTIONS, "25 each")] {
        let mut pairs = Vec::new();
        for round in 0..=rounds {
            let pair = if round % 2 == 0 {
                (load::cost(two, load, connections)?, load::cost(fleet.keyhome, load, CONNECTIONS)?)
            } else {
                let one = load::cost(fleet.keyhome, load, CONNECTIONS)?;
                (load::cost(two, load, connections)?, one)
            };
            if round > 0 {
                pairs.push(pair);
            }
        }
        let ratio = median(pairs.iter().map(|(two, one)| two / one));
        let (two, one) = (median(pairs.iter().map(|pair| pair.0)), median(pairs.iter().map(|pair| pair.1)));
        let (name, verdict) = (format!("{}, {which}", load.name), verdict(ratio, AT_MOST));
        println!("{name:<34} {two:>9.2} {one:>11.2} {:>9} {ratio:>7.3} {AT_MOST:>8.2}{verdict}", "-");
    }
    Ok(())
}
