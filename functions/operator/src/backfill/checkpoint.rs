//! Where an interrupted run goes on: a file with what was learned so far, and up to when.

use std::collections::VecDeque;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use weir_state::{EmbeddedStore, Key, Store as _, finish_now};

use super::Span;
use super::learner::Learner;
use crate::fault::Usage;
use crate::options::Backfill;

/// What was read, and how far.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Position {
    history: String,
    stage: String,
    from: i64,
    /// Start of the first piece of history that is not learned to its end.
    next: Option<i64>,
}

/// The file of one run.
pub(super) struct Checkpoint {
    position: Position,
    /// Start and latest record of the pieces that were read and are not learned to their ends.
    pending: VecDeque<(i64, i64)>,
    path: PathBuf,
    file: Option<EmbeddedStore>,
    is_kept: bool,
    _folder: Option<TempDir>,
}

impl Checkpoint {
    /// Opens the file that is named, or one for this run alone.
    pub(super) fn open(options: &Backfill, stage: &str, span: Span) -> Result<Self> {
        let (path, folder) = match &options.checkpoint {
            Some(path) => (path.clone(), None),
            None => {
                let folder =
                    tempfile::tempdir().context("no temporary file can be made; give --checkpoint")?;
                (folder.path().join("backfill"), Some(folder))
            }
        };
        let opened = EmbeddedStore::open(&path);
        let file = opened.with_context(|| format!("cannot use the checkpoint {}", path.display()))?;
        let mut position = Position {
            history: options.history.clone(),
            stage: stage.to_owned(),
            from: span.from,
            next: None,
        };
        if let Some(stored) = load(&file)? {
            let had: Position = serde_json::from_slice(&stored)
                .with_context(|| format!("the checkpoint {} is damaged; remove it", path.display()))?;
            if had.history != position.history || had.stage != position.stage {
                let message = format!(
                    "the checkpoint {} is of {} for stage {}; name another file for {}",
                    path.display(),
                    had.history,
                    had.stage,
                    position.history
                );
                return Err(Usage(message).into());
            }
            // An age as `21d` is later every time; the run that is resumed began where it began.
            position.next = had.next;
            position.from = had.from;
        }
        Ok(Self {
            position,
            pending: VecDeque::new(),
            path,
            file: Some(file),
            is_kept: folder.is_none(),
            _folder: folder,
        })
    }

    /// The file, for the learner to keep its documents in.
    pub(super) fn take_file(&mut self) -> Result<EmbeddedStore> {
        self.file.take().context("the checkpoint is in use")
    }

    /// Start of the first piece that an earlier run did not learn to its end.
    pub(super) const fn resume_from(&self) -> Option<i64> {
        self.position.next
    }

    /// Notes a piece that was read: when it starts, and the time of the latest record so far.
    pub(super) fn read(&mut self, start: i64, latest: i64) {
        self.pending.push_back((start, latest));
    }

    /// Writes what was learned and how far, at once or not at all.
    pub(super) fn save(&mut self, learner: &mut Learner<'_>) -> Result<()> {
        let settled = learner.settled();
        while self.pending.len() > 1 && self.pending.front().is_some_and(|(_, latest)| *latest <= settled) {
            self.pending.pop_front();
        }
        self.position.next = self.pending.front().map(|(start, _)| *start).or(self.position.next);
        let body = serde_json::to_vec(&self.position)?;
        learner.flush(&key(), &body).with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// What to do about a run that was interrupted.
    pub(super) fn hint(&self) -> String {
        if self.is_kept {
            format!("what was read is kept in {}; the same command goes on from there", self.path.display())
        } else {
            "nothing was changed twice; the same command begins anew, and with --checkpoint FILE would go on"
                .to_owned()
        }
    }
}

fn key() -> Key {
    Key { partition: "backfill".to_owned(), sort: "position".to_owned() }
}

fn load(file: &EmbeddedStore) -> Result<Option<Vec<u8>>> {
    let loaded = finish_now(file.load(&[key()])).context("the checkpoint waited")??;
    Ok(loaded.into_iter().next().flatten().map(|stored| stored.body))
}
