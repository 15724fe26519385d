//! The name of the machine.

use std::{env, fs};

/// As the system has it.
pub(crate) fn name() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| env::var("HOSTNAME"));
    name.map_or_else(|_| "an unnamed host".into(), |name| name.trim().to_owned())
}
