//! The log: lines for people or for machines, to stderr or to a file that can be opened anew.

use std::{
    fs::{File, OpenOptions},
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI32, Ordering},
    },
};

use tracing::level_filters::LevelFilter;
use tracing_subscriber::{Layer, Registry, filter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use super::args::{LogFormat, ProxyArgs};
use crate::failure::Failure;

/// The log of the process.
pub(super) struct Log {
    path: Option<PathBuf>,
    sink: Sink,
    level: Arc<AtomicI32>,
}

/// Where lines go.
#[derive(Clone)]
struct Sink(Arc<Mutex<Option<File>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(file) => file.write(bytes),
            None => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(super) fn open(args: &ProxyArgs) -> Result<Self, Failure> {
        let file = match &args.output {
            Some(path) => Some(open(path).map_err(|error| Failure::Write { file: path.clone(), error })?),
            None => None,
        };
        let colours = file.is_none() && io::stderr().is_terminal();
        let sink = Sink(Arc::new(Mutex::new(file)));
        let level = Arc::new(AtomicI32::new(i32::from(args.verbose.min(11))));
        let writer = sink.clone();
        let lines = fmt::layer().with_writer(move || writer.clone()).with_ansi(colours).with_target(false);
        let lines: Box<dyn Layer<Registry> + Send + Sync> = match args.log_format {
            LogFormat::Text => lines.boxed(),
            LogFormat::Json => lines.json().flatten_event(true).boxed(),
        };
        let current = Arc::clone(&level);
        let filter = filter::dynamic_filter_fn(move |metadata, _| {
            *metadata.level() <= filter_of(current.load(Ordering::Relaxed))
        });
        let set = Registry::default().with(lines.with_filter(filter)).try_init();
        set.map_err(|error| Failure::Input(format!("no log: {error}")))?;
        Ok(Self { path: args.output.clone(), sink, level })
    }

    /// After the file was moved away. Where it cannot be opened, the old one stays.
    pub(super) fn open_anew(&self) {
        let Some(path) = &self.path else { return };
        match open(path) {
            Ok(file) => *self.sink.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(file),
            Err(error) => tracing::error!(%error, file = %path.display(), "the log cannot be opened anew"),
        }
    }

    pub(super) fn change_level(&self, by: i32) {
        let level = (self.level.load(Ordering::Relaxed) + by).clamp(0, 11);
        self.level.store(level, Ordering::Relaxed);
        tracing::error!(level, "the log says more or less from now on");
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// nutcracker's levels: 0 emergency, 3 error, 4 warning, 5 notice, 6 info, 7 debug, up to 11.
fn filter_of(level: i32) -> LevelFilter {
    match level {
        ..=3 => LevelFilter::ERROR,
        4 => LevelFilter::WARN,
        5 | 6 => LevelFilter::INFO,
        7 | 8 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}
