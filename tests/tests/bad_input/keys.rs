//! Keys of odd sizes and contents, and batches that do not fit together.

use keyhome_tests::twin::{Twin, random};
use proptest::test_runner::TestRunner;

use crate::code;

/// Five million bytes, with and without a tag around most of them, in every system.
#[test]
fn huge_keys() {
    let mut key: Vec<u8> = (0..5_000_000_u32).map(|i| (i % 251) as u8).collect();
    let mut runner = TestRunner::deterministic();
    let mut pools = 0;
    for _ in 0..24 {
        let pool = random::any_of(&mut runner, &random::pool());
        let (Ok(router), Ok(twin)) = (pool.router(), Twin::new(&pool)) else { continue };
        let home = |key: &[u8]| router.index(key).map_err(|error| error.code());
        assert_eq!(home(&key), twin.home(&key), "{pool:?}");
        pools += 1;
        key.swap(0, pools);
    }
    assert!(pools > 10);
    println!("huge keys: {pools} pools");
}

#[test]
fn keys_of_zeros() {
    let mut runner = TestRunner::deterministic();
    let keys: Vec<Vec<u8>> = (0..66).map(|length| vec![0; length]).collect();
    let mut compared = 0;
    for _ in 0..40 {
        let pool = random::any_of(&mut runner, &random::pool());
        let (Ok(router), Ok(twin)) = (pool.router(), Twin::new(&pool)) else { continue };
        for key in &keys {
            assert_eq!(router.index(key).map_err(|error| error.code()), twin.home(key), "{pool:?}");
            compared += 1;
        }
    }
    println!("keys of zeros: {compared} keys");
}

#[test]
fn offsets_that_do_not_fit() {
    let router = keyhome::from_config("p:\n  servers:\n   - h:1:1 a\n   - h:2:1 b\n", None).unwrap();
    let bad: [&[u32]; 8] =
        [&[], &[1, 3], &[0, 2], &[0, 4], &[0, 2, 1, 3], &[3, 0], &[0, u32::MAX, 3], &[0, 3, 3, 4]];
    for offsets in bad {
        let mut indexes = vec![9];
        assert_eq!(
            code(router.indexes_packed(b"abc", offsets, &mut indexes)),
            "batch.offsets",
            "{offsets:?}"
        );
        assert!(indexes.is_empty());
        let mut slots = vec![9];
        assert_eq!(code(keyhome::slots_packed(b"abc", offsets, &mut slots)), "batch.offsets", "{offsets:?}");
        assert!(slots.is_empty());
    }
    let mut indexes = Vec::new();
    router.indexes_packed(b"", &[0], &mut indexes).unwrap();
    assert!(indexes.is_empty());
    router.indexes_packed(b"", &[0, 0, 0], &mut indexes).unwrap();
    assert_eq!(indexes, [router.index("").unwrap() as u32; 2]);
    println!("offsets: {} cases", 2 * bad.len() + 2);
}

#[test]
fn keys_without_a_home() {
    let charsum = keyhome::from_config("p:\n  dialect: charsum\n  servers: [h:1:1, h:2:1]\n", None).unwrap();
    for key in [&b"\xff"[..], b"a\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\x80"] {
        assert_eq!(code(charsum.index(key)), "key.encoding", "{key:x?}");
    }
    let mut indexes = Vec::new();
    let error = charsum.indexes(&[&b"a"[..], b"b", b"\xff", b"\xfe"], &mut indexes).unwrap_err();
    assert_eq!((error.code(), error.position(), indexes.len()), ("key.encoding", Some(2), 0));
    let one = keyhome::from_config("p:\n  dialect: charsum\n  servers: [h:1:1]\n", None).unwrap();
    assert_eq!(code(one.index(b"\xff")), "key.encoding", "also with one node");
    let random =
        keyhome::from_config("p:\n  distribution: random\n  servers:\n   - h:1:1\n   - h:2:1\n", None);
    let random = random.unwrap();
    assert_eq!(code(random.index("a")), "placement.random");
    assert_eq!(code(random.explain("a")), "placement.random");
    assert_eq!(code(random.fingerprint()), "placement.random");
    let one = keyhome::from_config("p:\n  distribution: random\n  servers:\n   - h:1:1\n", None).unwrap();
    assert_eq!(one.index("a").unwrap(), 0, "a pool of one node");
    println!("keys without a home: 11 cases");
}
