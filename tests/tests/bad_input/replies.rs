//! Replies of a cluster that are cut, or are none.

use keyhome::{Router, config::Reply};
use keyhome_tests::cases;
use serde_json::Value;

/// An answer, or one of the two errors that a reply can have.
fn is_answered(answer: Result<Router, keyhome::Error>, reply: &dyn std::fmt::Debug) -> bool {
    match answer {
        Ok(router) => {
            assert!(!router.nodes().is_empty());
            assert!(
                router.balance().shares.iter().any(|share| share.share > Some(keyhome::share::Share::ZERO))
            );
            true
        }
        Err(error) => {
            assert!(matches!(error.code(), "cluster.reply" | "config.slots"), "{error:?} of {reply:?}");
            false
        }
    }
}

fn replies(kind: &str) -> Vec<Value> {
    let cases = cases::read::<cases::Cluster>("cluster.json").into_iter();
    cases.filter(|case| case.kind == kind && case.error.is_none()).map(|case| case.reply).collect()
}

#[test]
fn nodes_cut_at_every_byte() {
    let (mut cuts, mut valid) = (0, 0);
    for reply in replies("nodes") {
        let text = reply.as_str().unwrap();
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            valid += u32::from(is_answered(keyhome::from_cluster(&text[..end]), &&text[..end]));
            cuts += 1;
        }
    }
    assert!(cuts > 5000);
    println!(
        "CLUSTER NODES cut at every byte: {cuts} texts, {valid} of them still whole lines that say something"
    );
}

/// Each element of a list and each member of a map taken away, and each replaced by what does not belong there.
#[test]
fn slots_and_shards_with_holes() {
    let odd = [
        Value::Null,
        0.into(),
        (-1).into(),
        70_000.into(),
        i64::MAX.into(),
        "".into(),
        "x".into(),
        Value::Array(vec![]),
    ];
    let mut count = 0;
    // Every third: the recorded replies differ little in shape.
    for reply in replies("slots").into_iter().chain(replies("shards")).step_by(3) {
        assert!(is_answered(from_json(&reply), &reply));
        for variant in variants(&reply, &odd) {
            is_answered(from_json(&variant), &variant);
            count += 1;
        }
    }
    println!("CLUSTER SLOTS and SHARDS with holes: {count} replies");
}

fn from_json(reply: &Value) -> Result<Router, keyhome::Error> {
    keyhome::from_cluster(Reply::from_json(&reply.to_string()).unwrap())
}

fn variants(value: &Value, odd: &[Value]) -> Vec<Value> {
    let mut variants = odd.to_vec();
    match value {
        Value::Array(items) => {
            for at in 0..items.len() {
                let mut rest = items.clone();
                rest.remove(at);
                variants.push(Value::Array(rest));
                variants.push(Value::Array(items[..at].to_vec()));
                for variant in self::variants(&items[at], odd) {
                    let mut changed = items.clone();
                    changed[at] = variant;
                    variants.push(Value::Array(changed));
                }
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let mut rest = members.clone();
                rest.remove(name);
                variants.push(Value::Object(rest));
                for variant in self::variants(member, odd) {
                    let mut changed = members.clone();
                    changed.insert(name.clone(), variant);
                    variants.push(Value::Object(changed));
                }
            }
        }
        _ => {}
    }
    variants
}

#[test]
fn deep_replies() {
    let mut reply = Reply::Integer(1);
    for _ in 0..200 {
        reply = Reply::List(vec![reply]);
    }
    assert!(!is_answered(keyhome::from_cluster(reply.clone()), &"deep"));
    assert!(!is_answered(keyhome::from_cluster(Reply::List(vec![Reply::Integer(0), reply])), &"deep"));
    println!("deep replies: 2 cases");
}
