//! What the proxy answers itself, beside redis-server: the same bytes.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use keyhome_live::{Proxy, RedisServer, Scratch, resp::encode};
use keyhome_resp::ReplyReader;
use keyhome_tests::doors::CommandDoor;

use crate::fleet::{PATIENT, POOL, pool};

/// Commands on one connection: words are parted by spaces, `~` is a space within one, `^` nothing, `¶` a line end.
const SAME: &[&str] = &[
    "PING; PING x; PING x y; ping; ECHO a; ECHO; ECHO a b; ^; ^ x",
    "SELECT 0; SELECT x; SELECT 99; SELECT -1; SELECT; SELECT 0 0",
    "HELLO; HELLO 2; HELLO 1; HELLO 4; HELLO x; HELLO 02; CLIENT GETNAME; HELLO 3 SETNAME a; CLIENT GETNAME; \
     HELLO 2 SETNAME a~b; CLIENT GETNAME; HELLO 3 WHAT x; HELLO 3 SETNAME; HELLO 3 AUTH x; CLIENT GETNAME; RESET; \
     CLIENT GETNAME",
    "HELLO 3 AUTH default x SETNAME b; CLIENT GETNAME; HELLO 2 AUTH nobody x; AUTH; AUTH a b c; AUTH default x; \
     AUTH nobody x; ACL WHOAMI; ACL WHOAMI x",
    "RESET; RESET x; QUIT",
    "CLIENT; CLIENT FOO; CLIENT ID x; CLIENT GETNAME; CLIENT SETNAME a; CLIENT GETNAME; CLIENT SETNAME a~b; \
     CLIENT SETNAME a¶b; CLIENT SETNAME; CLIENT SETNAME ^; CLIENT GETNAME; CLIENT GETNAME x",
    "CLIENT NO-EVICT on; CLIENT NO-EVICT OFF; CLIENT NO-EVICT x; CLIENT NO-EVICT; CLIENT REPLY x; CLIENT REPLY; \
     CLIENT REPLY ON; CLIENT MAINT_NOTIFICATIONS ON moving-endpoint-type internal-ip",
    "CLIENT LIST x; CLIENT LIST TYPE x; CLIENT LIST TYPE replica; CLIENT LIST ID; CLIENT LIST ID x; \
     CLIENT LIST ID 99999999; CLIENT INFO x",
    "CLIENT KILL; CLIENT KILL x y z; CLIENT KILL 1.1.1.1:1; CLIENT KILL ID 0; CLIENT KILL ID x; CLIENT KILL ID 99999999; \
     CLIENT KILL TYPE x; CLIENT KILL TYPE pubsub; CLIENT KILL USER x; CLIENT KILL SKIPME x; CLIENT KILL ADDR a ADDR; \
     CLIENT KILL ADDR 1.1.1.1:1 SKIPME no; CLIENT KILL LADDR 1.1.1.1:1; CLIENT KILL WHAT x; CLIENT KILL USER default ID 9999999",
    "CLIENT UNBLOCK; CLIENT UNBLOCK x; CLIENT UNBLOCK 99999999; CLIENT UNBLOCK 99999999 ERROR; CLIENT UNBLOCK -1 timeout; \
     CLIENT UNBLOCK 99999999 x; CLIENT UNBLOCK x x; client UNBLOCK 1 ERROR x",
    "CLIENT TRACKING OFF; CLIENT CACHING YES; CLIENT GETREDIR; CLIENT TRACKINGINFO; CLIENT TRACKING",
    "HELLO 3; CLIENT TRACKINGINFO; CLIENT GETNAME; GET nothing; CLIENT LIST ID 99999999",
    "FOO; FOO a b; FOO a¶b; F¶O; FOO aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa \
     bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb ccccccc; xgroup|create a",
    "GET; GET a b; get; MGET; MSET a; MSET a 1 b; DEL; OBJECT; OBJECT FOO; object foo; OBJECT ENCODING; \
     OBJECT ENCODING a b; OBJECT ENCODING nothing; OBJECT HELP; MEMORY; MEMORY USAGE nothing; MEMORY USAGE; MEMORY FOO; \
     XGROUP; XGROUP FOO; XGROUP CREATE; XINFO FOO; SINTERCARD 2 a b",
    "COMMAND COUNT; COMMAND FOO; COMMAND INFO get foo; COMMAND DOCS get; COMMAND GETKEYS mset a 1 b 2; \
     COMMAND GETKEYS; COMMAND GETKEYS foo; COMMAND GETKEYSANDFLAGS get a; COMMAND LIST FILTERBY PATTERN getr*",
    "CONFIG GET maxmemory; CONFIG GET x*; CONFIG; CONFIG FOO; CONFIG GET",
    "SET str v; LPUSH str v; GET str; INCR str; GETRANGE str 0 1; GETRANGE str x y; SET str v EX 0; SET str v FOO",
    "MULTI; FOO; EXEC; MULTI; GET; EXEC; MULTI; OBJECT FOO; EXEC; EXEC; DISCARD; EXEC x; MULTI x",
    "MULTI; MULTI; SET m 1; GET m; PUBLISH m x; EXEC; MULTI; WATCH m; GET m; EXEC; MULTI; SET m 2; DISCARD; GET m; \
     UNWATCH; WATCH m; GET m; MULTI; INCR m; EXEC; WATCH; MULTI; EXEC; MULTI; DISCARD",
    "MULTI; SET e 1; LPUSH e 1; TIME x; EXEC; MULTI; EVAL return(1) 0; PING; ECHO a; EXEC",
    "EVAL return(1) 0; EVAL return(1) x; EVAL return(1) -1; EVAL return(1) 2 a; EVAL return({KEYS[1],ARGV[1]}) 1 a b; \
     EVAL x~x 0; EVALSHA ffffffffffffffffffffffffffffffffffffffff 0; EVAL; EVAL return(1); EVALSHA_RO x 0; \
     EVAL_RO return(1) 0",
    "SCRIPT LOAD return(2); SCRIPT EXISTS 7f923f79fe76194c868d7e1d0820de36700eb649 x; \
     EVALSHA 7f923f79fe76194c868d7e1d0820de36700eb649 0; SCRIPT FLUSH SYNC; SCRIPT EXISTS x; SCRIPT EXISTS; SCRIPT; \
     SCRIPT FOO; SCRIPT LOAD x~x; SCRIPT FLUSH x",
    "FUNCTION LOAD #!lua~name=f¶redis.register_function('f',function(keys,args)~return~{keys[1]~or~'none',args[1]}~end); \
     FCALL f 0 x; FCALL f 1 k x; FCALL f x; FCALL nothing 0; FCALL_RO f 0; FCALL; FUNCTION LOAD x; FUNCTION DELETE f; \
     FUNCTION DELETE f; FUNCTION LIST; FUNCTION FOO",
    "SCRIPT KILL; script kill; SCRIPT KILL x; FUNCTION KILL; FUNCTION STATS; FUNCTION STATS x; FUNCTION DUMP; \
     FUNCTION RESTORE x; FUNCTION RESTORE; FUNCTION FLUSH; FUNCTION LIST WITHCODE; FUNCTION HELP; HELLO 3; FUNCTION STATS",
    "LATENCY; LATENCY FOO; LATENCY RESET; LATENCY RESET a b; LATENCY LATEST; LATENCY LATEST x; LATENCY HISTORY x; \
     LATENCY HISTORY; LATENCY GRAPH x; LATENCY GRAPH; LATENCY DOCTOR; LATENCY DOCTOR x; LATENCY HISTOGRAM foo; \
     LATENCY HELP; MEMORY PURGE; MEMORY PURGE x; MEMORY DOCTOR; HELLO 3; LATENCY HISTOGRAM foo; LATENCY LATEST; \
     LATENCY DOCTOR",
    "XADD s1 1-1 a b; XADD s2 1-1 a b; XGROUP CREATE s1 g 0; XGROUP CREATE s2 g 0; XGROUP CREATE s1 g 0; \
     XREADGROUP GROUP g c STREAMS s1 s2 > >; XREADGROUP GROUP g c COUNT 1 STREAMS s1 0; XREADGROUP GROUP g c STREAMS s1; \
     XREADGROUP GROUP x c STREAMS s1 >; XREADGROUP GROUP g c BLOCK 1 STREAMS s1 s2 > >; XACK s1 g 1-1; XPENDING s1 g; \
     XREAD STREAMS s1 s2 0 0; XREAD BLOCK x STREAMS s1 0; XREAD BLOCK 1 STREAMS s1 $; \
     XGROUP DESTROY s1 g; XINFO STREAM nothing; XREADGROUP; XLEN s1",
    "PUBSUB; PUBSUB CHANNELS; PUBSUB NUMSUB a b; PUBSUB NUMSUB; PUBSUB NUMPAT; PUBSUB FOO; PUBSUB SHARDNUMSUB a; \
     PUBSUB SHARDCHANNELS; PUBSUB CHANNELS a b; PUBSUB NUMPAT x; PUBLISH a x; PUBLISH a; SPUBLISH a x",
    "SUBSCRIBE a; GET a; PING; PING x; FOO; PUBSUB NUMSUB a; PSUBSCRIBE p*; UNSUBSCRIBE a; PUNSUBSCRIBE; GET a; \
     SUBSCRIBE; SSUBSCRIBE s; SUNSUBSCRIBE; UNSUBSCRIBE; UNSUBSCRIBE x",
    "HELLO 3; SUBSCRIBE a; GET nothing; PUBSUB NUMSUB a b; PING; PSUBSCRIBE p*; PUBSUB NUMPAT; UNSUBSCRIBE a; \
     PUNSUBSCRIBE p*; PUBSUB NUMSUB a",
    "SUBSCRIBE a; RESET; GET nothing; MULTI; RESET; EXEC",
    "CLUSTER INFO; CLUSTER SLOTS; CLUSTER NODES; READONLY; READWRITE; ASKING; READONLY x; ROLE; ROLE x; CLUSTER; \
     CLUSTER FOO",
    "FLUSHALL; DBSIZE; SET a 1; DBSIZE; DBSIZE x; KEYS *; KEYS; RANDOMKEY; SCAN 0; SCAN x; SCAN; SCAN 0 COUNT x; \
     SCAN 0 FOO; EXISTS a a nothing; TOUCH a; FLUSHDB ASYNC; FLUSHDB x; DBSIZE; WAIT 0 0; WAIT x 0; WAIT",
    "BLPOP nothing 0.01; BLPOP nothing x; BLPOP; BLMOVE a b LEFT RIGHT 0.01; BZPOPMIN nothing 0.01; BLPOP a -1",
    "TIME x; LOLWUT x y z; OBJECT FREQ nothing; RENAME nothing other; COPY nothing other; SORT nothing; SORT nothing BY",
];

