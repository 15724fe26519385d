//! What the process takes, under the names that Prometheus's own clients give it in every program.

use std::fs;

/// The unit of times in /proc, in seconds: it is the same on every Linux that programs see (`USER_HZ`).
const TICK: f64 = 0.01;

/// What the system tells.
pub(super) struct Taken {
    pub(super) cpu_seconds: Option<f64>,
    pub(super) resident_bytes: Option<f64>,
    pub(super) open_files: Option<f64>,
}

impl Taken {
    /// As of now; nothing where there is no /proc.
    pub(super) fn now() -> Self {
        Self {
            cpu_seconds: fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu_seconds(&stat)),
            resident_bytes: fs::read_to_string("/proc/self/status")
                .ok()
                .and_then(|status| resident_bytes(&status)),
            // One of them is the folder itself.
            open_files: fs::read_dir("/proc/self/fd").ok().map(|files| files.count() as f64 - 1.0),
        }
    }
}

/// The name of the program comes first, in brackets, and may have spaces and brackets in it.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11).map(str::parse::<u64>);
    let (user, system) = (fields.next()?.ok()?, fields.next()?.ok()?);
    Some((user + system) as f64 * TICK)
}

fn resident_bytes(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes as f64 * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_read() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 900 0 0 0 250 150 0 0 20 0 3 0 123 1000 200 18446744073709551615";
        assert_eq!(cpu_seconds(stat), Some(4.0));
        assert_eq!(cpu_seconds("7 (a) S 1"), None);
        let status = "Name:\tkeyhome\nVmHWM:\t    9000 kB\nVmRSS:\t    4096 kB\nThreads:\t3\n";
        assert_eq!(resident_bytes(status), Some(4194304.0));
        assert_eq!(resident_bytes("Name:\tkeyhome\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn it_is_there_on_linux() {
        let taken = Taken::now();
        assert!(taken.cpu_seconds.is_some());
        assert!(taken.resident_bytes.is_some_and(|bytes| bytes > 1e5));
        assert!(taken.open_files.is_some_and(|files| files >= 3.0));
    }
}
