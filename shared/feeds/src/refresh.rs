//! All feeds, one after another.

use std::error::Error;

use jiff::fmt::rfc2822;
use weir_intel::feed::{FeedKind, Prepared, Refusal, prepare};

use crate::client::{Client, Conditions, FetchError, Fetched};
use crate::manifest::{Feed, File, Manifest, Source};

/// What came of one feed.
#[derive(Debug)]
pub struct Refreshed {
    /// Which.
    pub kind: FeedKind,
    /// What.
    pub outcome: Outcome,
}

/// What a feed brought.
#[derive(Debug)]
pub enum Outcome {
    /// Files to be stored.
    Changed(Vec<Prepared>),
    /// Nothing: the files in force stay.
    Failed(RefreshError),
    /// The files in force are the newest.
    Unchanged,
}

/// Why a feed brought nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefreshError {
    /// It could not be fetched.
    #[error("the feed cannot be fetched")]
    Fetch(#[from] FetchError),
    /// It is not what it should be.
    #[error("the feed is refused")]
    Refused(#[from] Refusal),
}

/// Fetches every feed that `urls` gives addresses of, and notes in `manifest` what came of it.
///
/// The manifest is true once the files are stored: store it after them. `now` is wall time in ms since the epoch.
///
/// # Errors
/// None that stops: each feed fails for itself.
pub async fn refresh<'a>(
    client: &Client,
    urls: impl Fn(FeedKind) -> &'a [String],
    manifest: &mut Manifest,
    now: i64,
) -> Vec<Refreshed> {
    let mut done = Vec::new();
    for kind in FeedKind::ALL {
        let urls = urls(kind);
        if urls.is_empty() {
            continue;
        }
        let feed = manifest.feed(kind);
        let outcome = match one(client, kind, urls, feed, now).await {
            Ok(None) => Outcome::Unchanged,
            Ok(Some(files)) => {
                feed.changed = Some(now);
                feed.files = files.iter().map(File::from).collect();
                Outcome::Changed(files)
            }
            Err(error) => {
                (feed.failed, feed.error) = (Some(now), Some(chain(&error)));
                done.push(Refreshed { kind, outcome: Outcome::Failed(error) });
                continue;
            }
        };
        feed.fetched = Some(now);
        (feed.failed, feed.error) = (None, None);
        done.push(Refreshed { kind, outcome });
    }
    done
}

async fn one(
    client: &Client,
    kind: FeedKind,
    urls: &[String],
    feed: &mut Feed,
    now: i64,
) -> Result<Option<Vec<Prepared>>, RefreshError> {
    let mut fetched = Vec::new();
    for (url, conditions) in urls.iter().zip(feed.conditions(urls)) {
        fetched.push(client.fetch(url, &conditions).await?);
    }
    if fetched.iter().all(|fetched| *fetched == Fetched::Unchanged) {
        return Ok(None);
    }
    let (mut documents, mut sources) = (Vec::new(), Vec::new());
    for (url, fetched) in urls.iter().zip(fetched) {
        let whole = match fetched {
            // A part that did not change is needed all the same.
            Fetched::Unchanged => client.fetch(url, &Conditions::default()).await?,
            document @ Fetched::Document { .. } => document,
        };
        if let Fetched::Document { bytes, conditions: Conditions { etag, modified } } = whole {
            documents.push(bytes);
            sources.push(Source { url: url.clone(), etag, modified });
        }
    }
    let files = prepare(kind, documents, published(&sources, now), |file| feed.entries(file))?;
    feed.sources = sources;
    Ok(Some(files))
}

/// When the oldest of the documents was last changed, as their servers say; now, where one does not say.
fn published(sources: &[Source], now: i64) -> i64 {
    let modified = |source: &Source| rfc2822::parse(source.modified.as_deref()?).ok();
    let dates = sources.iter().map(|source| modified(source).map(|date| date.timestamp().as_millisecond()));
    dates.map(|date| date.unwrap_or(now)).min().map_or(now, |date| date.min(now))
}

/// An error with its causes.
fn chain(error: &RefreshError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
