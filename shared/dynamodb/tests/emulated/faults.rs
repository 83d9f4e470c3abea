//! What happens when the network or the service does not play along.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use aws_smithy_http_client::test_util::infallible_client_fn;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use weir_dynamodb::{DynamoStore, create_table};
use weir_state::conformance::{key, stored};
use weir_state::{Saved, Store, StoreError};

use crate::emulator::{TABLE, client, in_runtime, plain_http, start, without_waiting};

#[test]
fn a_save_whose_acknowledgement_is_lost_is_done_once() {
    in_runtime(async {
        let network = Network::before(start().await).await;
        let client = client(&network.address, plain_http());
        create_table(&client, TABLE).await.unwrap();
        let store = DynamoStore::new(client, TABLE);

        network.lose_next_answer();
        assert_eq!(store.save(&key("a"), b"1", None, None).await.unwrap(), Saved::Done(1));
        assert!(network.lost_one(), "nothing was lost, so nothing was shown");

        network.lose_next_answer();
        assert_eq!(store.save(&key("a"), b"2", Some(1), None).await.unwrap(), Saved::Done(2));
        assert_eq!(store.load(&[key("a")]).await.unwrap(), [stored(2, b"2")]);

        network.lose_next_answer();
        assert_eq!(store.delete(&key("a"), 2).await.unwrap(), Saved::Done(2));
        assert_eq!(store.load(&[key("a")]).await.unwrap(), [None]);
    });
}

#[test]
fn a_store_that_cannot_be_reached_is_unavailable() {
    in_runtime(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nobody = listener.local_addr().unwrap().to_string();
        drop(listener);
        let store = DynamoStore::new(client(&nobody, plain_http()), TABLE);

        let error = store.load(&[key("a")]).await.unwrap_err();

        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(error.is_transient() && error.source().is_some());
    });
}

