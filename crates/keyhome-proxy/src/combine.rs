//! How the answers of several become one reply, where they are no parts of one command.
//!
//! The answer of one server alone is passed on as it came.

use std::collections::BTreeMap;

use keyhome_resp::{Value, Values, array, bulk, integer, map};

use crate::{answers::verbatim, survey::Combine};

/// Whether one of those who were asked refuses; then the reply is what it says.
pub(crate) fn is_refused(replies: &[Vec<u8>], out: &mut Vec<u8>) -> bool {
    let refused = replies.iter().find(|reply| is_error(reply));
    if let Some(refused) = refused {
        out.extend_from_slice(refused);
    }
    refused.is_some()
}

fn is_error(reply: &[u8]) -> bool {
    matches!(reply.first(), Some(b'-' | b'!'))
}

pub(crate) fn numbers(replies: &[Vec<u8>]) -> Option<Vec<i64>> {
    replies.iter().map(|reply| number(reply)).collect()
}

fn number(reply: &[u8]) -> Option<i64> {
    match Value::of(reply) {
        Some(Value::Integer(number)) => Some(number),
        _ => None,
    }
}

/// The values of a list, or the keys and values of a map: none of what is neither.
fn values(reply: &[u8]) -> impl Iterator<Item = &[u8]> {
    let values: Option<Values<'_>> = match Value::of(reply) {
        Some(Value::Array(values) | Value::Map(values)) => Some(values),
        _ => None,
    };
    values.into_iter().flatten()
}

/// The keys and values of a map, which is a list in RESP2.
fn entries(reply: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut values = values(reply);
    std::iter::from_fn(move || values.next().zip(values.next()))
}

/// PUBSUB NUMPAT: a pattern is on all servers, and counts once.
pub(crate) fn largest(replies: &[Vec<u8>], out: &mut Vec<u8>) {
    if !is_refused(replies, out) {
        integer(out, numbers(replies).and_then(|numbers| numbers.into_iter().max()).unwrap_or_default());
    }
}

/// PUBSUB NUMSUB: a channel is on one server, and nobody listens to it on the others.
pub(crate) fn subscribers(replies: &[Vec<u8>], out: &mut Vec<u8>) {
    if is_refused(replies, out) {
        return;
    }
    let lists: Vec<Vec<&[u8]>> = replies.iter().map(|reply| values(reply).collect()).collect();
    let Some(first) = lists.first() else { return array(out, 0) };
    array(out, first.len());
    for (at, name) in first.iter().enumerate() {
        if at % 2 == 0 {
            out.extend_from_slice(name);
            continue;
        }
        let counts =
            lists.iter().map(|list| list.get(at).and_then(|count| number(count)).unwrap_or_default());
        integer(out, counts.sum());
    }
}

/// SCRIPT KILL, FUNCTION KILL: OK if one was killed. Else what a server says that would not do it, or could not be asked; that
/// none runs is the reply where none runs on any.
pub(crate) fn killed(replies: &[Vec<u8>], out: &mut Vec<u8>) {
    let done = replies.iter().find(|reply| !is_error(reply));
    let not_done = || replies.iter().find(|reply| !reply.starts_with(b"-NOTBUSY "));
    if let Some(reply) = done.or_else(not_done).or(replies.first()) {
        out.extend_from_slice(reply);
    }
}

/// FUNCTION STATS: that of a server which runs one. Otherwise all say the same, as they have the same functions.
pub(crate) fn running(replies: &[Vec<u8>], out: &mut Vec<u8>) {
    if is_refused(replies, out) {
        return;
    }
    let runs = |reply: &&Vec<u8>| values(reply).nth(1).is_some_and(|it| Value::of(it) != Some(Value::Null));
    if let Some(reply) = replies.iter().find(runs).or(replies.first()) {
        out.extend_from_slice(reply);
    }
}

