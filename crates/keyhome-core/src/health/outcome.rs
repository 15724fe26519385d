//! What became of a request or a check.

use crate::words::words;

words! {
    /// What became of a request to a node, or of a check of it.
    #[non_exhaustive]
    Outcome {
        /// A reply was forwarded; an error that [`is_failure`] does not know is one too.
        Reply = "reply",
        /// A connection was closed, whatever the reason: refused, reset, timed out, ended by the server even while it
        /// was idle, or closed after an unreadable reply or one that [`is_failure`]. One connection is one failure,
        /// however many requests were waiting on it.
        Failure = "failure",
        /// A check found the node well.
        CheckPassed = "check_passed",
        /// A check did not.
        CheckFailed = "check_failed",
    }
}

/// Whether an error that a server replies counts as a failure of it: `OOM`, `BUSY` and `LOADING`, exactly, as the first
/// word; a leading `-` may be there or not. Twemproxy closes the connection on these, which is what it counts; all other
/// errors (`BUSYKEY`, `MISCONF`, `READONLY`, `MASTERDOWN`, `NOAUTH`) are replies like any other.
///
/// From twitter/twemproxy `src/proto/nc_redis.c`, `redis_failure` and `redis_parse_rsp`.
pub fn is_failure(error: impl AsRef<[u8]>) -> bool {
    let error = error.as_ref();
    let error = error.strip_prefix(b"-").unwrap_or(error);
    let end = error.iter().position(|byte| matches!(byte, b' ' | b'\r' | b'\n')).unwrap_or(error.len());
    matches!(&error[..end], b"OOM" | b"BUSY" | b"LOADING")
}

#[cfg(test)]
mod tests {
    use super::is_failure;

    #[test]
    fn only_three_first_words_are_failures() {
        for failure in [
            "OOM command not allowed when used memory > 'maxmemory'.",
            "-OOM command not allowed",
            "-BUSY Redis is busy running a script.\r\n",
            "LOADING Redis is loading the dataset in memory",
            "LOADING\r\n",
            "BUSY",
        ] {
            assert!(is_failure(failure), "{failure}");
        }
        for reply in [
            "",
            "-",
            "BUSYKEY Target key name already exists.",
            "BUSYGROUP Consumer Group name already exists",
            "-MISCONF Redis is configured to save RDB snapshots",
            "READONLY You can't write against a read only replica.",
            "MASTERDOWN Link with MASTER is down",
            "NOAUTH Authentication required.",
            "ERR OOM",
            "oom command",
            "--OOM command",
            " OOM",
        ] {
            assert!(!is_failure(reply), "{reply}");
        }
    }
}
