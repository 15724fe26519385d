//! Random pools: every hash and distribution of twemproxy, every other dialect, cluster maps.

use super::{Form, Node, Pool};
use crate::{
    dice::Dice,
    twin::{
        pool::System,
        random::{LIBMEMCACHED_HASHES, TWEMPROXY_HASHES},
    },
};

/// Hashes of twemproxy that look at the sign of a byte.
const SIGNED_HASHES: [&str; 4] = ["fnv1a_64", "fnv1_32", "hsieh", "one_at_a_time"];

const TAGS: [Option<[u8; 2]>; 5] = [None, None, Some(*b"{}"), Some(*b"$$"), Some(*b"ab")];

/// The first so many random pools of a seed. Any 50 of them that follow each other hold every hash of twemproxy with
/// both distributions.
pub fn random(seed: u64, count: usize) -> Vec<Pool> {
    let mut dice = Dice::new(seed);
    (0..count).map(|number| one(&mut dice, number % 50)).collect()
}

fn one(dice: &mut Dice, number: usize) -> Pool {
    let hashes = TWEMPROXY_HASHES.len();
    let system = match number {
        ..24 => System::Twemproxy {
            hash: TWEMPROXY_HASHES[number % hashes],
            modula: number >= hashes,
            tag: dice.one_of(&TAGS),
            signed_char: true,
        },
        24..27 => System::Twemproxy {
            hash: dice.one_of(&SIGNED_HASHES),
            modula: dice.once_in(2),
            tag: dice.one_of(&TAGS),
            signed_char: false,
        },
        27..44 => other(dice, number - 27),
        _ => System::RedisCluster,
    };
    let form = if number < 44 { Form::Config } else { Form::Map };
    let nodes = nodes(dice, &system, &form);
    let mut pool = Pool { form, system, nodes, gone: vec![] };
    if dice.once_in(3) {
        pool.gone = some_but_not_all(dice, pool.nodes.len());
    }
    pool
}

/// A system that is not twemproxy; each has its numbers.
fn other(dice: &mut Dice, number: usize) -> System {
    match number {
        0 => System::Vnodes { vnodes: 160 },
        1 => System::Vnodes { vnodes: 1 + dice.below(200) as u32 },
        2 => System::Charsum,
        3 => System::Libketama,
        4..=6 => System::NpmHashring {
            vnode_count: 1 + dice.below(120) as u32,
            points_per_digest: 1 + dice.below(4) as u32,
            default_port: dice.once_in(2).then_some(11211),
            sha1: number == 6,
        },
        7..=9 => System::Uhashring {
            ketama: number == 9,
            vnodes: dice.once_in(2).then(|| 1 + dice.below(40) as u32),
            points_per_digest: 1 + dice.below(4) as u32,
        },
        10 => System::HashRing,
        11..=15 => System::Libmemcached {
            mode: ["modula", "modula", "consistent", "consistent", "weighted"][number - 11],
            hash: dice
                .once_in(3)
                .then_some(())
                .map_or_else(|| Some(dice.one_of(&LIBMEMCACHED_HASHES)), |()| None),
        },
        _ => System::RedisCluster,
    }
}

fn nodes(dice: &mut Dice, system: &System, form: &Form) -> Vec<Node> {
    let most = dice.one_of(&[2, 4, 12]);
    let count = 2 + dice.below(most - 1);
    let named = *form == Form::Config && !dice.once_in(3);
    let style = dice.below(5);
    let weights = dice.below(4);
    let mut nodes: Vec<Node> = (0..count)
        .map(|number| {
            // No address twice: the number is a part of each.
            let host = format!("10.{}.{}.{number}", dice.below(4), dice.below(256));
            let mut node = Node::new(format!("{host}:{}", dice.one_of(&[6379, 11211, 7000 + number])));
            node.name = named.then(|| name(dice, style, number));
            node.weight = weight(dice, system, weights, number);
            if let System::NpmHashring { .. } = system
                && dice.once_in(5)
            {
                node.vnodes = Some(1 + dice.below(60) as u32);
            }
            node
        })
        .collect();
    if *system == System::RedisCluster {
        share_out_slots(dice, &mut nodes);
    }
    nodes
}

