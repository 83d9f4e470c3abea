//! Feeds day by day: what is stored, and what stays when the next answer is no good.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use weir_feeds::{Client, Limits, Manifest, Outcome, refresh};
use weir_intel::feed::{FeedKind, Prepared};

use crate::server::{Answer, Server, ok, status};

/// What one refresh of the VPN list brought, and its error as the manifest keeps it.
struct Day {
    files: Option<Vec<Prepared>>,
    error: Option<String>,
}

async fn day(client: &Client, urls: &[String], manifest: &mut Manifest, now: i64) -> Day {
    let of = |kind| if kind == FeedKind::Vpn { urls } else { &[] };
    let mut done = refresh(client, of, manifest, now).await;
    let files = match done.pop().map(|done| done.outcome) {
        Some(Outcome::Changed(files)) => Some(files),
        _ => None,
    };
    Day { files, error: manifest.feeds["vpn"].error.clone() }
}

fn list(entries: u32) -> String {
    (0..entries).map(|n| format!("192.0.2.{}\n", 2 * n)).collect()
}

#[tokio::test]
async fn a_bad_answer_leaves_the_files_and_says_why_until_a_good_one_comes() {
    let page = Arc::new(Mutex::new(list(10)));
    let served = Arc::clone(&page);
    let server = Server::start(move |_, _| match served.lock().unwrap().as_str() {
        "cut" => Answer(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n192.0.2.1\n".into(), Duration::ZERO),
        "gone" => status("503 Service Unavailable", ""),
        text => ok("last-modified: Mon, 23 Nov 2026 04:00:00 GMT\r\n", text.as_bytes()),
    })
    .await;
    let client = Client::new(Limits::default()).unwrap();
    let (urls, mut manifest, start) =
        ([format!("{}/vpn.txt", server.base)], Manifest::default(), 1_795_492_800_000);
    let first = day(&client, &urls, &mut manifest, start).await;
    let text = String::from_utf8(first.files.unwrap().remove(0).bytes).unwrap();
    assert!(text.starts_with("# updated: 2026-11-23T04:00:00Z\n# entries: 10\n"), "{text}");
    let good = manifest.feeds["vpn"].clone();

    for (bad, says) in [
        ("cut", "the feed cannot be fetched: the answer of 127.0.0.1 breaks off"),
        ("gone", "found status 503"),
        ("<html>down for maintenance</html>", "the feed is refused: expected a list, found a page of HTML"),
        ("", "found none"),
        ("192.0.2.0\n192.0.2.2\n", "about 10 entries as before, found 2"),
        ("10.0.0.0/8\n", "covers too much"),
        ("to be or not\nto be\n", "2 of 2 lines are none"),
    ] {
        *page.lock().unwrap() = bad.to_owned();
        let day = day(&client, &urls, &mut manifest, start + 1).await;
        assert!(day.files.is_none(), "{bad}");
        let error = day.error.unwrap();
        assert!(error.contains(says), "{bad}: {error}");
        let feed = &manifest.feeds["vpn"];
        assert_eq!(
            (&feed.files, feed.fetched, feed.failed),
            (&good.files, good.fetched, Some(start + 1)),
            "{bad}"
        );
    }

    *page.lock().unwrap() = list(9);
    let last = day(&client, &urls, &mut manifest, start + 2).await;
    assert_eq!((last.files.unwrap()[0].entries, last.error), (9, None));
}

#[tokio::test]
async fn an_unchanged_feed_is_asked_for_and_not_stored_and_a_lost_file_is_fetched_anew() {
    let server = Server::start(|head, _| match head.contains("if-none-match") && head.contains("/a") {
        true => status("304 Not Modified", ""),
        false => ok("etag: \"a1\"\r\n", if head.contains("/a") { b"192.0.2.1\n" } else { b"192.0.2.9\n" }),
    })
    .await;
    let client = Client::new(Limits::default()).unwrap();
    let (a, b) =
        ([format!("{}/a", server.base)], [format!("{}/a", server.base), format!("{}/b", server.base)]);
    let mut manifest = Manifest::default();
    assert!(day(&client, &a, &mut manifest, 1).await.files.is_some());
    assert!(day(&client, &a, &mut manifest, 2).await.files.is_none());
    let feed = &manifest.feeds["vpn"];
    assert_eq!((feed.fetched, feed.changed, &feed.error), (Some(2), Some(1), &None));

    // Another setting, and a part that did not change beside one that did: both parts are in the file.
    for now in [3, 4] {
        let files = day(&client, &b, &mut manifest, now).await.files.unwrap();
        assert!(files[0].bytes.ends_with(b"\n192.0.2.1\n192.0.2.9\n"), "{now}");
    }
    let text = serde_json::to_string(&manifest).unwrap();
    let mut manifest: Manifest = serde_json::from_str(&text).unwrap();
    manifest.forget_missing(|file| file == "vpn.txt");
    assert!(manifest.feeds.contains_key("vpn"));
    manifest.forget_missing(|_| false);
    assert!(day(&client, &a, &mut manifest, 5).await.files.is_some());
}
