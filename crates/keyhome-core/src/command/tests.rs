use alloc::string::ToString;
use alloc::{vec, vec::Vec};

use super::*;

fn keys(words: &str) -> Result<Vec<usize>, &'static str> {
    let args: Vec<&str> = words.split(' ').collect();
    command_keys(&args).map_err(|error| error.code())
}

fn found(words: &str) -> Command {
    Command::find(&words.split(' ').collect::<Vec<_>>()).unwrap()
}

#[test]
fn every_command_is_found_by_its_name_in_either_case() {
    let mut rows = 0;
    for name in table::GROUPS.iter().flat_map(|group| group.names) {
        let words = name.replace('|', " ");
        for words in [words.clone(), words.to_ascii_uppercase()] {
            let args: Vec<&str> = words.split(' ').chain(["x"]).collect();
            let command = Command::find(&args);
            // XGROUP by itself is no command: the second word must be one of its own.
            let container = table::GROUPS.iter().flat_map(|group| group.names);
            if container.clone().any(|other| other.split_once('|').is_some_and(|(first, _)| first == *name)) {
                assert_eq!(command.unwrap_err().code(), "command.unknown", "{name}");
            } else {
                assert_eq!(command.unwrap().name(), *name);
            }
        }
        rows += 1;
    }
    assert!(rows > 500, "{rows}");
}

#[test]
fn what_is_no_command() {
    for words in ["", "gett", "ge", "get|", "xgroup|create s g $", "xgroup nosuch s", "object", "xgroup"] {
        assert!(keys(words).is_err(), "{words}");
    }
    assert_eq!(keys("xgroup|create s g $"), Err("command.unknown"));
    assert_eq!(keys("xgroup"), Err("command.arguments"), "a subcommand is missing");
    assert_eq!(command_keys::<&str>(&[]).unwrap_err().code(), "command.arguments");
    let error = command_keys(&[["\0\n", "x".repeat(100).as_str()].concat()]).unwrap_err().to_string();
    assert_eq!(error, alloc::format!("there is no command `??{}...`", "x".repeat(62)));
}

/// redis-server 7.0.15 was asked for each of these.
#[test]
fn counts_as_lenient_as_the_server() {
    assert_eq!(keys("eval s 0 a"), Ok(Vec::new()));
    for none in ["eval s -1 a", "eval s 5 a b", "eval s x a", "fcall f 99999999999 a"] {
        assert_eq!(keys(none), Ok(Vec::new()), "{none}");
    }
    assert_eq!(keys("eval s 2x a b"), Ok([3, 4].into()));
    assert_eq!(keys("zunionstore d 2 a b"), Ok([1, 3, 4].into()));
    assert_eq!(keys("zunionstore d 02 a b"), Ok([3, 4, 1].into()), "the destination is last then");
    assert_eq!(keys("zunion -1 a b"), Err("command.arguments"));
    assert_eq!(keys("lmpop 3 a b"), Err("command.arguments"));
}

#[test]
fn options_that_look_like_others() {
    assert_eq!(keys("sort k get store store d"), Ok([1, 5].into()));
    assert_eq!(keys("sort k store"), Ok([1].into()));
    assert_eq!(keys("georadius k 1 2 3 m store"), Ok([1].into()));
    assert_eq!(
        keys("georadius k 1 2 3 m storedist store store d"),
        Ok([1, 8, 7].into()),
        "both, STORE first"
    );
    assert_eq!(keys("georadius k 1 2 3 m store a store b"), Ok([1, 7].into()), "the first STORE");
    assert_eq!(keys("migrate h 1 k 0 9 keys a"), Err("command.arguments"), "one key, or several");
    assert_eq!(keys("migrate h 1 k 0 9 auth keys"), Ok([3].into()));
    assert_eq!(keys("xread block streams streams a 0"), Ok([3].into()), "the first STREAMS");
    assert_eq!(keys("xread streams a b 0"), Ok([2].into()));
    assert_eq!(keys("xreadgroup streams a b c 1 2 3"), Err("command.arguments"), "without GROUP");
}

