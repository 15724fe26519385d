//! What the kernel says of a process.

use std::{fs, io};

use rustix::process::{Resource, getrlimit, setrlimit};

/// Nanoseconds of processor time that the threads of a process have had, in the kernel too.
pub(crate) fn spent(process: u32) -> io::Result<u64> {
    let mut spent = 0;
    for task in fs::read_dir(format!("/proc/{process}/task"))? {
        let text = fs::read_to_string(task?.path().join("schedstat"))?;
        let first = text.split_ascii_whitespace().next();
        spent += first.and_then(|number| number.parse::<u64>().ok()).ok_or(io::ErrorKind::InvalidData)?;
    }
    Ok(spent)
}

/// Bytes of memory that a process has resident.
pub(crate) fn resident(process: u32) -> io::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// As many open files as the system allows, for us and for what we start.
pub(crate) fn raise_open_files() -> io::Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;
    Ok(())
}