/// What both refuse, in other words: the proxy does not know where the keys are, or has a reason of its own.
const OTHER_WORDS: &[&str] = &[
    "ZUNION 2 a",
    "ZUNION 0 a",
    "XREAD COUNT 1 STREAMS s1",
    "AUTH x",
    "CLIENT PAUSE",
    "CLIENT TRACKING ON BCAST x",
    "DEBUG",
    "CONFIG SET x y",
    "SHUTDOWN x",
    "REPLICAOF x y z",
    "MONITOR x",
];

/// Bytes as they are sent; after some of them redis-server closes.
const RAW: &[&[u8]] = &[
    b"PING\r\n",
    b"\r\n\r\nPING\r\n",
    b"\nPING\n",
    b"*0\r\nPING\r\n",
    b"*-1\r\n*1\r\n$4\r\nPING\r\n",
    b"SET \"a b\" 'it\\'s'\r\nGET \"a\\x20b\"\r\n",
    b"ECHO \"\\n\\r\\t\\a\\b\\\\\\q\\x4\"\r\n",
    b"ECHO ''\r\nECHO \"\"\r\n",
    b"GET \"a\r\n",
    b"GET 'a'b\r\n",
    b"foo bar\r\n",
    b"*1\r\n$-1\r\n",
    b"*x\r\n",
    b"*1\r\n:1\r\n",
    b"*1\r\n$536870913\r\n",
    b"*2\r\n$4\r\nECHO\r\n$0\r\n\r\n",
    b"CLIENT REPLY OFF\r\nSET a 1\r\nPING\r\nFOO\r\nMGET a b\r\nCLIENT REPLY ON\r\nPING\r\n",
    b"CLIENT REPLY SKIP\r\nSET a 1\r\nGET a\r\nCLIENT REPLY SKIP\r\nPING\r\nPING\r\n",
    b"CLIENT REPLY SKIP\r\nFOO\r\nPING\r\nCLIENT REPLY OFF\r\nCLIENT REPLY SKIP\r\nGET a\r\nCLIENT REPLY ON\r\n",
    b"CLIENT REPLY OFF\r\nMULTI\r\nSET a 2\r\nEXEC\r\nBLPOP nothing 0.01\r\nCLIENT REPLY ON\r\nGET a\r\n",
    b"CLIENT REPLY OFF\r\nINFO\r\nCLIENT LIST\r\nPUBSUB NUMPAT\r\nCLIENT REPLY SKIP\r\nINFO memory\r\nCLIENT REPLY ON\r\nPING\r\n",
    b"CLIENT REPLY OFF\r\nRESET\r\nPING\r\n",
    b"SET a 3\r\nGET a\r\nHELLO 3\r\nGET nothing\r\nSET a 4\r\nRESET\r\nGET a\r\nGET nothing\r\n",
    b"PING\r\nQUIT\r\nPING\r\n",
];

