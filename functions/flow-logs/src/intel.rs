//! Address lists, country data and inventories from a bucket, kept for an hour.

use std::error::Error;
use std::sync::Arc;

use aws_sdk_s3::Client;
use tokio::sync::Mutex;
use weir_aws_host::Metrics;
use weir_intel::Intel;

/// How long lists are kept. Milliseconds.
const TTL: i64 = 3_600_000;

/// How soon a bucket that did not answer is asked again. Milliseconds.
const RETRY: i64 = 60_000;

/// Bytes that one file may have: the largest public country database has a tenth of it.
const FILE_LIMIT: i64 = 96 << 20;

/// The lists at the top of a bucket; without a bucket there are none.
#[derive(Debug)]
pub(crate) struct IntelStore {
    source: Option<(Client, String)>,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    intel: Arc<Intel>,
    due: i64,
}

impl IntelStore {
    pub(crate) fn new(client: &Client, bucket: Option<String>) -> Self {
        Self { source: bucket.map(|bucket| (client.clone(), bucket)), held: Mutex::default() }
    }

    /// The lists at `now`, wall time in milliseconds.
    ///
    /// Detection works without lists, so a bucket that does not answer is no fault: the last lists stay, and
    /// metrics and log say so.
    pub(crate) async fn current(&self, now: i64, metrics: &Metrics) -> Arc<Intel> {
        let mut held = self.held.lock().await;
        let Some((client, bucket)) = self.source.as_ref().filter(|_| now >= held.due) else {
            return Arc::clone(&held.intel);
        };
        match files(client, bucket).await {
            Ok(files) => {
                let (mut intel, faults) = Intel::load(files);
                intel.keep(&held.intel, &faults);
                for fault in faults {
                    let error = &fault.kind as &dyn Error;
                    tracing::error!(file = %fault.file, error, "list not used in full; the last good one stays");
                }
                *held = Held { intel: Arc::new(intel), due: now.saturating_add(TTL) };
            }
            Err(error) => {
                metrics.count(|counts| counts.intel_unreachable += 1);
                tracing::error!(error, "the address lists cannot be read; the last ones stay in force");
                held.due = now.saturating_add(RETRY);
            }
        }
        Arc::clone(&held.intel)
    }
}

/// Names and bytes of the files at the top of the bucket.
async fn files(
    client: &Client,
    bucket: &str,
) -> Result<Vec<(String, Vec<u8>)>, Box<dyn Error + Send + Sync>> {
    let mut pages = client.list_objects_v2().bucket(bucket).delimiter("/").into_paginator().send();
    let mut files = Vec::new();
    while let Some(page) = pages.next().await {
        for object in page?.contents() {
            let Some(key) = object.key().filter(|key| is_intel(key)) else { continue };
            if object.size().unwrap_or_default() > FILE_LIMIT {
                tracing::error!(
                    file = key,
                    limit = FILE_LIMIT,
                    "list passed over: it has more bytes than a list may"
                );
                continue;
            }
            let got = client.get_object().bucket(bucket).key(key).send().await?;
            files.push((key.to_owned(), got.body.collect().await?.to_vec()));
        }
    }
    Ok(files)
}

fn is_intel(key: &str) -> bool {
    [".txt", ".mmdb", ".json"].iter().any(|end| key.ends_with(end))
}
