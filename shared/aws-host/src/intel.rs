//! Address lists, country data and inventories from a bucket, read again when they change.

use std::error::Error;
use std::sync::Arc;

use aws_sdk_s3::Client;
use tokio::sync::Mutex;
use weir_intel::Intel;

use crate::metrics::Metrics;

/// How long the bucket is not asked again: what was launched meanwhile is known by its records alone. Milliseconds.
const TTL: i64 = 300_000;

/// How soon a bucket that did not answer is asked again. Milliseconds.
const RETRY: i64 = 60_000;

/// Bytes that one file may have: the largest public country database has a tenth of it.
const FILE_LIMIT: i64 = 96 << 20;

/// The files at the top of a bucket; without a bucket there are none.
#[derive(Debug)]
pub struct IntelStore {
    source: Option<(Client, String)>,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    intel: Arc<Intel>,
    lists: Vec<File>,
    inventories: Vec<File>,
    due: i64,
}

/// A file as the bucket lists it.
#[derive(Clone, Debug, Eq, PartialEq)]
struct File {
    key: String,
    tag: String,
}

/// A bucket that cannot be read.
type Unreadable = Box<dyn Error + Send + Sync>;

impl IntelStore {
    /// A store of the files in that bucket; nothing is read before they are asked for.
    #[must_use]
    pub fn new(client: &Client, bucket: Option<String>) -> Self {
        Self { source: bucket.map(|bucket| (client.clone(), bucket)), held: Mutex::default() }
    }

    /// What the bucket says at `now`, wall time in milliseconds.
    ///
    /// Detection works without lists, so a bucket that does not answer is no fault: the last lists stay, and
    /// metrics and log say so.
    pub async fn current(&self, now: i64, metrics: &Metrics) -> Arc<Intel> {
        let mut held = self.held.lock().await;
        if let Some((client, bucket)) = self.source.as_ref().filter(|_| now >= held.due) {
            match held.renew(client, bucket).await {
                Ok(()) => held.due = now.saturating_add(TTL),
                Err(error) => {
                    metrics.count(|counts| counts.intel_unreachable += 1);
                    tracing::error!(error, "the address lists cannot be read; the last ones stay in force");
                    held.due = now.saturating_add(RETRY);
                }
            }
        }
        if let Some(updated) = held.intel.inventory.updated() {
            metrics.count(|counts| counts.inventory_age = Some(now.saturating_sub(updated).max(0)));
        }
        Arc::clone(&held.intel)
    }
}

impl Held {
    /// Reads what changed since it was read. An inventory changes with every launch; the lists, which are larger, do
    /// not have to be read again for it.
    async fn renew(&mut self, client: &Client, bucket: &str) -> Result<(), Unreadable> {
        let (inventories, lists): (Vec<_>, Vec<_>) = listed(client, bucket)
            .await?
            .into_iter()
            .partition(|file| file.key.starts_with("inventory") && file.key.ends_with(".json"));
        let same_lists = lists == self.lists;
        if same_lists && inventories == self.inventories {
            return Ok(());
        }
        // Nobody holds what is in force between two invocations.
        match Arc::get_mut(&mut self.intel).filter(|_| same_lists) {
            Some(intel) => {
                intel.inventory = load(fetch(client, bucket, &inventories).await?, intel).inventory
            }
            None => {
                let mut files = fetch(client, bucket, &lists).await?;
                files.extend(fetch(client, bucket, &inventories).await?);
                self.intel = Arc::new(load(files, &self.intel));
            }
        }
        (self.lists, self.inventories) = (lists, inventories);
        Ok(())
    }
}

/// Reads the files; one that can no longer be read stays as it was.
fn load(files: Vec<(String, Vec<u8>)>, last: &Intel) -> Intel {
    let (mut intel, faults) = Intel::load(files);
    intel.keep(last, &faults);
    for fault in faults {
        tracing::error!(file = %fault.file, fault = %fault.kind, "list not used in full; the last good one stays");
    }
    intel
}

/// The files at the top of the bucket.
async fn listed(client: &Client, bucket: &str) -> Result<Vec<File>, Unreadable> {
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
            let tag = object.e_tag().unwrap_or_default().to_owned();
            files.push(File { key: key.to_owned(), tag });
        }
    }
    Ok(files)
}

/// Names and bytes.
async fn fetch(client: &Client, bucket: &str, files: &[File]) -> Result<Vec<(String, Vec<u8>)>, Unreadable> {
    let mut fetched = Vec::new();
    for File { key, .. } in files {
        let got = client.get_object().bucket(bucket).key(key).send().await?;
        fetched.push((key.clone(), got.body.collect().await?.to_vec()));
    }
    Ok(fetched)
}

fn is_intel(key: &str) -> bool {
    [".txt", ".mmdb", ".json"].iter().any(|end| key.ends_with(end))
}
