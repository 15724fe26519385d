//! The proxy among other writers to its servers: who places keys differently is told of, or refused; and who writes is
//! listed.

use std::{fs, slice::from_ref};

use keyhome::{Writer, writers::Description};
use keyhome_live::{
    Pool, Proxy, RedisServer, Scratch, lease,
    resp::{Reply, encode},
};
use keyhome_resp::Value;
use keyhome_tests::doors::CommandDoor;
use serde_json::{Value as Json, json};

use crate::{
    commands::Raw,
    fleet::POOL,
    reload::{pool_of, wait_until},
    running::terminate,
};

const EVEN: &[(usize, u32)] = &[(0, 1), (1, 1)];
const UNEVEN: &[(usize, u32)] = &[(0, 1), (1, 3)];

/// How the other writer calls itself.
const WHO: &str = "keyhome/ioredis 0.1.0 on web-2 pid 4711";
const SINCE: &str = "2001-02-03T04:05:06Z";

/// Two servers that others write to as well.
struct Shared {
    scratch: Scratch,
    servers: Vec<RedisServer>,
}

impl Shared {
    fn new() -> Self {
        let scratch = Scratch::new().unwrap();
        let servers = (0..2).map(|_| RedisServer::start(&scratch).unwrap()).collect();
        Self { scratch, servers }
    }

    fn pool(&self, members: &[(usize, u32)]) -> Pool {
        pool_of(&self.servers, members)
    }

    fn start(&self, members: &[(usize, u32)], arguments: &[&str]) -> std::io::Result<Proxy> {
        let program = CommandDoor::new();
        Proxy::start(&self.scratch, program.program(), from_ref(&self.pool(members)), arguments)
    }

    fn fingerprint(&self, members: &[(usize, u32)]) -> String {
        let text = self.pool(members).yaml("127.0.0.1:1");
        keyhome::from_config(&text, None).unwrap().fingerprint().unwrap()
    }

    /// A writer to this pool.
    fn writer(&self, members: &[(usize, u32)], id: &str) -> Writer {
        let description = Description {
            id,
            program: "keyhome/ioredis 0.1.0",
            host: "web-2",
            process: "4711",
            since: SINCE,
        };
        Writer::new(POOL, &self.fingerprint(members), &description)
    }

    /// It announces itself on this server, so that it counts for longer than any test takes.
    fn announce(&self, server: usize, writer: &Writer) {
        let mut connection = self.servers[server].connect().unwrap();
        let time = connection.call(&[b"TIME"]).unwrap().list().unwrap();
        let now: u64 = time[0].clone().text().unwrap().parse().unwrap();
        for words in writer.announce(now + 600) {
            let words: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
            let reply = match words[..] {
                [b"ZADD", ..] => connection.call(&words),
                [b"EXPIRE", key, _] => connection.call(&[b"PERSIST", key]),
                _ => continue,
            };
            assert!(matches!(reply.unwrap(), Reply::Integer(_)));
        }
    }

    fn withdraw(&self, server: usize, writer: &Writer) {
        let mut connection = self.servers[server].connect().unwrap();
        for words in writer.withdraw() {
            let reply = connection.call(&words.iter().map(String::as_bytes).collect::<Vec<_>>()).unwrap();
            assert_eq!(reply, Reply::Integer(1));
        }
    }

    /// How many say to each server that they place keys so.
    fn counts(&self, members: &[(usize, u32)]) -> Vec<Reply> {
        let key = format!("keyhome:writers:{POOL}:{}", self.fingerprint(members));
        let count = |server: &RedisServer| server.connect().unwrap().call(&[b"ZCARD", key.as_bytes()]);
        self.servers.iter().map(|server| count(server).unwrap()).collect()
    }
}

fn log(proxy: &Proxy) -> String {
    fs::read_to_string(proxy.config().with_file_name("log")).unwrap()
}

fn ask(proxy: &Proxy, words: &[&[u8]]) -> Reply {
    proxy.connect(POOL).unwrap().call(words).unwrap()
}

