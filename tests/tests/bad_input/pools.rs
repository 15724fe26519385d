//! Pools that cannot be.

use keyhome::{Dialect, Member, Node, Options, Router};

use crate::code;

fn member(name: &str, weight: u32) -> Member {
    let mut member = Member::from(Node::new(name, "192.0.2.1:6379"));
    member.node.weight = weight;
    member
}

fn twemproxy(members: Vec<Member>) -> Result<Router, keyhome::Error> {
    Router::new(Dialect::TWEMPROXY, &Options::new(), members)
}

fn modula(servers: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = servers.map(|server| format!("   - {server}\n")).collect();
    format!("pool:\n  distribution: modula\n  servers:\n{}", lines.concat())
}

#[test]
fn no_node_at_all() {
    for dialect in Dialect::ALL {
        assert_eq!(code(Router::new(dialect, &Options::new(), vec![])), "config.empty", "{}", dialect.id);
    }
    println!("no node at all: {} dialects", Dialect::ALL.len());
}

#[test]
fn weights_out_of_range() {
    assert_eq!(code(twemproxy(vec![member("a", 0)])), "config.weight");
    assert_eq!(code(twemproxy(vec![member("a", u32::MAX), member("b", 1)])), "config.weight");
    let hugest = twemproxy(vec![member("a", u32::MAX - 1), member("b", 1)]).unwrap();
    assert_eq!(hugest.node("user:1001").unwrap().name, "a", "b has no point");
    let text = |weight: &str| keyhome::from_config(&modula([format!("h:1:{weight}")].into_iter()), None);
    assert_eq!(code(text("0")), "config.weight");
    for weight in
        ["2147483648", "4294967296", "18446744073709551617", "340282366920938463463374607431768211456"]
    {
        assert_eq!(code(text(weight)), "config.number", "{weight}");
    }
    for weight in ["-1", "1.5", "0x10", "1e3", "+1", "one"] {
        assert_eq!(code(text(weight)), "config.server", "{weight}");
    }
    println!("weights out of range: 14 cases");
}

#[test]
fn a_server_twice() {
    assert_eq!(code(twemproxy(vec![member("a", 1), member("b", 1), member("a", 2)])), "config.name");
    let config = modula(["h:1:1 a", "h:2:1 b", "h:3:1 a"].map(String::from).into_iter());
    let error = keyhome::from_config(&config, None).unwrap_err();
    assert_eq!((error.code(), error.line()), ("config.name", Some(6)));
    println!("a server twice: 2 cases");
}

#[test]
fn too_many_servers() {
    let servers =
        |count: u32| (0..count).map(|i| format!("10.{}.{}.{}:6379:1", i >> 16, i >> 8 & 255, i & 255));
    for count in [65_536, 70_000] {
        assert_eq!(code(keyhome::from_config(&modula(servers(count)), None)), "config.nodes");
    }
    let most = keyhome::from_config(&modula(servers(65_535)), None).unwrap();
    assert_eq!(most.nodes().len(), 65_535);
    let home = most.index("user:1001").unwrap();
    let name = most.nodes()[home].name.clone();
    assert_ne!(most.without(&[&name]).unwrap().index("user:1001").unwrap(), home);
    println!("too many servers: 3 cases");
}

#[test]
fn too_many_points_or_none() {
    let config = |dialect: &str, options: &str, count: u32| {
        let servers: Vec<String> = (0..count).map(|i| format!("   - h:{}:1\n", i + 1)).collect();
        keyhome::from_config(
            &format!("pool:\n  dialect: {dialect}\n{options}  servers:\n{}", servers.concat()),
            None,
        )
    };
    assert_eq!(code(config("vnodes", "  vnodes: 16777217\n", 1)), "config.points");
    assert_eq!(code(config("vnodes", "  vnodes: 2147483647\n", 3)), "config.points");
    assert_eq!(code(config("uhashring", "  vnodes: 8388609\n", 2)), "config.points");
    assert_eq!(code(config("npm-hashring", "  vnode_count: 2147483647\n", 40)), "config.points");
    // 1/49 * 1 * 49 is less than 1 in floating point: no server gets a point.
    assert_eq!(code(config("npm-hashring", "  vnode_count: 1\n", 49)), "config.points");
    let fifty = config("npm-hashring", "  vnode_count: 1\n", 50).unwrap();
    assert_eq!(code(fifty.without(&["h:1"])), "config.points", "49 are left");
    assert_eq!(fifty.explain("a").unwrap().next, None, "nobody has it next");
    println!("too many points or none: 6 cases");
}

#[test]
fn slots_that_cannot_be() {
    let config = |slots: &str, other: &str| {
        keyhome::from_config(
            &format!(
                "pool:\n  dialect: redis-cluster\n  servers:\n   - {{address: \"h:1\", slots: \"{slots}\"}}\n   \
                 - {{address: \"h:2\", slots: \"{other}\"}}\n"
            ),
            None,
        )
    };
    let bad = [
        "0-16384",
        "16384",
        "5-3",
        "x",
        "1-",
        "-1",
        "1--2",
        "0-5460 5461",
        "0-5460;7",
        "99999999999999999999",
    ];
    for slots in bad {
        assert_eq!(code(config(slots, "10000-10001")), "config.slots", "{slots}");
    }
    for (slots, other) in [("0-100", "100-200"), ("0-16383", "5"), ("7", "7"), ("1,2,3", "3,4")] {
        assert_eq!(code(config(slots, other)), "config.slots", "{slots} and {other}");
    }
    let holes = config("0-5000", "5002-16383").unwrap();
    assert_eq!(holes.balance().uncovered.and_then(keyhome::share::Share::count), Some(1));
    let in_hole =
        (0..1_000_000).map(|i| format!("k{i}")).find(|key| keyhome::slot(key.as_bytes()) == 5001).unwrap();
    assert_eq!(code(holes.index(&in_hole)), "slot.uncovered");
    println!("slots that cannot be: {} cases", bad.len() + 5);
}

#[test]
fn without_whom() {
    let router = twemproxy(vec![member("a", 1), member("b", 1)]).unwrap();
    assert_eq!(code(router.without(&["c"])), "node.unknown");
    assert_eq!(code(router.without(&["192.0.2.1:6379"])), "node.unknown");
    assert_eq!(code(router.without(&["a", "b"])), "pool.empty");
    assert_eq!(code(router.without(&["a"]).unwrap().without(&["b"])), "pool.empty");
    assert_eq!(router.without(&["a", "a"]).unwrap().index("k").unwrap(), 1);
    for name in ["a\nb", "\u{202e}", &"é".repeat(1 << 20)] {
        let message = router.without(&[name]).unwrap_err().to_string();
        assert!(message.len() < 200 && !message.contains(['\n', '\u{202e}']), "{message}");
    }
    println!("without whom: 8 cases");
}
