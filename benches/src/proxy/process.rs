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
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resident {
    pub(crate) all: u64,
    /// Without the pages of the files that its program and its libraries are, which the system can take away.
    pub(crate) own: u64,
}

pub(crate) fn resident(process: u32) -> io::Result<Resident> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let bytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
    };
    Ok(Resident { all: bytes("VmRSS:")?, own: bytes("RssAnon:")? })
}

/// As many open files as the system allows, for us and for what we start.
pub(crate) fn raise_open_files() -> io::Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit)?;
    Ok(())
}
