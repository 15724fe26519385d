//! One page over HTTP, for a browser on this machine: `GET /`, and nothing else.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

/// How long somebody may take to ask or to read. Browsers open connections ahead and may never use them.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest head of a request. Browsers send the cookies of every program that ever served on this address.
const LONGEST_HEAD: usize = 256 * 1024;
const MOST_HEADERS: usize = 128;

/// Other sites must neither read the page nor frame it: there is a config in it.
const HEADERS: &str = "Content-Type: text/html; charset=utf-8\r\n\
    Cache-Control: no-store\r\n\
    Content-Security-Policy: frame-ancestors 'none'\r\n\
    Cross-Origin-Opener-Policy: same-origin\r\n\
    Cross-Origin-Resource-Policy: same-origin\r\n\
    Referrer-Policy: no-referrer\r\n\
    X-Content-Type-Options: nosniff\r\n";

/// Answers until the process ends, or the socket fails.
pub(crate) fn serve<Never>(listener: &TcpListener, page: &str) -> io::Result<Never> {
    let page: Arc<str> = page.into();
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                let page = Arc::clone(&page);
                // What fails here is the browser's end of the connection; the browser says so.
                thread::Builder::new().spawn(move || drop(answer(stream, &page)))?;
            }
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(error),
        }
    }
}

fn answer(mut stream: TcpStream, page: &str) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let reply = reply(&mut stream)?;
    let body = if reply.status == "200 OK" { page } else { reply.status };
    let allow = if reply.status.starts_with("405") { "Allow: GET, HEAD\r\n" } else { "" };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {}\r\n{HEADERS}{allow}Content-Length: {length}\r\nConnection: close\r\n\r\n",
        reply.status
    );
    stream.write_all(head.as_bytes())?;
    if !reply.head_only {
        stream.write_all(body.as_bytes())?;
    }
    // Closing while a body that nobody wanted is still coming in would take the answer back.
    stream.shutdown(Shutdown::Write)?;
    io::copy(&mut stream.take(LONGEST_HEAD as u64), &mut io::sink())?;
    Ok(())
}

struct Reply {
    status: &'static str,
    head_only: bool,
}

/// Reads the head of a request and decides.
fn reply(stream: &mut impl Read) -> io::Result<Reply> {
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        head.extend(chunk.iter().take(count));
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let status = match request.parse(&head) {
            Ok(httparse::Status::Complete(_)) => judge(&request),
            Ok(httparse::Status::Partial) if head.len() < LONGEST_HEAD => continue,
            Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
                "431 Request Header Fields Too Large"
            }
            Err(_) => "400 Bad Request",
        };
        return Ok(Reply { status, head_only: request.method == Some("HEAD") });
    }
}

fn judge(request: &httparse::Request) -> &'static str {
    let mut hosts = request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("host"));
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_this_machine(host.value) => {}
        _ => return "421 Misdirected Request",
    }
    match (request.method, request.path) {
        (Some("GET" | "HEAD"), Some("/")) => "200 OK",
        (_, Some("/")) => "405 Method Not Allowed",
        _ => "404 Not Found",
    }
}

/// Whether a browser means this machine by the name. A site whose name is made to point here (DNS rebinding) would read the
/// page as its own; its name is in `Host`. Any port will do: people forward them.
fn is_this_machine(host: &[u8]) -> bool {
    let Ok(host) = std::str::from_utf8(host) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name == "127.0.0.1" || name == "[::1]" || name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const PAGE: &str = "<!doctype html><title>page</title>";

    /// The whole answer to a request, from a server of its own.
    fn asked(request: &str) -> String {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || serve::<()>(&listener, PAGE));
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn status(request: &str) -> String {
        asked(request).lines().next().unwrap().replace("HTTP/1.1 ", "")
    }

    #[test]
    fn the_page() {
        let answer = asked("GET / HTTP/1.1\r\nHost: 127.0.0.1:16384\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("\r\nCross-Origin-Resource-Policy: same-origin\r\n"), "{answer}");
        assert!(answer.contains(&format!("\r\nContent-Length: {}\r\n", PAGE.len())), "{answer}");
        assert!(answer.ends_with(&format!("\r\n\r\n{PAGE}")), "{answer}");
        let head = asked("HEAD / HTTP/1.1\r\nHost: localhost:1\r\n\r\n");
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    }

    #[test]
    fn everything_else_is_refused() {
        for path in ["/favicon.ico", "/?", "/../etc/passwd", "//", "*", "http://127.0.0.1/"] {
            assert_eq!(
                status(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")),
                "404 Not Found",
                "{path}"
            );
        }
        let post = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\n";
        let answer = asked(&format!("{post}{}", "x".repeat(100_000)));
        assert!(answer.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"), "{answer}");
        assert!(answer.contains("\r\nAllow: GET, HEAD\r\n"), "{answer}");
        assert_eq!(status("GET / \x01\r\n\r\n"), "400 Bad Request");
        assert_eq!(status("\x16\x03\x01\x02\x00\x01"), "400 Bad Request");
        let long = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}", "x".repeat(LONGEST_HEAD));
        assert_eq!(status(&long), "431 Request Header Fields Too Large");
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: 1\r\n".repeat(MOST_HEADERS + 1));
        assert_eq!(status(&many), "431 Request Header Fields Too Large");
    }

    #[test]
    fn only_by_the_names_of_this_machine() {
        for host in ["127.0.0.1", "127.0.0.1:8080", "localhost:16384", "LocalHost", "[::1]:1", "[::1]"] {
            assert!(is_this_machine(host.as_bytes()), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:16384",
            "127.0.0.1:x",
            "::1",
            "0.0.0.0",
            "evil.example:127.0.0.1",
            "10.0.0.1:16384",
            "127.0.0.1 ",
        ] {
            assert!(!is_this_machine(host.as_bytes()), "{host}");
            let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert!(host.ends_with(' ') || status(&request) == "421 Misdirected Request", "{host}");
        }
        assert_eq!(status("GET / HTTP/1.0\r\n\r\n"), "421 Misdirected Request");
        let two = "GET / HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n\r\n";
        assert_eq!(status(two), "421 Misdirected Request");
    }
}
