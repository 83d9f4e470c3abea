//! The bucket of lists: what is in it, and what is put into it.

use std::collections::BTreeSet;
use std::error::Error;

use aws_sdk_s3::Client;
use weir_feeds::Manifest;
use weir_feeds::manifest::FILE;
use weir_intel::feed::Prepared;

/// A request of S3 that failed.
pub(crate) type BucketError = Box<dyn Error + Send + Sync>;

/// A bucket with the lists at its top.
#[derive(Debug)]
pub(crate) struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    pub(crate) const fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// The manifest, without the feeds of which somebody removed a file.
    pub(crate) async fn manifest(&self) -> Result<Manifest, BucketError> {
        let names = self.names().await?;
        if !names.contains(FILE) {
            return Ok(Manifest::default());
        }
        let got = self.client.get_object().bucket(&self.name).key(FILE).send().await?;
        let bytes = got.body.collect().await?.to_vec();
        match serde_json::from_slice::<Manifest>(&bytes) {
            Ok(mut manifest) if manifest.version == Manifest::default().version => {
                manifest.forget_missing(|file| names.contains(file));
                Ok(manifest)
            }
            // What it knew is found out anew; the lists themselves are untouched.
            read => {
                let error = read.err().map(|error| error.to_string());
                tracing::warn!(
                    file = FILE,
                    error,
                    "manifest of another layout or damaged: every feed is fetched anew"
                );
                Ok(Manifest::default())
            }
        }
    }

    /// Stores the files, and the manifest after them: it never speaks of a file that is not there.
    pub(crate) async fn store(&self, files: Vec<Prepared>, manifest: &Manifest) -> Result<(), BucketError> {
        for file in files {
            self.put(file.file, file.bytes).await?;
        }
        self.put(FILE, serde_json::to_vec_pretty(manifest)?).await
    }

    async fn names(&self) -> Result<BTreeSet<String>, BucketError> {
        let mut pages =
            self.client.list_objects_v2().bucket(&self.name).delimiter("/").into_paginator().send();
        let mut names = BTreeSet::new();
        while let Some(page) = pages.next().await {
            names.extend(page?.contents().iter().filter_map(|object| object.key().map(ToOwned::to_owned)));
        }
        Ok(names)
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), BucketError> {
        self.client.put_object().bucket(&self.name).key(key).body(bytes.into()).send().await?;
        Ok(())
    }
}
