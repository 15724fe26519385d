//! `keyhome proxy`: serves the pools of a config in nutcracker's place.

mod args;
mod bytes;
mod log;
mod open_files;

use std::{fs, process, thread, time::Duration};

use daemonize::Daemonize;
use keyhome::config::Config;
use keyhome_proxy::{OnDifference, Options, Proxy, Reloaded};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM, SIGTTIN, SIGTTOU},
    iterator::Signals,
};

pub(crate) use args::ProxyArgs;

use crate::{
    config_file::{ConfigFile, is_stdin},
    failure::{Answer, Failure},
    report,
};

/// nutcracker says it on stderr.
const STATISTICS: &str = "\
pool:
  client_eof          clients that closed, or said QUIT
  client_err          clients that were closed for another reason
  client_connections  clients that are connected
  server_ejects       times that a server was taken out
  forward_error       errors that the proxy answered
  fragments           parts of requests that were split

server:
  server_eof          connections that the server closed
  server_err          connections that ended for another reason
  server_timedout     connections closed as an answer took too long
  server_connections  connections that there are
  server_ejected_at   when it was taken out last, in microseconds since 1970
  requests            requests
  request_bytes       bytes of them
  responses           replies
  response_bytes      bytes of them
  in_queue            requests that wait to be written
  in_queue_bytes      bytes of them
  out_queue           requests that wait for their reply
  out_queue_bytes     bytes of them";

/// As nutcracker: 1 for a proxy that does not run, whyever.
pub(crate) fn run(args: &ProxyArgs, json: bool) -> Answer {
    if args.version {
        report::line(&format!("This is keyhome {}, in nutcracker's place", keyhome::VERSION));
        return Answer::Done;
    }
    if args.describe_stats {
        report::line(STATISTICS);
        return Answer::Done;
    }
    match serve(args) {
        Ok(()) => Answer::Done,
        Err(failure) => {
            if args.output.is_some() {
                // In the background nobody sees what is printed.
                tracing::error!("{failure}");
            }
            failure.report(json);
            Answer::No
        }
    }
}

fn serve(args: &ProxyArgs) -> Result<(), Failure> {
    let config = read(args)?;
    Proxy::check(&config).map_err(Failure::Proxy)?;
    if args.test_conf {
        report::line(&format!("keyhome: configuration file '{}' syntax is ok", args.config.display()));
        return Ok(());
    }
    let log = log::Log::open(args)?;
    if args.daemonize {
        // Before there are threads, which would not be in the child.
        let here = std::env::current_dir().map_err(|error| Failure::Input(error.to_string()))?;
        let daemon = Daemonize::new().working_directory(here).umask(0);
        daemon.start().map_err(|error| Failure::Input(format!("no background: {error}")))?;
    }
    let mut options = Options::default();
    options.threads = args.threads.into();
    options.stats_address = Some(args.stats_addr.clone());
    options.stats_port = args.stats_port;
    options.slowlog_slower_than = u64::try_from(args.slowlog_slower_than).ok();
    options.slowlog_max_len = args.slowlog_max_len;
    options.hot_keys = args.hot_keys.into();
    options.fingerprint = args.fingerprint.map(Into::into);
    if let Some(port) = args.metrics_port {
        options.metrics_address = Some(args.metrics_address.clone());
        options.metrics_port = port;
    }
    options.limits = args.limits();
    options.limits.clients = open_files::clients(options.limits.clients, &config, options.threads);
    options.allow_flush = args.allow_flush;
    let signals = [SIGTERM, SIGINT, SIGHUP, SIGTTIN, SIGTTOU];
    let mut signals =
        Signals::new(signals).map_err(|error| Failure::Input(format!("no signals: {error}")))?;
    let mut proxy = Proxy::start(&config, &options).map_err(Failure::Proxy)?;
    if let Some(path) = &args.pid_file {
        let written = fs::write(path, process::id().to_string());
        written.map_err(|error| Failure::Write { file: path.clone(), error })?;
    }
    tracing::info!(pools = config.pools.len(), threads = args.threads, "keyhome {} serves", keyhome::VERSION);
    let ended = watch(args, &mut proxy, &mut signals, &log);
    if let Some(path) = &args.pid_file {
        let _ = fs::remove_file(path);
    }
    let signal =
        ended.ok_or_else(|| Failure::Input("a thread of the proxy has stopped; this is a bug".into()))?;
    let patience = if signal == SIGTERM { args.shutdown_timeout } else { 0 };
    tracing::info!(signal, patience, "keyhome stops");
    match proxy.stop(Duration::from_millis(patience)) {
        Ok(true) => {}
        Ok(false) => tracing::warn!("clients were left without replies"),
        Err(error) => tracing::error!(%error, "keyhome stops"),
    }
    Ok(())
}

fn read(args: &ProxyArgs) -> Result<Config, Failure> {
    let file = ConfigFile::read(&args.config)?;
    Config::parse(file.text()).map_err(|error| file.invalid(error))
}

/// Until the signal that ends it; None if it ends by itself.
fn watch(args: &ProxyArgs, proxy: &mut Proxy, signals: &mut Signals, log: &log::Log) -> Option<i32> {
    const LOOK: Duration = Duration::from_millis(50);
    while !proxy.has_failed() {
        for signal in signals.pending() {
            match signal {
                SIGHUP => {
                    log.open_anew();
                    // What came of it is in the log.
                    let _ = reload(args, proxy, None);
                }
                SIGTTIN => log.change_level(1),
                SIGTTOU => log.change_level(-1),
                signal => return Some(signal),
            }
        }
        while let Some(request) = proxy.reload_request() {
            let outcome = reload(args, proxy, request.on_difference());
            proxy.answer(&request, outcome.as_ref().map_err(String::as_str));
        }
        thread::sleep(LOOK);
    }
    None
}

/// Reads the config again and serves it. Where it is not in order, all stays as it is, and why is said.
fn reload(
    args: &ProxyArgs,
    proxy: &mut Proxy,
    on_difference: Option<OnDifference>,
) -> Result<Reloaded, String> {
    let reloaded = if is_stdin(&args.config) {
        Err(Failure::Input("it came from stdin, which cannot be read again".into()))
    } else {
        read(args).and_then(|config| proxy.reload_with(&config, on_difference).map_err(Failure::Proxy))
    };
    match reloaded {
        Ok(it) => {
            tracing::info!(added = it.added, kept = it.kept, removed = it.removed, "the config is in force");
            Ok(it)
        }
        Err(failure) => {
            let mut why = failure.to_string();
            if matches!(failure, Failure::Proxy(keyhome_proxy::Failure::Fingerprint(_))) {
                why.push_str("; KEYHOME RELOAD WARN reads it all the same");
            }
            tracing::error!(why, file = %args.config.display(), "the config is not taken; the old one stays");
            Err(why)
        }
    }
}
