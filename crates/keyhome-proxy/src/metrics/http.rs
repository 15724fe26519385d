//! As much of HTTP as it takes to be asked for one text.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    time::{Duration, Instant},
};

/// The text format of Prometheus; what asks for OpenMetrics takes it as well.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How long somebody may take to ask, and to read.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest head of a request.
const LONGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

/// Reads a request and answers it; `text` is called where it is asked for.
pub(super) fn answer(mut stream: &TcpStream, text: impl FnOnce() -> io::Result<Vec<u8>>) -> io::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    let mut head = Vec::new();
    let (status, head_only) = loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        let mut chunk = [0; 2048];
        let count = stream.read(&mut chunk)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        head.extend(chunk.iter().take(count));
        if let Some(judged) = judge(&head) {
            break judged;
        }
    };
    let (status, body) = match status {
        "200 OK" => match text() {
            Ok(text) => (status, text),
            Err(error) => ("503 Service Unavailable", format!("{error}\n").into_bytes()),
        },
        status => (status, format!("{status}\n").into_bytes()),
    };
    let allow = if status.starts_with("405") { "Allow: GET, HEAD\r\n" } else { "" };
    let mut reply = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE}\r\n{allow}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    if !head_only {
        reply.extend(body);
    }
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(&reply)?;
    // Closing while a body that nobody wanted is still coming in would take the answer back.
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    io::copy(&mut stream.take(LONGEST_HEAD as u64), &mut io::sink())?;
    Ok(())
}

/// The status of the answer, and whether only its head is wanted; None for a head that is not whole.
fn judge(head: &[u8]) -> Option<(&'static str, bool)> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let status = match request.parse(head) {
        Ok(httparse::Status::Complete(_)) => {
            let path = request.path.unwrap_or_default();
            match (request.method, path.split_once('?').map_or(path, |(path, _)| path)) {
                (Some("GET" | "HEAD"), "/metrics") => "200 OK",
                (_, "/metrics") => "405 Method Not Allowed",
                _ => "404 Not Found",
            }
        }
        Ok(httparse::Status::Partial) if head.len() < LONGEST_HEAD => return None,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            "431 Request Header Fields Too Large"
        }
        Err(_) => "400 Bad Request",
    };
    Some((status, request.method == Some("HEAD")))
}

#[cfg(test)]
mod tests {
    use std::{
        net::{Ipv4Addr, TcpListener},
        thread,
    };

    use super::*;

    /// The whole answer to a request.
    fn asked(request: &str, text: Option<&'static str>) -> String {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let text = move || text.map(Into::into).ok_or_else(|| io::Error::other("no worker"));
        let answering = thread::spawn(move || drop(answer(&listener.accept().unwrap().0, text)));
        let mut stream = TcpStream::connect(address).unwrap();
        for piece in request.as_bytes().chunks(1500) {
            stream.write_all(piece).unwrap();
        }
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        drop(stream);
        answering.join().unwrap();
        answer
    }

    fn status(request: &str) -> String {
        asked(request, Some("a 1\n")).lines().next().unwrap().replace("HTTP/1.1 ", "")
    }

    #[test]
    fn the_text_is_at_its_path() {
        let answer = asked("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", Some("a 1\n"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4"), "{answer}");
        assert!(answer.ends_with("\r\nContent-Length: 4\r\nConnection: close\r\n\r\na 1\n"), "{answer}");
        let answer = asked("HEAD /metrics?x=1 HTTP/1.0\r\n\r\n", Some("a 1\n"));
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
        let answer = asked("GET /metrics HTTP/1.1\r\n\r\n", None);
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("\r\n\r\nno worker\n"), "{answer}");
    }

    #[test]
    fn all_else_is_refused() {
        assert_eq!(status("GET / HTTP/1.1\r\n\r\n"), "404 Not Found");
        assert_eq!(status("GET /metrics/ HTTP/1.1\r\n\r\n"), "404 Not Found");
        assert_eq!(status("POST /metrics HTTP/1.1\r\n\r\nbody"), "405 Method Not Allowed");
        assert_eq!(status("*1\r\n$4\r\nPING\r\n"), "400 Bad Request");
        let long = format!("GET /metrics HTTP/1.1\r\nCookie: {}", "x".repeat(LONGEST_HEAD));
        assert_eq!(status(&long), "431 Request Header Fields Too Large");
        let many = format!("GET /metrics HTTP/1.1\r\n{}\r\n", "X: 1\r\n".repeat(MOST_HEADERS + 1));
        assert_eq!(status(&many), "431 Request Header Fields Too Large");
    }
}