fn name(dice: &mut Dice, style: usize, number: usize) -> String {
    match style {
        0 => format!("redis-{number}"),
        1 => format!("{}{number:02}", dice.one_of(&["node", "n", "shard-"])),
        // twemproxy sorts by length before anything else.
        2 => "a".repeat(20 - number),
        3 => format!("{}{number}", dice.one_of(&["ключ", "é", "語", "😀"])),
        // twemproxy cuts what it hashes.
        _ => format!("{}{number}", dice.one_of(&["x", "y"]).repeat(260 + dice.below(16))),
    }
}

fn weight(dice: &mut Dice, system: &System, weights: usize, number: usize) -> u32 {
    const HEAVY: [u32; 5] = [100, 1000, 99_999, 16_777_217, 1_000_000_007];
    match system {
        System::RedisCluster | System::Vnodes { .. } | System::Charsum => 1,
        System::Uhashring { ketama: false, .. } => 1 + dice.below(4) as u32,
        _ if weights == 0 => 1,
        // One heavy node at most: the sum has a limit.
        _ if weights == 1 && number == 0 => match system {
            // nutcracker writes its list of so many entries out.
            System::Twemproxy { modula: true, .. } => dice.one_of(&HEAVY[..3]),
            _ => dice.one_of(&HEAVY),
        },
        _ => 1 + dice.below(12) as u32,
    }
}

/// Cuts 0..16384 into pieces of any size, which go to the nodes in turn; in one of four pools the last piece goes to
/// nobody.
fn share_out_slots(dice: &mut Dice, nodes: &mut [Node]) {
    let pieces = nodes.len() + dice.below(2 * nodes.len());
    let mut starts: Vec<u16> = (0..pieces).map(|_| dice.below(16384) as u16).chain([0]).collect();
    starts.sort_unstable();
    starts.dedup();
    let hole = dice.once_in(4).then_some(starts.len() - 1);
    let ends = starts.iter().skip(1).copied().chain([16384]);
    for (piece, (start, end)) in starts.iter().zip(ends).enumerate() {
        if Some(piece) != hole {
            nodes[piece % nodes.len()].slots.push(*start..=end - 1);
        }
    }
}

fn some_but_not_all(dice: &mut Dice, count: usize) -> Vec<usize> {
    let left = dice.below(count);
    let first = (left + 1 + dice.below(count - 1)) % count;
    (0..count).filter(|&index| index == first || (index != left && dice.once_in(3))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Asked, cases::Key, door::Witness, doors::RustDoor};

    #[test]
    fn pools_are_valid_and_of_many_kinds() {
        for seed in 0..20 {
            let pools = random(seed, 50);
            assert_eq!(pools, random(seed, 50));
            for pool in &pools {
                let asked = RustDoor.homes(pool, &[Key(b"a".to_vec())]);
                assert!(matches!(asked, Asked::Answered(_)), "{asked:?} of {}", pool.text());
            }
            let count = |is: &dyn Fn(&Pool) -> bool| pools.iter().filter(|pool| is(pool)).count();
            assert!(count(&|pool| !pool.gone.is_empty()) >= 4);
            assert!(count(&|pool| pool.nodes.iter().any(|node| node.weight > 1)) >= 10);
            assert!(count(&|pool| pool.nodes[0].name.is_none()) >= 10);
            assert_eq!(count(&|pool| pool.form == Form::Map), 6);
            let dialects: std::collections::BTreeSet<_> =
                pools.iter().map(|pool| pool.system.dialect().0).collect();
            assert_eq!(dialects.len(), 9);
        }
    }
}
