//! The tables of known values, made by the real programs.

use super::{Algorithm, KeyHash};

fn value(name: &str, signed_char: bool, key: &[u8]) -> u32 {
    KeyHash::new(Algorithm::find(name).unwrap(), signed_char).hash(key)
}

/// twemproxy 0.5.0, compiled on amd64.
#[test]
fn twemproxy_on_x86() {
    let naive = "naïve-ключ".as_bytes();
    let keys: [&[u8]; 7] = [
        b"",
        b"a",
        b"foo",
        b"user:{1000}:name",
        naive,
        b"\xff\xfe\x80\x01",
        b"The quick brown fox jumps over the lazy dog",
    ];
    let table = "
        one_at_a_time 00000000 ca2e9442 238678dd 45cc0cf2 aae3902a f5c5799a 519e91f5
        md5           d98c1dd4 b975c10c db18bdac 3f68bfcd e27e37ac 3ea995c2 9d7d109e
        crc16         00000000 00007c87 0c3caf96 3e0f5bec f1e52ee4 0d6eb849 22a3f0c8
        crc32         00000000 000068b7 00000c73 0000088a 00007869 00000c9f 0000414f
        crc32a        00000000 e8b7be43 8c736521 088a760f f869b836 0c9f2fea 414fa339
        fnv1_64       84222325 8601b7be 6ba13533 2117eeba 56323704 5d5078cf 7de37ace
        fnv1a_64      84222325 8601ec8c fed9d577 4470a87c 661f58b6 156fc963 e7e47110
        fnv1_32       811c9dc5 050c5d7e 408f5e13 7b7b2b3a 20132b64 3589030f e9c86c6e
        fnv1a_32      811c9dc5 e40c292c a9f37ed7 a1b8001c 901430b6 a21d4ca3 048fff90
        hsieh         00000000 93642e87 76d4d427 b43402d6 d6af52a2 6f093193 1c19ee97
        murmur        00000000 4b41757c c4e0338f 0b18b3be f9fba01f 5b9fc0d7 30c79125
        jenkins       deadbefc e0a38690 99f84f99 234281cb 881690c8 f8a56176 12b8163c";
    check(table, true, &keys);
}

/// The same source, compiled with unsigned `char`, as ARM compilers do.
#[test]
fn twemproxy_on_arm() {
    let naive = "naïve-ключ".as_bytes();
    let keys: [&[u8]; 2] = [naive, b"\xff\xfe\x80\x01"];
    let table = "
        one_at_a_time 1d012f8b 171508e1
        fnv1_64       075a0f04 f56aefcf
        fnv1a_64      831cdeb6 372aa663
        fnv1_32       c9c03b64 6adec80f
        fnv1a_32      565032b6 da1d8fa3
        hsieh         8f30bb64 6f093193";
    check(table, false, &keys);
}

/// libmemcached 1.1.4 on amd64; `crc` is its name for `crc32`.
#[test]
fn libmemcached() {
    let keys: [&[u8]; 6] =
        [b"", b"a", b"foo", b"user:1000", "ключ".as_bytes(), b"hello world, this is 27 bytes"];
    let table = "
        one_at_a_time 00000000 ca2e9442 238678dd b563b74f fbca080a ff3b722e
        md5           d98c1dd4 b975c10c db18bdac 2e986207 667b65c3 c4313715
        crc32         00000000 000068b7 00000c73 00001f74 00000caf 000021eb
        fnv1_64       84222325 8601b7be 6ba13533 d39e3d21 64997a19 d54af447
        fnv1a_64      84222325 8601ec8c fed9d577 ae7b4289 a9ad7881 8a9aea37
        fnv1_32       811c9dc5 050c5d7e 408f5e13 a6affca1 31b3eff9 9eb3b147
        fnv1a_32      811c9dc5 e40c292c a9f37ed7 507c1d89 afd617e1 dc66cdf7
        murmur        00000000 4b41757c c4e0338f 8e24aec7 9ac6d2af faf45325
        jenkins       deadbefc e0a38690 99f84f99 048c4d84 4b2c236f ccc35364
        murmur3       00000000 8872dbc8 a5f500b2 1f021164 9132b803 5e2d146f";
    check(table, true, &keys);
}

/// The values that twemproxy's own unit test asserts for `apple`, which libmemcached shares.
#[test]
fn apple() {
    let table = [
        ("one_at_a_time", 2297466611),
        ("md5", 3195025439),
        ("crc16", 3662830516),
        ("crc32", 10542),
        ("crc32a", 2838417488),
        ("fnv1_32", 67176023),
        ("fnv1a_32", 280767167),
        ("fnv1_64", 473199127),
        ("fnv1a_64", 1488911807),
        ("hsieh", 3738850110),
        ("jenkins", 1442444624),
        ("murmur", 4142305122),
    ];
    for (name, expected) in table {
        assert_eq!(value(name, true, b"apple"), expected, "{name}");
    }
}

/// MD5 read big-endian, as the tutorial ring does; and whole, as uhashring does.
#[test]
fn md5_in_other_readings() {
    assert_eq!(value("md5_hex8", true, b"foo"), 2898073819);
    assert_eq!(value("md5_hex8", true, b""), 3558706393);
    assert_eq!(KeyHash::hash_whole(b""), 0xd41d8cd98f00b204e9800998ecf8427e);
}

/// Many at once are the same as one at a time, whatever their number and lengths.
#[test]
fn batches_agree_with_single_keys() {
    let bytes: [u8; 200] = core::array::from_fn(|i| (i * 37) as u8);
    let keys: [&[u8]; 131] = core::array::from_fn(|i| &bytes[i % 7..i + 69]);
    for &algorithm in Algorithm::ALL {
        for signed in [true, false] {
            let hash = KeyHash::new(algorithm, signed);
            for count in [0, 1, 7, 8, 63, 64, 65, 131] {
                let mut out = [0; 131];
                hash.hash_each(&keys[..count], &mut out[..count]);
                for (key, got) in keys[..count].iter().zip(out) {
                    assert_eq!(got, hash.hash(key), "{} of {} bytes", algorithm.name(), key.len());
                }
            }
        }
    }
}

fn check(table: &str, signed_char: bool, keys: &[&[u8]]) {
    for row in table.trim().lines() {
        let mut cells = row.split_whitespace();
        let name = cells.next().unwrap();
        assert_eq!(cells.clone().count(), keys.len(), "{name}");
        for (key, cell) in keys.iter().zip(cells) {
            let got = value(name, signed_char, key);
            assert_eq!(got, u32::from_str_radix(cell, 16).unwrap(), "{name} of {key:x?}");
        }
    }
}
