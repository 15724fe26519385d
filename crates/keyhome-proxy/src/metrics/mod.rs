//! Metrics as Prometheus asks for them: text, over HTTP, at `/metrics`.

mod families;
mod http;
mod process;

use std::{
    io,
    net::TcpListener,
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};

use crate::control::{self, Line};

/// Who may be answered at the same time. One Prometheus asks once in some seconds.
const MOST_AT_ONCE: usize = 16;

/// Where metrics are to be had.
pub(crate) struct MetricsListener(TcpListener);

impl MetricsListener {
    pub(crate) fn bind(host: &str, port: u16) -> io::Result<Self> {
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        TcpListener::bind((host, port)).map(Self)
    }

    /// Answers for as long as the process lives. Workers are asked what they have counted, and go on meanwhile.
    pub(crate) fn serve(self, lines: Arc<Vec<Line>>) {
        let started = SystemTime::now();
        thread::spawn(move || {
            let answering = Arc::new(());
            loop {
                let accepted = self.0.accept();
                let (stream, _) = match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        tracing::warn!(%error, "metrics");
                        // Out of files, for one: it is no use to try again at once.
                        thread::sleep(Duration::from_millis(10));
                        continue;
                    }
                };
                if Arc::strong_count(&answering) > MOST_AT_ONCE {
                    continue;
                }
                let (lines, answering) = (Arc::clone(&lines), Arc::clone(&answering));
                let answered = thread::Builder::new().spawn(move || {
                    if let Err(error) = http::answer(&stream, || text(&lines, started)) {
                        tracing::debug!(%error, "metrics");
                    }
                    drop(answering);
                });
                if let Err(error) = answered {
                    tracing::warn!(%error, "metrics");
                }
            }
        });
    }
}

fn text(lines: &[Line], started: SystemTime) -> io::Result<Vec<u8>> {
    families::encode(&control::count(lines)?, started)
}