/// The words of such a command.
pub(crate) fn words(command: &str) -> Vec<Vec<u8>> {
    let words = command.split_ascii_whitespace();
    words.map(|word| word.replace('~', " ").replace('¶', "\n").replace('^', "").into_bytes()).collect()
}

/// A connection from which replies are read as bytes.
pub(crate) struct Raw(TcpStream);

impl Raw {
    pub(crate) fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Self(stream)
    }

    /// One reply; what there is of it where the connection is closed.
    pub(crate) fn call(&mut self, command: &[u8]) -> Vec<u8> {
        self.0.write_all(command).unwrap();
        let (mut reply, mut reader) = (Vec::new(), ReplyReader::default());
        let mut byte = [0];
        while reader.read(&reply).unwrap().is_none() && self.0.read(&mut byte).unwrap() == 1 {
            reply.push(byte[0]);
        }
        reply
    }

    /// All that comes, up to the end of what an `ECHO` behind it gives, or of the connection.
    fn all(&mut self, bytes: &[u8]) -> Vec<u8> {
        const END: &[u8] = b"$7\r\nthe-end\r\n";
        // What is sent after the other side has closed is lost, and that is no fault.
        let _ = self.0.write_all(&[bytes, &encode(&[b"ECHO", b"the-end"])].concat());
        let (mut all, mut more) = (Vec::new(), [0; 4096]);
        while !all.ends_with(END) {
            match self.0.read(&mut more) {
                Ok(count @ 1..) => all.extend_from_slice(&more[..count]),
                _ => break,
            }
        }
        all
    }
}

