//! One cursor for the SCAN of several nodes.

use crate::{
    digits::decimal,
    error::{Error, ErrorKind},
};

/// Where a scan over the nodes of a pool has got to: at which node, and at which cursor of that node.
///
/// It travels as one number, `cursor * nodes + node`, which is 0 at the beginning, as a single server's is, and 0 again at
/// the end. With one node it is the server's own cursor. A server's cursor is below the size of its hash table, in a
/// cluster times 2^14; numbers of up to 48 bits fit with any number of nodes. The nodes must stay as many from the first
/// call to the last, in the same order: `Router::without` keeps both.
///
/// ```
/// use keyhome_core::command::ScanCursor;
///
/// let start = ScanCursor::read("0", 3)?;
/// assert_eq!((start.node, start.cursor), (0, 0));
/// // Node 0 answers that it goes on at 17.
/// let next = start.answered(17, 3)?;
/// assert_eq!(ScanCursor::read(next.to_string(), 3)?, ScanCursor { node: 0, cursor: 17 });
/// // It is done: on to node 1. After the last node the whole scan is done.
/// assert_eq!(ScanCursor::unpack(start.answered(0, 3)?, 3)?, ScanCursor { node: 1, cursor: 0 });
/// assert_eq!(ScanCursor { node: 2, cursor: 99 }.answered(0, 3)?, 0);
/// # Ok::<(), keyhome_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScanCursor {
    /// The index of the node to ask.
    pub node: usize,
    /// The cursor to give it.
    pub cursor: u64,
}

impl ScanCursor {
    /// The cursor as it stands in a command. Errors: `command.arguments` where it is not the decimal digits of a number
    /// below 2^64, or there are no nodes.
    pub fn read(word: impl AsRef<[u8]>, nodes: usize) -> Result<Self, Error> {
        let number = decimal(word.as_ref());
        Self::unpack(number.ok_or_else(|| invalid("a cursor is a number, as the last SCAN gave it"))?, nodes)
    }

    /// The cursor from its number. Errors: `command.arguments` where there are no nodes.
    pub fn unpack(number: u64, nodes: usize) -> Result<Self, Error> {
        let of_node = |divisor: u64| number.checked_rem(divisor).zip(number.checked_div(divisor));
        let (node, cursor) = of_node(nodes as u64).ok_or_else(|| invalid("there is no node to scan"))?;
        Ok(Self { node: node as usize, cursor })
    }

    /// The number. Errors: `command.arguments` where the node is none of the nodes, or the number is not below 2^64.
    pub fn pack(self, nodes: usize) -> Result<u64, Error> {
        if self.node >= nodes {
            return Err(invalid("there is no such node to scan"));
        }
        let number =
            self.cursor.checked_mul(nodes as u64).and_then(|base| base.checked_add(self.node as u64));
        number.ok_or_else(|| invalid("the node's cursor leaves no room for the number of the node"))
    }

    /// The number to go on with when the node has answered with `cursor`: there, or at the next node, or 0 for the end.
    /// Errors: those of [`pack`](Self::pack).
    pub fn answered(self, cursor: u64, nodes: usize) -> Result<u64, Error> {
        let next = self.node.saturating_add(1);
        match cursor {
            0 if next == nodes => Ok(0),
            0 => Self { node: next, cursor }.pack(nodes),
            _ => Self { cursor, ..self }.pack(nodes),
        }
    }
}

#[cold]
fn invalid(detail: &str) -> Error {
    Error::new(ErrorKind::CommandArguments, detail)
}