fn fingerprint(proxy: &Proxy) -> String {
    ask(proxy, &[b"KEYHOME", b"FINGERPRINT"]).text().unwrap()
}

const NOBODY: [Reply; 2] = [Reply::Integer(0), Reply::Integer(0)];

#[test]
fn who_differs_at_the_start_is_named_and_refused_where_that_is_asked_for() {
    let shared = Shared::new();
    let other = shared.writer(UNEVEN, "other");
    shared.announce(1, &other);
    let why = shared.start(EVEN, &["--fingerprint", "refuse"]).unwrap_err().to_string();
    for part in ["exit status: 1", WHO, SINCE, &shared.fingerprint(UNEVEN), &shared.fingerprint(EVEN)] {
        assert!(why.contains(part), "{part}: {why}");
    }
    assert_eq!(shared.counts(EVEN), NOBODY, "who is refused leaves nothing behind");
    let mut proxy = shared.start(EVEN, &["--fingerprint", "warn"]).unwrap();
    wait_until("the log names it", || log(&proxy).contains(WHO));
    wait_until("it says how it places keys", || {
        shared.counts(EVEN) == [Reply::Integer(1), Reply::Integer(1)]
    });
    terminate(&mut proxy);
    wait_until("it has ended", || !proxy.process().is_running().unwrap());
    assert_eq!(shared.counts(EVEN), NOBODY, "who ends takes it back");
    shared.withdraw(1, &other);
    let alike = shared.writer(EVEN, "alike");
    shared.announce(0, &alike);
    let proxy = shared.start(EVEN, &["--fingerprint", "refuse"]).unwrap();
    assert!(!log(&proxy).contains(WHO), "{}", log(&proxy));
}

#[test]
fn a_reload_is_refused_unless_it_is_to_warn_this_time() {
    let shared = Shared::new();
    let mut proxy = shared.start(EVEN, &["--fingerprint", "refuse"]).unwrap();
    let other = shared.writer(EVEN, "other");
    shared.announce(1, &other);
    let why = proxy.reload(&[shared.pool(UNEVEN)]).unwrap_err().to_string();
    for part in ["the config is as it was", WHO, "KEYHOME RELOAD WARN reads it all the same"] {
        assert!(why.contains(part), "{part}: {why}");
    }
    assert_eq!(fingerprint(&proxy), shared.fingerprint(EVEN));
    assert_eq!(shared.counts(UNEVEN), NOBODY, "what is refused is taken back");
    let listen = format!("127.0.0.1:{}", proxy.port(POOL).unwrap());
    fs::write(proxy.config(), shared.pool(UNEVEN).yaml(&listen)).unwrap();
    for (words, wanted) in [
        (
            &[b"KEYHOME".as_slice(), b"RELOAD", b"NOW"][..],
            "ERR syntax error, try KEYHOME RELOAD [WARN|REFUSE]",
        ),
        (
            &[b"KEYHOME", b"RELOAD", b"WARN", b"x"],
            "ERR wrong number of arguments for 'keyhome|reload' command",
        ),
    ] {
        assert_eq!(ask(&proxy, words).error().unwrap(), wanted);
    }
    assert_eq!(fingerprint(&proxy), shared.fingerprint(EVEN));
    let told = ask(&proxy, &[b"keyhome", b"reload", b"warn"]).list().unwrap();
    let [told] = &told[..] else { panic!("{told:?}") };
    let told = told.clone().text().unwrap();
    assert!(told.contains(WHO) && told.contains(&shared.fingerprint(UNEVEN)), "{told}");
    assert!(log(&proxy).contains(&told), "{}", log(&proxy));
    assert_eq!(fingerprint(&proxy), shared.fingerprint(UNEVEN));
    wait_until("the old one is taken back", || shared.counts(EVEN) == [Reply::Integer(0), Reply::Integer(1)]);
    // That was for one time. Nobody says any more how long the set of the old ones is to be there.
    shared.announce(1, &other);
    assert!(ask(&proxy, &[b"KEYHOME", b"RELOAD"]).error().unwrap().contains(WHO));
    shared.withdraw(1, &other);
    assert_eq!(ask(&proxy, &[b"KEYHOME", b"RELOAD", b"WARN"]), Reply::Array(Some(Vec::new())));
    ask(&proxy, &[b"KEYHOME", b"RELOAD"]).ok().unwrap();
}

