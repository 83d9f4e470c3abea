//! A function behind a URL, whose store can be taken away, and the forwarders beside it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use weir_lambda::{Binary, Cloud, Switch, Url};

/// What forwarders show.
pub(crate) const TOKEN: &str = "0123456789abcdef";

const BINARY: Binary = Binary { path: env!("CARGO_BIN_EXE_ingest"), name: "ingest" };

pub(crate) struct Lane {
    pub(crate) cloud: Cloud,
    pub(crate) store: Switch,
    pub(crate) url: Url,
    /// Where a forwarder keeps what it needs.
    pub(crate) folder: TempDir,
}

impl Lane {
    /// A running function whose store is away.
    pub(crate) async fn start(name: &str) -> Self {
        let cloud = Cloud::new(BINARY, name).await;
        let store = Switch::to(cloud.store()).await;
        store.set(false);
        let token = cloud.secret(TOKEN).await;
        let variables =
            [("AWS_ENDPOINT_URL_DYNAMODB", store.address.as_str()), ("WEIR_TOKEN_PARAMETER", &token)];
        let url = Url::serve(cloud.function(&variables).await).await;
        Self { cloud, store, url, folder: TempDir::new().unwrap() }
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Waits until something holds of the URL, a minute at most.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Url) -> bool) {
        for _ in 0..600 {
            if holds(&self.url) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{what} never came: {}", self.url.logged().await);
    }

    /// Lets the forwarder be asked to come again, and mends the store then.
    pub(crate) async fn mend_after_a_refusal(&self) {
        self.until("a 503", |url| !url.answered(503).is_empty()).await;
        self.store.set(true);
    }

    /// The sum of a count over all batches that were taken.
    pub(crate) fn taken(url: &Url, count: &str) -> u64 {
        let of = |body: &String| serde_json::from_str::<serde_json::Value>(body).unwrap()[count].as_u64();
        url.answered(200).iter().filter_map(of).sum()
    }
}

/// A forwarder's file below the folder that the script installed it in; nothing where it could not.
#[expect(clippy::disallowed_methods, reason = "the script that installs forwarders says where they are")]
pub(crate) fn installed(file: &str) -> Option<PathBuf> {
    let root = std::env::var("WEIR_TEST_FORWARDERS").unwrap_or_default();
    let path = Path::new(&root).join(file);
    if !root.is_empty() && path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {file} is not installed; run tests/forwarders/run.sh");
    None
}

/// Runs a forwarder until it is dropped.
pub(crate) fn run(program: &Path, arguments: &[&str]) -> Child {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::inherit())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}
