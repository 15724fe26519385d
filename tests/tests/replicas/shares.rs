//! The shares that `least-latency` gives in a small world of servers with a network, a queue and a life of their own.

use keyhome::{ReadFrom, ReplicaSet};
use keyhome_tests::world::{SECOND, Server, World};

use crate::{node, set};

fn sets(read_from: ReadFrom, clients: usize, servers: usize) -> Vec<ReplicaSet> {
    vec![set(read_from, None, &vec![None; servers]); clients]
}

/// A primary and two replicas that are well.
fn equals() -> Vec<Server> {
    vec![Server::new(200, 100); 3]
}

#[test]
fn equals_get_equal_shares() {
    for rate in [100, 5000] {
        let shares = World::new(sets(ReadFrom::LeastLatency, 1, 3), equals(), 1).run(20.0, rate);
        println!("{rate} reads a second: {shares:.1?}");
        assert!(shares.iter().all(|share| (25.0..42.0).contains(share)), "{shares:?}");
    }
}

#[test]
fn who_is_ten_times_slower_gets_little_but_not_nothing() {
    for (rate, most) in [(100, 5.0), (1000, 2.0), (4000, 3.0)] {
        let mut servers = equals();
        servers[1] = Server::new(2000, 1000);
        let mut world = World::new(sets(ReadFrom::LeastLatency, 1, 3), servers, 2);
        let shares = world.run(30.0, rate);
        println!(
            "{rate} reads a second, one ten times slower: {shares:.2?}, p99 {} µs",
            world.percentile(99)
        );
        assert!(world.asked[1] >= 3 && shares[1] < most, "{shares:?}");
    }
}

#[test]
fn the_slow_tail_is_cut_off() {
    let world = |read_from| {
        let mut servers = equals();
        servers[1].slow = (0..u64::MAX, 20);
        let mut world = World::new(sets(read_from, 4, 3), servers, 3);
        world.run(5.0, 2000);
        (world.percentile(50), world.percentile(99))
    };
    let (least, turns) = (world(ReadFrom::LeastLatency), world(ReadFrom::RoundRobin));
    println!(
        "one server 20 times slower, median and p99 in µs: least-latency {least:?}, round-robin {turns:?}"
    );
    assert!(least.1 * 10 < turns.1);
}

#[test]
fn who_stalls_is_left_and_earns_its_share_back() {
    let mut servers = equals();
    servers[2].stalled = 10 * SECOND..12 * SECOND;
    let mut world = World::new(sets(ReadFrom::LeastLatency, 4, 3), servers, 4);
    world.run(9.0, 2000); // up to 10 s
    let stalled = world.run(2.0, 2000);
    println!(
        "stalled for 2 s: {stalled:.2?} %, {} reads of {} failed",
        world.failed,
        world.asked.iter().sum::<u64>()
    );
    assert!(stalled[2] < 1.0, "{stalled:?}");
    let mut shares = vec![];
    for _ in 0..20 {
        shares.push(world.run(1.0, 2000)[2]);
    }
    println!("its share in the seconds after: {shares:.0?}");
    assert!(shares[1] < 10.0, "not all at once: {shares:?}");
    assert!(shares[14..].iter().sum::<f64>() / 6.0 > 25.0, "within 15 s: {shares:?}");
}

#[test]
fn who_refuses_is_left_and_earns_its_share_back() {
    let mut servers = equals();
    servers[2].refusing = 10 * SECOND..25 * SECOND;
    let mut world = World::new(sets(ReadFrom::LeastLatency, 1, 3), servers, 5);
    world.run(9.0, 2000);
    world.run(15.0, 2000);
    println!("refused for 15 s: {} of {} reads", world.failed, world.asked.iter().sum::<u64>());
    assert!((4..30).contains(&world.failed), "tried now and then: {}", world.failed);
    world.run(20.0, 2000); // it is left out for 16 s at most by then
    let shares = world.run(5.0, 2000);
    println!("afterwards: {shares:.0?}");
    assert!(shares[2] > 25.0, "{shares:?}");
}

#[test]
fn another_zone_must_be_worth_it() {
    let shares = |near_service: u64, rate| {
        let set = set(ReadFrom::LeastLatency, Some("a"), &[Some("b"), Some("a"), Some("b")]);
        let far = Server::new(200, 100);
        let near = Server::new(200, near_service);
        World::new(vec![set], vec![far.clone(), near, far], 6).run(10.0, rate)
    };
    let (equal, slower, loaded) = (shares(100, 500), shares(600, 500), shares(100, 12_000));
    println!(
        "the near one: equal {equal:.0?}, 2.7 times slower {slower:.0?}, more than it can serve {loaded:.0?}"
    );
    // Two of three draws of two have it in them.
    assert!(equal[1] > 60.0, "{equal:?}");
    assert!(slower[1] < 20.0, "{slower:?}");
    assert!(loaded[1] < 60.0 && loaded[0] > 15.0 && loaded[2] > 15.0, "it spills over: {loaded:?}");
}

/// Many clients that start at once know nothing, and then all know the same: nobody is run down.
#[test]
fn clients_do_not_move_as_a_herd() {
    let mut world = World::new(sets(ReadFrom::LeastLatency, 50, 4), vec![Server::new(200, 100); 4], 7);
    let mut worst = vec![];
    for _ in 0..20 {
        let shares = world.run(0.05, 20_000);
        worst.push(shares.into_iter().fold(0.0, f64::max));
    }
    println!("highest share of four equals in each 50 ms: {worst:.0?}; p99 {} µs", world.percentile(99));
    assert!(worst.iter().all(|share| *share < 45.0), "{worst:?}");

    // One that nobody has measured joins: it is not swamped.
    let mut world = World::new(sets(ReadFrom::LeastLatency, 1, 3), vec![Server::new(200, 100); 4], 8);
    world.run(1.0, 10_000);
    assert_eq!(world.clients[0].replace(&node(&[None; 4])), [Some(0), Some(1), Some(2)]);
    // It stalls from its first request on.
    world.servers[3].stalled = world.now..1 << 60;
    let shares = world.run(0.5, 10_000);
    println!(
        "a new one that stalls at once: {} of {} reads",
        world.asked[3],
        world.asked.iter().sum::<u64>()
    );
    assert!(shares[3] < 1.0, "{shares:?}");
}
