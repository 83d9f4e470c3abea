//! A table of its own for every test.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use tokio::net::TcpListener;
use weir_dynamodb::{DynamoStore, create_table};
use weir_state::StoreError;

pub(crate) const TABLE: &str = "weir";

/// Runs a case over a new table.
pub(crate) fn run<F: Future<Output = Result<(), StoreError>>>(case: impl FnOnce(DynamoStore) -> F) {
    emulated(async |client| case(DynamoStore::new(client, TABLE)).await.unwrap());
}

/// Runs a test with a client of a new emulator that has the table.
pub(crate) fn emulated<F: Future<Output = ()>>(test: impl FnOnce(Client) -> F) {
    in_runtime(async {
        let client = client(&start().await, plain_http());
        create_table(&client, TABLE).await.unwrap();
        test(client).await;
    });
}

/// Starts an emulator that lives as long as the runtime, and gives its address.
pub(crate) async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
    address
}

/// A client that never waits long before it tries again.
pub(crate) fn client(address: &str, http: SharedHttpClient) -> Client {
    let retry = RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(std::time::Duration::from_millis(1));
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .endpoint_url(format!("http://{address}"))
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(retry)
        .http_client(http)
        .build();
    Client::from_conf(config)
}

pub(crate) fn plain_http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

pub(crate) fn in_runtime(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

/// As [`in_runtime`], but a clock that jumps over every wait: for tests without a network.
pub(crate) fn without_waiting(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(test);
}