#[test]
fn a_reload_warns_unless_it_is_to_refuse_this_time() {
    let shared = Shared::new();
    let mut proxy = shared.start(EVEN, &["--fingerprint", "warn"]).unwrap();
    shared.announce(0, &shared.writer(EVEN, "other"));
    let before = fs::read(proxy.config()).unwrap();
    let listen = format!("127.0.0.1:{}", proxy.port(POOL).unwrap());
    fs::write(proxy.config(), shared.pool(UNEVEN).yaml(&listen)).unwrap();
    assert!(ask(&proxy, &[b"KEYHOME", b"RELOAD", b"REFUSE"]).error().unwrap().contains(WHO));
    assert_eq!(fingerprint(&proxy), shared.fingerprint(EVEN));
    fs::write(proxy.config(), before).unwrap();
    ask(&proxy, &[b"KEYHOME", b"RELOAD", b"REFUSE"]).ok().unwrap();
    proxy.reload(&[shared.pool(UNEVEN)]).unwrap();
    assert_eq!(fingerprint(&proxy), shared.fingerprint(UNEVEN));
    let warned = format!("{WHO} has placed keys differently since {SINCE}");
    wait_until("the log names it", || log(&proxy).contains(&warned));
}

/// A reply of either protocol; a map of RESP2 is a list.
fn as_json(reply: &[u8]) -> Json {
    match Value::of(reply).unwrap() {
        Value::Bulk(text) | Value::Simple(text) => json!(std::str::from_utf8(text).unwrap()),
        Value::Integer(number) => json!(number),
        Value::Other(b"#t\r\n") => json!(true),
        Value::Other(b"#f\r\n") => json!(false),
        Value::Array(values) => values.map(as_json).collect(),
        Value::Map(mut values) => {
            let entries = std::iter::from_fn(|| values.next().zip(values.next()));
            let entries =
                entries.map(|(name, value)| (as_json(name).as_str().unwrap().to_owned(), as_json(value)));
            Json::Object(entries.collect())
        }
        value => panic!("{value:?}"),
    }
}

/// What RESP2 makes of it.
fn flat(value: &Json) -> Json {
    match value {
        Json::Bool(is) => json!(i32::from(*is)),
        Json::Array(values) => values.iter().map(flat).collect(),
        Json::Object(members) => {
            members.iter().flat_map(|(name, value)| [json!(name), flat(value)]).collect()
        }
        value => value.clone(),
    }
}

