//! A web server of a test's own that answers byte for byte what the test says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Serves until the test's runtime ends.
pub(crate) struct Server {
    pub(crate) base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

/// Bytes of an answer, and how long the last of them takes.
pub(crate) struct Answer(pub(crate) Vec<u8>, pub(crate) Duration);

impl Server {
    /// Starts a server; `answer` gets the request's head and the server's own address.
    pub(crate) async fn start(answer: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (own, seen, answer) = (base.clone(), Arc::clone(&requests), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (own, seen, answer) = (own.clone(), Arc::clone(&seen), Arc::clone(&answer));
                tokio::spawn(async move { serve(stream, &seen, |head| answer(head, &own)).await });
            }
        });
        Self { base, requests }
    }

    /// The heads of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>, answer: impl Fn(&str) -> Answer) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            // No letter begins what a client of TLS says first.
            Ok(byte) if head.is_empty() && !byte.is_ascii_alphabetic() => return,
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    seen.lock().unwrap().push(head.clone());
    let Answer(bytes, pause) = answer(&head);
    let (last, rest) = bytes.split_last().unwrap();
    // A client that has seen enough hangs up.
    let _ = stream.write_all(rest).await;
    tokio::time::sleep(pause).await;
    let _ = stream.write_all(&[*last]).await;
}

/// An answer of status 200 with these header lines.
pub(crate) fn ok(headers: &str, body: &[u8]) -> Answer {
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", body.len())
            .into_bytes();
    bytes.extend_from_slice(body);
    Answer(bytes, Duration::ZERO)
}

/// An answer without a body.
pub(crate) fn status(line: &str, headers: &str) -> Answer {
    let text = format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\nconnection: close\r\n{headers}\r\n");
    Answer(text.into_bytes(), Duration::ZERO)
}
