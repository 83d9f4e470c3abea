//! A file that another thread decompresses ahead of its reader.
//!
//! What is read is the same; only the waiting is shared.

use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use weir_records::decode::Decoder;

use crate::input::Opened;

/// Decoded bytes that are handed over at a time.
const BLOCK: usize = 256 << 10;

/// Blocks that lie ready.
const READY: usize = 2;

/// Threads that may decompress at a time, beside the one that detects.
#[derive(Debug, Default)]
pub(crate) struct Threads(Arc<AtomicUsize>);

/// One of them, given back when it is dropped.
struct Thread(Arc<AtomicUsize>);

/// The decoded bytes of a file.
struct Ahead {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: io::Cursor<Vec<u8>>,
    _thread: Thread,
}

impl Threads {
    /// All but one of `jobs`.
    pub(crate) fn beside(jobs: NonZeroUsize) -> Self {
        Self(Arc::new(AtomicUsize::new(jobs.get() - 1)))
    }

    /// The file, decoded by a thread of its own where one is free; else as it is.
    pub(crate) fn read(&self, file: Opened) -> Opened {
        let one_less = |free: usize| free.checked_sub(1);
        if self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_err() {
            return file;
        }
        let _thread = Thread(Arc::clone(&self.0));
        let (send, blocks) = sync_channel(READY);
        thread::spawn(move || {
            let mut decoder = match Decoder::open(file, None) {
                Ok(decoder) => decoder,
                Err(error) => return drop(send.send(Err(error))),
            };
            loop {
                let mut block = Vec::with_capacity(BLOCK);
                let read = decoder.by_ref().take(BLOCK as u64).read_to_end(&mut block);
                // What was decoded before a fault is good.
                if !block.is_empty() && send.send(Ok(block)).is_err() {
                    return;
                }
                match read {
                    Ok(0) => return,
                    Ok(_) => {}
                    Err(error) => return drop(send.send(Err(error))),
                }
            }
        });
        Box::new(Ahead { blocks, block: io::Cursor::default(), _thread })
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Read for Ahead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.block.read(into)?;
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            match self.blocks.recv() {
                Ok(block) => self.block = io::Cursor::new(block?),
                Err(_) => return Ok(0),
            }
        }
    }
}