#[test]
fn all_who_write_are_listed() {
    let mut shared = Shared::new();
    let proxy = shared.start(EVEN, &["--fingerprint", "warn", "--threads", "2"]).unwrap();
    shared.announce(1, &shared.writer(UNEVEN, "other"));
    let alike = shared.writer(EVEN, "alike");
    shared.announce(0, &alike);
    shared.announce(1, &alike);
    let port = proxy.port(POOL).unwrap();
    let (mut resp2, mut resp3) = (Raw::open(port), Raw::open(port));
    resp3.call(&encode(&[b"HELLO", b"3"]));
    let request = encode(&[b"KEYHOME", b"WRITERS"]);
    let listed = as_json(&resp3.call(&request));
    assert_eq!(as_json(&resp2.call(&request)), flat(&listed));
    let [pool] = &listed.as_array().unwrap()[..] else { panic!("{listed}") };
    let [even, uneven] = [EVEN, UNEVEN].map(|members| shared.fingerprint(members));
    assert_eq!(
        (&pool["name"], &pool["fingerprint"], &pool["silent"]),
        (&json!(POOL), &json!(even), &json!([]))
    );
    let [first, second, itself] = &pool["writers"].as_array().unwrap()[..] else { panic!("{listed}") };
    let of = |id: &str, fingerprint: &str, alike: bool, nodes: &[&str]| {
        json!({
            "writer": WHO, "id": id, "since": SINCE, "fingerprint": fingerprint, "alike": alike, "nodes": nodes,
        })
    };
    let both = ["server-0", "server-1"];
    assert_eq!(*first, of("alike", &even, true, &both));
    assert_eq!(*second, of("other", &uneven, false, &both[1..]));
    assert!(itself["writer"].as_str().unwrap().starts_with("keyhome/proxy "), "{itself}");
    assert_eq!(
        (&itself["fingerprint"], &itself["alike"], &itself["nodes"]),
        (&json!(even), &json!(true), &json!(both))
    );
    // A server that is not there is named, and what the others say is said.
    shared.servers[0].kill().unwrap();
    let listed = as_json(&resp3.call(&request));
    assert_eq!(listed[0]["silent"][0]["name"], "server-0", "{listed}");
    assert!(!listed[0]["silent"][0]["error"].as_str().unwrap().is_empty(), "{listed}");
    let nodes: Vec<&Json> = listed[0]["writers"].as_array().unwrap().iter().map(|it| &it["nodes"]).collect();
    assert_eq!(nodes, [&json!(["server-1"]); 3], "{listed}");
    // A pool that gives keys no home has no fingerprint.
    let by_chance = shared.pool(EVEN).set("distribution", "random").yaml(&format!("127.0.0.1:{port}"));
    proxy.reload_text(&by_chance).unwrap();
    assert_eq!(as_json(&resp3.call(&request)), json!([]));
}

#[test]
fn nobody_is_looked_for_unless_it_is_asked_for() {
    let shared = Shared::new();
    let proxy = shared.start(EVEN, &[]).unwrap();
    let text = "ERR other writers are not looked for: start the proxy with --fingerprint";
    assert_eq!(ask(&proxy, &[b"KEYHOME", b"WRITERS"]).error().unwrap(), text);
    assert_eq!(ask(&proxy, &[b"KEYHOME", b"RELOAD", b"WARN"]).error().unwrap(), text);
    let text = "ERR wrong number of arguments for 'keyhome|writers' command";
    assert_eq!(ask(&proxy, &[b"KEYHOME", b"WRITERS", b"x"]).error().unwrap(), text);
    ask(&proxy, &[b"KEYHOME", b"RELOAD"]).ok().unwrap();
    for server in &shared.servers {
        assert_eq!(server.connect().unwrap().call(&[b"DBSIZE"]).unwrap(), Reply::Integer(0));
    }
}

#[test]
fn one_that_cannot_listen_takes_back_what_it_said() {
    let shared = Shared::new();
    let proxy = shared.start(EVEN, &[]).unwrap();
    let config = proxy.config().to_str().unwrap();
    for how in ["refuse", "warn"] {
        let stats = lease().unwrap().to_string();
        let arguments = ["proxy", "-c", config, "-a", "127.0.0.1", "-s", &stats, "--fingerprint", how];
        let (exit, _, said) = CommandDoor::new().run(&arguments, b"");
        assert!(exit == 1 && said.contains("cannot listen on 127.0.0.1:"), "{exit}: {said}");
        assert_eq!(shared.counts(EVEN), NOBODY, "{how}");
    }
}

#[test]
fn who_ends_it_at_once_waits_for_no_server_that_hangs() {
    let shared = Shared::new();
    let pool = Pool::new(POOL).set("hash", "md5").set("timeout", "120000");
    let pool = pool.server(format!("{}:1 server-0", shared.servers[0].address()));
    let pool = pool.server(format!("{}:1 server-1", shared.servers[1].address()));
    let program = CommandDoor::new();
    let arguments = ["--fingerprint", "warn"];
    let mut proxy = Proxy::start(&shared.scratch, program.program(), &[pool], &arguments).unwrap();
    wait_until("all servers are told", || shared.counts(EVEN) == [Reply::Integer(1), Reply::Integer(1)]);
    shared.servers[0].pause().unwrap();
    proxy.process().signal("-INT").unwrap();
    wait_until("it has ended", || !proxy.process().is_running().unwrap());
    shared.servers[0].resume().unwrap();
}