#[test]
fn modules_and_newer_servers() {
    assert_eq!(keys("JSON.MGET a b c $"), Ok([1, 2, 3].into()));
    assert_eq!(keys("json.mset a $ 1 b $ 2"), Ok([1, 4].into()));
    assert_eq!(keys("cms.merge d 2 a b weights 1 2"), Ok([1, 3, 4].into()));
    assert_eq!(keys("ts.createrule a b aggregation avg 5"), Ok([1, 2].into()));
    assert_eq!(keys("ft.search index query"), Ok(Vec::new()));
    assert_eq!(keys("ft.sugadd dictionary word 1"), Ok([1].into()));
    assert_eq!(keys("msetex 2 a 1 b 2 ex 5"), Ok([2, 4].into()));
    assert_eq!(keys("zrank k m withscore"), Ok([1].into()), "since Redis 7.2");
}

#[test]
fn where_commands_go() {
    let row = |words: &str| {
        let command = found(words);
        (command.access(), command.fan_out(), command.merge(), command.key_step())
    };
    assert_eq!(row("mset a 1"), (Access::Write, FanOut::Split, Merge::AllOk, 2));
    assert_eq!(row("mget a"), (Access::Read, FanOut::Split, Merge::ByKey, 1));
    assert_eq!(row("msetnx a 1"), (Access::Write, FanOut::Home, Merge::None, 1));
    assert_eq!(row("json.mset a $ 1"), (Access::Write, FanOut::Split, Merge::AllOk, 3));
    assert_eq!(row("unlink a"), (Access::Write, FanOut::Split, Merge::Sum, 1));
    assert_eq!(row("eval s 0"), (Access::Neither, FanOut::Home, Merge::None, 1));
    assert_eq!(row("keys *"), (Access::Read, FanOut::AllPrimaries, Merge::Union, 1));
    assert_eq!(row("scan 0"), (Access::Read, FanOut::Cursor, Merge::Cursor, 1));
    assert_eq!(row("select 0"), (Access::Neither, FanOut::Connection, Merge::None, 1));
    assert_eq!(row("client setname x"), (Access::Neither, FanOut::Connection, Merge::None, 1));
    assert_eq!(row("script exists x"), (Access::Neither, FanOut::AllPrimaries, Merge::And, 1));
    assert_eq!(row("shutdown"), (Access::Neither, FanOut::OneServer, Merge::None, 1));
    assert!(
        found("blpop a 0").is_blocking() && found("wait 1 0").is_blocking() && !found("lpop a").is_blocking()
    );
}

#[test]
fn routes() {
    let route = |words: &str| command_route(&words.split(' ').collect::<Vec<_>>());
    let published = route("spublish news hello").unwrap();
    assert_eq!((published.channels, published.keys), (Vec::from([1]), Vec::new()));
    assert_eq!(route("subscribe a b").unwrap().channels, [1, 2]);
    assert!(route("unsubscribe").unwrap().channels.is_empty());
    assert_eq!(keys("mset a 1 b"), Ok([1, 3].into()), "what GETKEYS says");
    assert_eq!(route("mset a 1 b").unwrap_err().code(), "command.arguments", "but half of it could be done");
    assert_eq!(
        serde_json::to_string(&route("XREAD STREAMS s 0").unwrap()).unwrap(),
        r#"{"command":"xread","access":"read","blocking":true,"keys":[2],"channels":[],"fan_out":"home","merge":"none","key_step":1}"#
    );
}

#[test]
fn kinds() {
    let kind = |word: &'static str, second| {
        let kind = command_kind(word, second).unwrap();
        (kind.command, kind.only_key, kind.container)
    };
    assert_eq!(kind("GET", None), ("get", Some(1), false));
    assert_eq!(kind("Set", Some("object")), ("set", Some(1), false), "the second word is a key");
    assert_eq!(kind("object", Some("ENCODING")), ("object|encoding", Some(2), false));
    assert_eq!(kind("xgroup", Some("create")), ("xgroup|create", Some(2), false));
    assert_eq!(kind("xgroup", None), ("xgroup", None, true));
    assert_eq!(kind("command", None), ("command", None, true));
    for several in
        ["mget", "del", "sort", "eval", "xread", "rename", "zunionstore", "migrate", "spublish", "ping"]
    {
        assert_eq!(kind(several, None), (several, None, false));
    }
    for (word, second) in
        [("got", None), ("", None), ("xgroup", Some("no")), ("xgroup", Some("")), ("xgroup|create", None)]
    {
        assert_eq!(command_kind(word, second).unwrap_err().code(), "command.unknown", "{word} {second:?}");
    }
    assert_eq!(
        serde_json::to_string(&command_kind("XREAD", None).unwrap()).unwrap(),
        r#"{"command":"xread","access":"read","blocking":true,"fan_out":"home","merge":"none","key_step":1,"container":false,"only_key":null}"#
    );
}