/// The id of a connection is another in each.
fn without_id(reply: &[u8]) -> String {
    let text = reply.escape_ascii().to_string();
    match text.split_once("$2\\r\\nid\\r\\n:") {
        Some((before, after)) => {
            format!("{before}id:{}", after.trim_start_matches(|digit: char| digit.is_ascii_digit()))
        }
        None => text,
    }
}

/// A server alone, and one behind a proxy, which are both empty.
fn beside(arguments: &[&str]) -> (Scratch, [RedisServer; 2], Proxy) {
    let scratch = Scratch::new().unwrap();
    let servers = [RedisServer::start(&scratch).unwrap(), RedisServer::start(&scratch).unwrap()];
    let program = CommandDoor::new();
    let proxy =
        Proxy::start(&scratch, program.program(), &[pool(&servers[1..], PATIENT)], arguments).unwrap();
    (scratch, servers, proxy)
}

#[test]
fn one_server_behind_the_proxy_answers_as_it_does_alone() {
    let (_scratch, servers, proxy) = beside(&["--allow-flush"]);
    let mut differences = Vec::new();
    let mut compared = 0;
    for script in SAME {
        let mut alone = Raw::open(servers[0].port());
        let mut behind = Raw::open(proxy.port(POOL).unwrap());
        for command in script.split(';') {
            let words = words(command);
            let request = encode(&words.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let (expected, found) = (without_id(&alone.call(&request)), without_id(&behind.call(&request)));
            compared += 1;
            if expected != found {
                differences.push(format!("{}\n  redis  {expected}\n  proxy  {found}", command.trim()));
            }
        }
    }
    for bytes in RAW {
        let expected = Raw::open(servers[0].port()).all(bytes);
        let found = Raw::open(proxy.port(POOL).unwrap()).all(bytes);
        compared += 1;
        if without_id(&expected) != without_id(&found) {
            let (expected, found) = (expected.escape_ascii(), found.escape_ascii());
            differences.push(format!("{}\n  redis  {expected}\n  proxy  {found}", bytes.escape_ascii()));
        }
    }
    for command in OTHER_WORDS {
        let words = words(command);
        let request = encode(&words.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let alone = Raw::open(servers[0].port()).call(&request);
        let behind = Raw::open(proxy.port(POOL).unwrap()).call(&request);
        compared += 1;
        if !alone.starts_with(b"-") || !behind.starts_with(b"-") {
            differences.push(format!("{command}: {} {}", alone.escape_ascii(), behind.escape_ascii()));
        }
    }
    assert!(differences.is_empty(), "of {compared} commands these differ:\n{}", differences.join("\n"));
}
