//! What must hold for every router and every error, wherever they come from.

use keyhome::{Error, ErrorKind, Router};

const KEYS: &[&[u8]] =
    &[b"", b"a", b"user:1001", b"{user}:1", b"{}{a}", b"}{", b"\xff\x00\r\n", "ключ".as_bytes()];

/// Every question has an answer: a node of the pool, or one of the reasons why a key has no home.
pub fn of_router(router: &Router) {
    for key in KEYS {
        match router.index(key) {
            Ok(index) => {
                assert!(router.is_live(index));
                assert_eq!(router.node(key).expect("it has an index").name, router.nodes()[index].name);
                let next = router.successor_indexes(key, 3).expect("it has a home");
                assert!(next.len() <= 3 && !next.contains(&index));
            }
            Err(error) => {
                assert!(matches!(
                    error.kind(),
                    ErrorKind::SlotUncovered | ErrorKind::KeyEncoding | ErrorKind::PlacementRandom
                ));
                of_error(&error);
            }
        }
    }
    for key in KEYS {
        let explained = router.explain(key);
        assert_eq!(explained.is_ok(), router.index(key).is_ok(), "what has a home can be explained");
    }
    assert_eq!(router.fingerprint().ok(), router.clone().fingerprint().ok());
    match router.without(&[&router.nodes()[0].name]) {
        Ok(rest) => assert!(!rest.is_live(0)),
        Err(error) => of_error(&error),
    }
}

/// Every error is one line for people, and a place from 1 if it has one.
pub fn of_error(error: &Error) {
    assert!(!error.detail().is_empty());
    assert!(error.line().is_none_or(|line| line > 0) && error.column().is_none_or(|column| column > 0));
}