/// Over the whole table: the kind says what the route says, and the only key is the only one.
#[test]
fn kinds_are_those_of_routes() {
    let (mut with_one_key, mut compared) = (0, 0);
    for name in table::GROUPS.iter().flat_map(|group| group.names) {
        let words: Vec<&str> = name.split('|').collect();
        let kind = command_kind(words[0], words.get(1).copied()).unwrap();
        assert_eq!(kind.command, *name);
        with_one_key += usize::from(kind.only_key.is_some());
        let (mut counts, mut moves) = (Vec::new(), false);
        for (count, filler) in (0..40).flat_map(|count| [(count, "1"), (count, "2")]) {
            let args: Vec<&str> = words.iter().copied().chain(core::iter::repeat_n(filler, count)).collect();
            let Ok(keys) = command_keys(&args) else { continue };
            match kind.only_key {
                Some(only) => assert_eq!(keys, [only], "{args:?}"),
                None => moves |= keys.len() > 1,
            }
            counts.push(keys.len());
            let mut of_kind = vec![9];
            let found = kind.keys(&args, &mut of_kind);
            let Ok(route) = command_route(&args) else {
                assert!(found.is_err() && of_kind == [9], "{args:?}");
                continue;
            };
            assert_eq!(of_kind[1..], route.keys, "{args:?}");
            assert_eq!(
                (route.command, route.access, route.blocking, route.fan_out, route.merge, route.key_step),
                (kind.command, kind.access, kind.blocking, kind.fan_out, kind.merge, kind.key_step)
            );
            compared += 1;
        }
        // One key with any number of words, and yet no `only_key`: it must be a command whose words can move it.
        if kind.only_key.is_none() && !moves && counts.iter().all(|count| *count == 1) && !counts.is_empty() {
            let options =
                ["sort", "sort_ro", "georadius", "georadiusbymember", "migrate", "xread", "xreadgroup"];
            assert!(options.contains(name), "{name}");
        }
    }
    assert!(with_one_key > 200 && compared > 5000, "{with_one_key} {compared}");
}

#[test]
fn a_scan_over_several_nodes() {
    for nodes in [1, 2, 3, 65_535] {
        assert_eq!(ScanCursor::read("0", nodes).unwrap(), ScanCursor { node: 0, cursor: 0 });
        for cursor in [1, 17, (1 << 46) - 1, (1 << 48) - 1] {
            let at = ScanCursor { node: nodes - 1, cursor };
            assert_eq!(ScanCursor::unpack(at.pack(nodes).unwrap(), nodes).unwrap(), at);
            assert_ne!(at.pack(nodes).unwrap(), 0);
        }
    }
    let one = ScanCursor { node: 0, cursor: u64::MAX };
    assert_eq!(one.pack(1).unwrap(), u64::MAX, "one node: its own cursor");
    for wrong in [
        one.pack(2),
        ScanCursor { node: 2, cursor: 0 }.pack(2),
        ScanCursor { node: 2, cursor: 0 }.answered(0, 2),
        ScanCursor { node: usize::MAX, cursor: 0 }.answered(0, 2),
        ScanCursor { node: usize::MAX, cursor: 0 }.answered(0, 0),
        ScanCursor::read("0", 0).map(|at| at.cursor),
        ScanCursor::read("", 1).map(|at| at.cursor),
        ScanCursor::read("+1", 1).map(|at| at.cursor),
        ScanCursor::read("18446744073709551616", 1).map(|at| at.cursor),
    ] {
        assert_eq!(wrong.unwrap_err().code(), "command.arguments");
    }
    let mut seen = Vec::new();
    let mut number = 0;
    loop {
        let at = ScanCursor::unpack(number, 3).unwrap();
        seen.push((at.node, at.cursor));
        number = at.answered(if at.cursor == 0 { 7 } else { 0 }, 3).unwrap();
        if number == 0 {
            break;
        }
    }
    assert_eq!(seen, [(0, 0), (0, 7), (1, 0), (1, 7), (2, 0), (2, 7)]);
}
