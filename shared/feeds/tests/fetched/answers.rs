//! One GET: what is followed, what is taken, and what is refused with which words.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use weir_feeds::{Client, Conditions, FetchError, Fetched, Limits};

use crate::server::{Answer, Server, ok, status};

const LIMITS: Limits = Limits { time: Duration::from_millis(1_500), bytes: 10_000 };

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn fetch(url: &str) -> Result<Vec<u8>, String> {
    match Client::new(LIMITS).unwrap().fetch(url, &Conditions::default()).await {
        Ok(Fetched::Document { bytes, .. }) => Ok(bytes),
        Ok(Fetched::Unchanged) => Err("unchanged".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// What the test's server has under each path.
fn answer(head: &str, own: &str) -> Answer {
    let path = head.split([' ', '?']).nth(1).unwrap();
    let hop = |to: &str| status("302 Found", &format!("location: {to}\r\n"));
    match path {
        "/list" => ok("", b"192.0.2.1\n"),
        "/gzip" => ok("content-encoding: gzip\r\n", &gzip(b"192.0.2.1\n")),
        "/gzip-without-a-word" => ok("", &gzip(b"192.0.2.1\n")),
        "/half-a-gzip" => ok("content-encoding: gzip\r\n", gzip(&[b'x'; 900]).split_at(20).0),
        "/bomb" => ok("content-encoding: gzip\r\n", &gzip(&vec![0; 10_001])),
        "/full" => ok("", &[b'x'; 10_000]),
        "/oversized" => ok("", &[b'x'; 10_001]),
        "/truncated" => {
            Answer(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n192.0.2.1\n".into(), Duration::ZERO)
        }
        "/slow" => Answer(ok("", b"192.0.2.1\n").0, Duration::from_secs(30)),
        "/gone" => status("404 Not Found", ""),
        "/5" => hop("/4"),
        "/4" => hop(&format!("{own}/3")),
        "/3" => status("308 Permanent Redirect", "location: 2\r\n"),
        "/2" => status("307 Temporary Redirect", "location: /1\r\n"),
        "/1" => status("301 Moved Permanently", "location: /list\r\n"),
        "/6" => hop("/5"),
        "/loop" => hop("/loop"),
        "/nowhere" => status("302 Found", ""),
        "/file" => hop("file:///etc/passwd"),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn documents_come_whole_through_redirects_and_compression() {
    let server = Server::start(answer).await;
    for path in ["/list", "/gzip", "/gzip-without-a-word", "/5"] {
        assert_eq!(fetch(&format!("{}{path}", server.base)).await, Ok(b"192.0.2.1\n".to_vec()), "{path}");
    }
    assert_eq!(fetch(&format!("{}/full", server.base)).await.map(|bytes| bytes.len()), Ok(10_000));
    let first = server.requests().remove(0);
    assert!(first.contains("user-agent: weir/") && first.contains("accept-encoding: gzip"), "{first}");
}

#[tokio::test]
async fn what_is_not_whole_or_too_much_is_refused_with_host_and_reason() {
    let server = Server::start(answer).await;
    for (path, says) in [
        ("/half-a-gzip", "compressed answer of 127.0.0.1 cannot be used"),
        ("/bomb", "compressed answer of 127.0.0.1 cannot be used"),
        ("/oversized", "answer of 127.0.0.1 should have at most 10000 bytes"),
        ("/truncated", "answer of 127.0.0.1 breaks off"),
        ("/slow", "took longer than 1.5s"),
        ("/gone", "127.0.0.1 should answer with a document, found status 404"),
        ("/6", "more than 5 redirects"),
        ("/loop", "more than 5 redirects"),
        ("/nowhere", "redirects without a URL"),
        ("/file", "redirects without a URL"),
    ] {
        let refused = fetch(&format!("{}{path}?key=secret", server.base)).await.unwrap_err();
        assert!(refused.contains(says) && !refused.contains("secret"), "{path}: {refused}");
    }
    assert!(server.requests().iter().filter(|head| head.contains("/loop")).count() == 6);
    assert!(fetch("ftp://127.0.0.1/list").await.unwrap_err().contains("a URL of http or https"));
    // Nobody listens on the discard port.
    assert!(fetch("http://127.0.0.1:9/").await.unwrap_err().contains("127.0.0.1 cannot be reached"));
}

#[tokio::test]
async fn a_server_without_tls_is_no_answer_to_https() {
    let server = Server::start(answer).await;
    let url = server.base.replace("http://", "https://") + "/list";
    let error = Client::new(LIMITS).unwrap().fetch(&url, &Conditions::default()).await.unwrap_err();
    assert!(matches!(error, FetchError::Connect { .. }), "{error:?}");
}

#[tokio::test]
async fn conditions_are_sent_as_they_came_and_only_they_allow_no_answer() {
    let server = Server::start(|head, _| match head.contains("if-none-match: \"a1\"") {
        true => status("304 Not Modified", ""),
        false if head.contains("/always") => status("304 Not Modified", ""),
        false => ok("etag: \"a1\"\r\nlast-modified: Tue, 24 Nov 2026 04:00:00 GMT\r\n", b"192.0.2.1\n"),
    })
    .await;
    let client = Client::new(LIMITS).unwrap();
    let url = format!("{}/list", server.base);
    let Fetched::Document { conditions, .. } = client.fetch(&url, &Conditions::default()).await.unwrap()
    else {
        panic!("nothing was asked for")
    };
    assert_eq!(client.fetch(&url, &conditions).await.unwrap(), Fetched::Unchanged);
    let asked = server.requests().pop().unwrap();
    assert!(asked.contains("if-modified-since: Tue, 24 Nov 2026 04:00:00 GMT"), "{asked}");
    let always = client.fetch(&format!("{}/always", server.base), &Conditions::default()).await;
    assert!(matches!(always, Err(FetchError::Status { .. })), "{always:?}");
}