#[test]
fn errors_are_told_apart_by_what_helps_against_them() {
    let cases = [
        (400, "ThrottlingException", "throttled"),
        (400, "ProvisionedThroughputExceededException", "throttled"),
        (400, "RequestLimitExceeded", "throttled"),
        (500, "InternalServerError", "unavailable"),
        (503, "ServiceUnavailable", "unavailable"),
        (400, "AccessDeniedException", "denied"),
        (400, "ExpiredTokenException", "denied"),
        (400, "ResourceNotFoundException", "refused"),
        (400, "ValidationException", "refused"),
    ];
    for (status, code, expected) in cases {
        in_runtime(async {
            let http = infallible_client_fn(move |_| answer(status, &format!(r#"{{"__type":"x#{code}"}}"#)));
            let store = DynamoStore::new(client("localhost", http), TABLE);

            for error in [
                store.load(&[key("a")]).await.unwrap_err(),
                store.load(&[key("a"), key("b")]).await.unwrap_err(),
                store.save(&key("a"), b"x", None, None).await.unwrap_err(),
                store.delete(&key("a"), 1).await.unwrap_err(),
                store.list("p").await.unwrap_err(),
            ] {
                assert_eq!(kind(&error), expected, "{code}: {error:?}");
            }
        });
    }
}

#[test]
fn keys_left_unprocessed_are_asked_for_again() {
    in_runtime(async {
        let requests = Arc::new(AtomicU32::new(0));
        let counted = requests.clone();
        let http = infallible_client_fn(move |_| match counted.fetch_add(1, Ordering::SeqCst) {
            0 => answer(200, &unprocessed(&["a", "b"])),
            1 => answer(
                200,
                &format!(r#"{{"Responses":{{"weir":[{}]}},{}"#, row("b"), &unprocessed(&["a"])[1..]),
            ),
            _ => answer(200, &format!(r#"{{"Responses":{{"weir":[{}]}}}}"#, row("a"))),
        });
        let store = DynamoStore::new(client("localhost", http), TABLE);

        let loaded = store.load(&[key("a"), key("b")]).await.unwrap();

        assert_eq!(loaded, [stored(7, b"\0"), stored(7, b"\0")]);
        assert_eq!(requests.load(Ordering::SeqCst), 3);
    });
}

#[test]
fn a_batch_that_never_gets_anywhere_is_throttled() {
    without_waiting(async {
        let requests = Arc::new(AtomicU32::new(0));
        let counted = requests.clone();
        let http = infallible_client_fn(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            answer(200, &unprocessed(&["a", "b"]))
        });
        let store = DynamoStore::new(client("localhost", http), TABLE);
        let start = Instant::now();

        let error = store.load(&[key("a"), key("b")]).await.unwrap_err();

        assert!(matches!(error, StoreError::Throttled { source: None }), "{error:?}");
        assert_eq!(requests.load(Ordering::SeqCst), 8);
        // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 + 2 + 2 s, of which jitter may take up to half.
        let waited = start.elapsed().as_secs_f64();
        assert!((3.5..7.2).contains(&waited), "{waited} s");
    });
}

#[test]
fn an_item_that_is_no_document_is_corrupt_and_not_quoted() {
    let cases = [
        (r#""v":{"S":"secret"},"b":{"B":"AA=="}"#, "attribute `v` should be a whole number, found a string"),
        (
            r#""v":{"N":"-1"},"b":{"B":"AA=="}"#,
            "attribute `v` should be a whole number, found another number",
        ),
        (r#""b":{"B":"AA=="}"#, "attribute `v` should be a whole number, found none"),
        (r#""v":{"N":"1"},"b":{"S":"secret"}"#, "attribute `b` should be bytes, found a string"),
        (r#""v":{"N":"1"}"#, "attribute `b` should be bytes, found none"),
    ];
    for (attributes, expected) in cases {
        in_runtime(async {
            let body = format!(r#"{{"Item":{{"pk":{{"S":"p"}},"sk":{{"S":"a"}},{attributes}}}}}"#);
            let http = infallible_client_fn(move |_| answer(200, &body));
            let store = DynamoStore::new(client("localhost", http), TABLE);

            let error = store.load(&[key("a")]).await.unwrap_err();

            assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        });
    }
}

/// Passes bytes on to the emulator, and on request loses one answer and its connection.
struct Network {
    address: String,
    lose: Arc<AtomicBool>,
}

impl Network {
    async fn before(upstream: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let lose = Arc::new(AtomicBool::new(false));
        let switch = lose.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(&upstream).await.unwrap();
                tokio::spawn(pass(near, far, switch.clone()));
            }
        });
        Self { address, lose }
    }

    fn lose_next_answer(&self) {
        self.lose.store(true, Ordering::SeqCst);
    }

    fn lost_one(&self) -> bool {
        !self.lose.load(Ordering::SeqCst)
    }
}

async fn pass(near: TcpStream, far: TcpStream, lose: Arc<AtomicBool>) {
    let (mut from_client, mut to_client) = near.into_split();
    let (mut from_server, mut to_server) = far.into_split();
    let requests = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut answer = vec![0; 64 * 1024];
    while let Ok(length) = from_server.read(&mut answer).await
        && length > 0
        && !lose.swap(false, Ordering::SeqCst)
        && to_client.write_all(&answer[..length]).await.is_ok()
    {}
    requests.abort();
}

fn answer(status: u16, body: &str) -> http::Response<String> {
    http::Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .body(body.to_owned())
        .unwrap()
}

fn row(sort: &str) -> String {
    format!(r#"{{"pk":{{"S":"p"}},"sk":{{"S":"{sort}"}},"v":{{"N":"7"}},"b":{{"B":"AA=="}}}}"#)
}

fn unprocessed(sorts: &[&str]) -> String {
    let keys: Vec<String> =
        sorts.iter().map(|sort| format!(r#"{{"pk":{{"S":"p"}},"sk":{{"S":"{sort}"}}}}"#)).collect();
    format!(r#"{{"UnprocessedKeys":{{"weir":{{"Keys":[{}]}}}}}}"#, keys.join(","))
}

fn kind(error: &StoreError) -> &'static str {
    match error {
        StoreError::Throttled { .. } => "throttled",
        StoreError::Unavailable { .. } => "unavailable",
        StoreError::Denied { .. } => "denied",
        StoreError::Refused { .. } => "refused",
        StoreError::TooLarge { .. } | StoreError::Key { .. } | StoreError::Corrupt { .. } => "our own",
    }
}
