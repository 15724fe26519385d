//! An open loop: requests come when they come, whether those before them are answered or not, as those of many users do.
//!
//! Arrivals are a Poisson process at a share of nutcracker's peak, spread over 50 connections in turn. A request's time is
//! counted from when it was due: one that had to wait to be sent has waited.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::Ipv4Addr,
    thread,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, net::TcpStream};

use crate::{
    fleet::{Fleet, Proxied},
    keys::{self, SMALL, SMALL_BYTES},
    load, median, verdict,
};

const CONNECTIONS: usize = 50;
const SHARE: f64 = 0.7;
const AT_MOST: f64 = 1.1;

/// Of one run.
const SECONDS: f64 = 2.5;

/// Requests at the beginning that do not count.
const WARM_UP: f64 = 0.1;

/// How long the last replies may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Bytes of a reply: `$100`, the value.
const REPLY: usize = 6 + SMALL_BYTES + 2;

pub(crate) fn measure(fleet: &Fleet, rounds: usize) -> io::Result<()> {
    let peak =
        median((0..3).map(|_| load::peak(fleet.nutcracker)).collect::<io::Result<Vec<_>>>()?.into_iter());
    let rate = peak * SHARE;
    let mut pairs = Vec::new();
    for round in 0..=rounds {
        let seed = round as u64 + 1;
        let pair = if round % 2 == 0 {
            (run(fleet.keyhome, rate, seed)?, run(fleet.nutcracker, rate, seed)?)
        } else {
            let nutcracker = run(fleet.nutcracker, rate, seed)?;
            (run(fleet.keyhome, rate, seed)?, nutcracker)
        };
        if round > 0 {
            pairs.push(pair);
        }
    }
    let of = |pick: fn(&(Times, Times)) -> f64| median(pairs.iter().map(pick));
    println!(
        "latency, GET, open loop, {rate:.0} a second (70 % of nutcracker's peak), {rounds} rounds, microseconds"
    );
    println!("{:<34} {:>9} {:>11} {:>9} {:>7} {:>8}", "", "keyhome", "nutcracker", "", "ratio", "at most");
    let (own, theirs) = (of(|pair| pair.0.half), of(|pair| pair.1.half));
    let ratio = of(|pair| pair.0.half / pair.1.half);
    println!("{:<34} {own:>9.0} {theirs:>11.0} {:>9} {ratio:>7.3}", "latency, median", "-");
    let (own, theirs) = (of(|pair| pair.0.most), of(|pair| pair.1.most));
    let ratio = of(|pair| pair.0.most / pair.1.most);
    println!(
        "{:<34} {own:>9.0} {theirs:>11.0} {:>9} {ratio:>7.3} {AT_MOST:>8.2}{}\n",
        "latency, p99",
        "-",
        verdict(ratio, AT_MOST)
    );
    Ok(())
}

/// Microseconds within which half, and 99 of 100, were answered.
struct Times {
    half: f64,
    most: f64,
}

fn run(proxy: Proxied, rate: f64, seed: u64) -> io::Result<Times> {
    let due = arrivals(rate, seed);
    let (mut writers, mut readers) = (Vec::new(), Vec::new());
    for _ in 0..CONNECTIONS {
        let stream = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port))?;
        stream.set_nodelay(true)?;
        // One socket, and so not blocking for who writes either: what does not fit is an error, and never happens.
        stream.set_nonblocking(true)?;
        readers.push(TcpStream::from_std(stream.try_clone()?));
        writers.push(stream);
    }
    let start = Instant::now() + Duration::from_millis(20);
    let times = thread::scope(|scope| {
        let receiver = scope.spawn(|| receive(readers, &due, start));
        let sent = send(&mut writers, &due, start, seed);
        let times = receiver.join().map_err(|_| io::Error::other("the reader of replies has panicked"))?;
        sent.and(times)
    })?;
    let mut counted = times[(times.len() as f64 * WARM_UP) as usize..].to_vec();
    counted.sort_unstable();
    let at = |share: f64| counted[((counted.len() - 1) as f64 * share) as usize].as_nanos() as f64 / 1000.0;
    Ok(Times { half: at(0.5), most: at(0.99) })
}

/// When each request is due: the same for every proxy in a round.
fn arrivals(rate: f64, seed: u64) -> Vec<Duration> {
    let mut dice = Dice(seed);
    let mut now = 0.0;
    let mut due = Vec::new();
    while now < SECONDS {
        now -= (1.0 - dice.share()).ln() / rate;
        due.push(Duration::from_secs_f64(now));
    }
    due
}

fn send(writers: &mut [std::net::TcpStream], due: &[Duration], start: Instant, seed: u64) -> io::Result<()> {
    let mut dice = Dice(!seed);
    for (number, due) in due.iter().enumerate() {
        let now = start.elapsed();
        if *due > now || start > Instant::now() {
            thread::sleep((start + *due).saturating_duration_since(Instant::now()));
        }
        let key = keys::key("key", (dice.share() * SMALL as f64) as usize);
        let request = format!("*2\r\n$3\r\nGET\r\n${}\r\n{key}\r\n", key.len());
        writers[number % CONNECTIONS].write_all(request.as_bytes())?;
    }
    Ok(())
}

/// The time that each request took. Request `n` is on connection `n % 50`, where replies come in order.
fn receive(mut readers: Vec<TcpStream>, due: &[Duration], start: Instant) -> io::Result<Vec<Duration>> {
    let mut poll = Poll::new()?;
    for (index, reader) in readers.iter_mut().enumerate() {
        poll.registry().register(reader, Token(index), Interest::READABLE)?;
    }
    let mut events = Events::with_capacity(CONNECTIONS);
    let mut bytes = [0; CONNECTIONS];
    let mut times = vec![Duration::ZERO; due.len()];
    let mut missing = due.len();
    let mut buffer = vec![0; 64 * 1024];
    let deadline = start + Duration::from_secs_f64(SECONDS) + PATIENCE;
    while missing > 0 {
        if Instant::now() > deadline {
            return Err(io::Error::new(ErrorKind::TimedOut, format!("{missing} replies have not come")));
        }
        poll.poll(&mut events, Some(Duration::from_millis(100)))?;
        for event in &events {
            let Token(index) = event.token();
            loop {
                match readers[index].read(&mut buffer) {
                    Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                    Ok(count) => {
                        let now = start.elapsed();
                        let before: usize = bytes[index] / REPLY;
                        bytes[index] += count;
                        for reply in before..bytes[index] / REPLY {
                            let number = reply * CONNECTIONS + index;
                            let due = due.get(number).ok_or_else(|| io::Error::other("a reply too many"))?;
                            times[number] = now.saturating_sub(*due);
                            missing -= 1;
                        }
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error),
                }
            }
        }
    }
    if bytes.iter().any(|bytes| bytes % REPLY != 0) {
        return Err(io::Error::other("replies are not the values that were stored"));
    }
    Ok(times)
}

/// Numbers that only have to be spread evenly (splitmix64).
struct Dice(u64);

impl Dice {
    /// From 0 up to 1, without 1.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e3779b97f4a7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58476d1ce4e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d049bb133111eb);
        ((mixed ^ mixed >> 31) >> 11) as f64 / (1u64 << 53) as f64
    }
}