/// LATENCY LATEST: of each event when it was last, how long that took, and the longest that it took anywhere.
pub(crate) fn latest_events(replies: &[Vec<u8>], out: &mut Vec<u8>) {
    if is_refused(replies, out) {
        return;
    }
    if let [reply] = replies {
        return out.extend_from_slice(reply);
    }
    let mut events: Vec<(&[u8], [i64; 3])> = Vec::new();
    for event in replies.iter().flat_map(|reply| values(reply)) {
        let mut members = values(event);
        let Some(name) = members.next() else { continue };
        let mut next = || members.next().and_then(number).unwrap_or_default();
        let [when, took, longest] = [next(), next(), next()];
        match events.iter_mut().find(|(it, _)| *it == name) {
            None => events.push((name, [when, took, longest])),
            Some((_, known)) => {
                if when > known[0] {
                    (known[0], known[1]) = (when, took);
                }
                known[2] = known[2].max(longest);
            }
        }
    }
    array(out, events.len());
    for (name, numbers) in events {
        array(out, 4);
        out.extend_from_slice(name);
        for number in numbers {
            integer(out, number);
        }
    }
}

/// LATENCY HISTORY: the samples of all, by time.
pub(crate) fn by_time(replies: &[Vec<u8>], out: &mut Vec<u8>) {
    if is_refused(replies, out) {
        return;
    }
    let mut samples: Vec<&[u8]> = replies.iter().flat_map(|reply| values(reply)).collect();
    samples.sort_by_key(|sample| values(sample).next().and_then(number));
    array(out, samples.len());
    for sample in samples {
        out.extend_from_slice(sample);
    }
}

/// LATENCY HISTOGRAM: calls are added up, by command and by how long they took.
pub(crate) fn histograms(resp3: bool) -> Combine {
    Box::new(move |replies, out| {
        if is_refused(replies, out) {
            return;
        }
        let mut commands: Vec<(&[u8], i64, BTreeMap<i64, i64>)> = Vec::new();
        for (name, members) in replies.iter().flat_map(|reply| entries(reply)) {
            let known = commands.iter().position(|(it, ..)| *it == name).unwrap_or_else(|| {
                commands.push((name, 0, BTreeMap::new()));
                commands.len() - 1
            });
            let Some((_, calls, buckets)) = commands.get_mut(known) else { continue };
            let mut members = entries(members);
            *calls += members.next().and_then(|(_, count)| number(count)).unwrap_or_default();
            // Each bucket counts those before it, too.
            let mut before = 0;
            for (bucket, count) in members.next().into_iter().flat_map(|(_, buckets)| entries(buckets)) {
                let (Some(bucket), Some(count)) = (number(bucket), number(count)) else { continue };
                *buckets.entry(bucket).or_default() += count - before;
                before = count;
            }
        }
        map(out, commands.len(), resp3);
        for (name, calls, buckets) in commands {
            out.extend_from_slice(name);
            map(out, 2, resp3);
            bulk(out, b"calls");
            integer(out, calls);
            bulk(out, b"histogram_usec");
            map(out, buckets.len(), resp3);
            let mut sum = 0;
            for (bucket, count) in buckets {
                sum += count;
                integer(out, bucket);
                integer(out, sum);
            }
        }
    })
}

/// LATENCY DOCTOR and others that are texts to be read: one after the other, below the names of the servers. Servers that
/// have none, or do not answer, are left out.
pub(crate) fn texts(names: Vec<String>, resp3: bool) -> Combine {
    Box::new(move |replies, out| {
        if let [reply] = replies {
            return out.extend_from_slice(reply);
        }
        let mut all = Vec::new();
        for (name, reply) in names.iter().zip(replies) {
            if let Some(Value::Bulk(text)) = Value::of(reply) {
                all.extend_from_slice(format!("# {name}\n").as_bytes());
                all.extend_from_slice(text);
                all.extend_from_slice(if text.ends_with(b"\n") { b"\n" } else { b"\n\n" });
            }
        }
        if !all.is_empty() || !is_refused(replies, out) {
            verbatim(out, &all, resp3);
        }
    })
}
