//! What is counted, as families of metrics. Units are those that Prometheus asks for: seconds and bytes.

use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

use prometheus::{
    Encoder, TextEncoder,
    proto::{Bucket, Counter, Gauge, Histogram, LabelPair, Metric, MetricFamily, MetricType},
};

use crate::{
    control::Snapshot,
    counters::{PoolCounters, ServerCounters},
    metrics::process::Taken,
    pool::Ejections,
};

/// One value of a family: the labels beside those of its family, and the value.
type Values = Vec<(Option<(&'static str, &'static str)>, f64)>;

/// A family, its explanation, and its values for what is counted of one thing.
type Family<Of> = (&'static str, &'static str, MetricType, Of);
type OfPool = fn(&PoolCounters) -> Values;
type OfServer = fn(&ServerCounters, &Ejections) -> Values;

use MetricType::{COUNTER, GAUGE};

/// Of each pool.
const OF_POOLS: &[Family<OfPool>] = &[
    ("keyhome_pool_clients", "Clients that are connected.", GAUGE, |it| one(it.client_connections)),
    ("keyhome_pool_clients_accepted_total", "Clients that were accepted.", COUNTER, |it| one(it.clients)),
    (
        "keyhome_pool_clients_refused_total",
        "Clients that were refused, as there were as many as there may be.",
        COUNTER,
        |it| one(it.refused),
    ),
    (
        "keyhome_pool_clients_closed_total",
        "Clients that are gone: eof, those that closed or said QUIT; error, all others, refused ones too.",
        COUNTER,
        |it| by("reason", &[("eof", it.client_eof), ("error", it.client_err)]),
    ),
    ("keyhome_pool_requests_total", "Requests of clients, whoever answers them.", COUNTER, |it| {
        one(it.requests)
    }),
    ("keyhome_pool_received_bytes_total", "Bytes from clients.", COUNTER, |it| one(it.received)),
    ("keyhome_pool_sent_bytes_total", "Bytes to clients.", COUNTER, |it| one(it.sent)),
    ("keyhome_pool_fragments_total", "Parts of requests that were split over servers.", COUNTER, |it| {
        one(it.fragments)
    }),
    ("keyhome_pool_errors_total", "Errors that the proxy itself answered, by kind.", COUNTER, |it| {
        by("kind", &it.errors.by_kind())
    }),
];

/// Of each server of each pool.
const OF_SERVERS: &[Family<OfServer>] = &[
    ("keyhome_server_live", "1, or 0 while it is ejected.", GAUGE, |_, it| one(u64::from(!it.is_out))),
    ("keyhome_server_ejections_total", "Times that it was ejected.", COUNTER, |_, it| one(it.count)),
    (
        "keyhome_server_last_ejection_timestamp_seconds",
        "When it was ejected last; 0 if never.",
        GAUGE,
        |_, it| vec![(None, seconds(it.last))],
    ),
    ("keyhome_server_connections", "Connections to it that are established.", GAUGE, |it, _| {
        one(it.server_connections)
    }),
    (
        "keyhome_server_connections_closed_total",
        "Connections that failed: eof, it closed; timeout, a reply took too long; error, all others.",
        COUNTER,
        |it, _| {
            let reasons = [("eof", it.server_eof), ("timeout", it.server_timedout), ("error", it.server_err)];
            by("reason", &reasons)
        },
    ),
    (
        "keyhome_server_requests_total",
        "Requests, or parts of split ones, that it was sent.",
        COUNTER,
        |it, _| one(it.requests),
    ),
    ("keyhome_server_request_bytes_total", "Bytes of these.", COUNTER, |it, _| one(it.request_bytes)),
    ("keyhome_server_responses_total", "Replies to these.", COUNTER, |it, _| one(it.responses)),
    ("keyhome_server_response_bytes_total", "Bytes of the replies.", COUNTER, |it, _| one(it.response_bytes)),
    (
        "keyhome_server_error_replies_total",
        "Replies that are errors.",
        COUNTER,
        |it, _| one(it.error_replies),
    ),
    (
        "keyhome_server_queue_requests",
        "Requests that wait: in, to be written; out, for their reply.",
        GAUGE,
        |it, _| by("queue", &[("in", it.in_queue), ("out", it.out_queue)]),
    ),
    ("keyhome_server_queue_bytes", "Bytes of the requests that wait.", GAUGE, |it, _| {
        by("queue", &[("in", it.in_queue_bytes), ("out", it.out_queue_bytes)])
    }),
];

/// All families, as text.
pub(super) fn encode(counted: &Snapshot, started: SystemTime) -> io::Result<Vec<u8>> {
    let started = started.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let of_process = [
        ("keyhome_proxy_info", "Always 1; the version is a label.", GAUGE, 1.0),
        ("keyhome_proxy_start_time_seconds", "When it was started.", GAUGE, started),
        (
            "keyhome_proxy_connections",
            "Connections of clients and to servers, and listening sockets.",
            GAUGE,
            counted.connections as f64,
        ),
        (
            "keyhome_proxy_buffered_bytes",
            "Bytes that are held for connections, as they were within the last second.",
            GAUGE,
            counted.buffered as f64,
        ),
        (
            "keyhome_proxy_connections_opened_total",
            "Connections that were opened, of clients and to servers.",
            COUNTER,
            counted.total_connections as f64,
        ),
    ];
    let mut families = Vec::new();
    for (name, help, kind, value) in of_process {
        let version = ("version", keyhome::VERSION);
        let labels = if name == "keyhome_proxy_info" { vec![version] } else { Vec::new() };
        families.push(family(name, help, kind, vec![metric(&labels, kind, value)]));
    }
    for &(name, help, kind, values) in OF_POOLS {
        let metrics = counted.pools.iter().flat_map(|(pool, counters)| {
            let labels = [("pool", pool.name.as_str())];
            values(counters).into_iter().map(move |value| labelled(&labels, kind, value))
        });
        families.push(family(name, help, kind, metrics.collect()));
    }
    let ejections: Vec<_> = counted.pools.iter().map(|(pool, _)| pool.ejections()).collect();
    let servers = || {
        counted.pools.iter().zip(&ejections).flat_map(|((pool, counters), ejections)| {
            let servers = pool.all().nodes().iter().zip(counters.servers.iter().zip(ejections));
            servers.map(|(node, (server, ejections))| {
                ([("pool", pool.name.as_str()), ("server", node.name.as_str())], server, ejections)
            })
        })
    };
    for &(name, help, kind, values) in OF_SERVERS {
        let metrics = servers().flat_map(|(labels, server, ejections)| {
            let values = values(server, ejections).into_iter();
            values.map(move |value| labelled(&labels, kind, value)).collect::<Vec<_>>()
        });
        families.push(family(name, help, kind, metrics.collect()));
    }
    families.push(family(
        "keyhome_server_latency_seconds",
        "From when a request was written to the server to when its reply was there; not of commands that wait.",
        MetricType::HISTOGRAM,
        servers().map(|(labels, server, _)| histogram(&labels, server)).collect(),
    ));
    families.extend(of_system());
    let mut text = Vec::new();
    TextEncoder::new().encode(&families, &mut text).map_err(io::Error::other)?;
    Ok(text)
}

/// What the process takes, as far as the system tells.
fn of_system() -> impl Iterator<Item = MetricFamily> {
    let Taken { cpu_seconds, resident_bytes, open_files } = Taken::now();
    let all = [
        (
            "process_cpu_seconds_total",
            "CPU time, of the program and of the system for it.",
            COUNTER,
            cpu_seconds,
        ),
        ("process_resident_memory_bytes", "Memory that is in use.", GAUGE, resident_bytes),
        ("process_open_fds", "Open files, connections among them.", GAUGE, open_files),
    ];
    let told = all.into_iter().filter_map(|(name, help, kind, value)| Some((name, help, kind, value?)));
    told.map(|(name, help, kind, value)| family(name, help, kind, vec![metric(&[], kind, value)]))
}

fn one(value: u64) -> Values {
    vec![(None, value as f64)]
}

fn by(label: &'static str, values: &[(&'static str, u64)]) -> Values {
    values.iter().map(|(name, value)| (Some((label, *name)), *value as f64)).collect()
}

fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

fn family(name: &str, help: &str, kind: MetricType, metrics: Vec<Metric>) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(name.into());
    family.set_help(help.into());
    family.set_field_type(kind);
    family.set_metric(metrics);
    family
}

fn labelled(
    labels: &[(&str, &str)],
    kind: MetricType,
    (own, value): (Option<(&'static str, &'static str)>, f64),
) -> Metric {
    let labels: Vec<_> = labels.iter().copied().chain(own).collect();
    metric(&labels, kind, value)
}

fn metric(labels: &[(&str, &str)], kind: MetricType, value: f64) -> Metric {
    let mut metric = Metric::default();
    metric.set_label(pairs(labels));
    if kind == GAUGE {
        let mut gauge = Gauge::default();
        gauge.set_value(value);
        metric.set_gauge(gauge);
    } else {
        let mut counter = Counter::default();
        counter.set_value(value);
        metric.set_counter(counter);
    }
    metric
}

fn histogram(labels: &[(&str, &str)], server: &ServerCounters) -> Metric {
    let (cumulative, count) = server.latencies.cumulative();
    let buckets = cumulative.into_iter().map(|(bound, below)| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(seconds(bound));
        bucket.set_cumulative_count(below);
        bucket
    });
    let mut histogram = Histogram::default();
    histogram.set_bucket(buckets.collect());
    histogram.set_sample_count(count);
    histogram.set_sample_sum(seconds(server.latencies.sum()));
    let mut metric = Metric::default();
    metric.set_label(pairs(labels));
    metric.set_histogram(histogram);
    metric
}

fn pairs(labels: &[(&str, &str)]) -> Vec<LabelPair> {
    let pairs = labels.iter().map(|(name, value)| {
        let mut pair = LabelPair::default();
        pair.set_name((*name).into());
        pair.set_value((*value).into());
        pair
    });
    pairs.collect()
}
