//! Where parsers put what they found.

use std::collections::VecDeque;

use crate::flow::MOST_COUNTED;
use crate::moment::Moment;
use crate::reject::{Reason, excerpt};
use crate::source::Source;
use crate::telemetry::{Container, Fact, Telemetry};

/// One thing that was found.
#[derive(Debug)]
pub(crate) enum Found {
    /// A record.
    Telemetry(Box<Telemetry>),
    /// A record that cannot be used, why, and its beginning.
    Reject(Source, Reason, String),
    /// A record of a known log that says nothing about traffic or programs.
    Unused,
    /// A header or comment.
    Control,
}

/// Collects what one piece of input holds.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(super) found: VecDeque<Found>,
    /// When the piece was received, milliseconds since the epoch.
    pub(crate) received: Option<i64>,
    /// Host that sent the piece, where its envelope says.
    pub(super) host: Option<String>,
}

impl Sink {
    /// Takes a record.
    pub(crate) fn push(&mut self, mut telemetry: Telemetry) {
        if telemetry.fact.counts().into_iter().flatten().any(|count| count > MOST_COUNTED) {
            let expected = "counts of bytes and packets (each at most 2^48)";
            self.reject(telemetry.source, Reason::BadField { field: "bytes", expected });
            return;
        }
        if telemetry.device.hostname.is_none() {
            telemetry.device.hostname.clone_from(&self.host);
        }
        self.found.push_back(Found::Telemetry(Box::new(telemetry)));
    }

    /// Refuses a record.
    pub(crate) fn reject(&mut self, source: Source, reason: Reason) {
        self.found.push_back(Found::Reject(source, reason, String::new()));
    }

    /// Takes a record or its refusal.
    pub(crate) fn push_or_reject(&mut self, source: Source, telemetry: Result<Telemetry, Reason>) {
        match telemetry {
            Ok(telemetry) => self.push(telemetry),
            Err(reason) => self.reject(source, reason),
        }
    }

    /// Passes over a record that is understood and of no use here.
    pub(crate) fn unused(&mut self) {
        self.found.push_back(Found::Unused);
    }

    /// Passes over a header or comment.
    pub(crate) fn control(&mut self) {
        self.found.push_back(Found::Control);
    }

    /// The time of a record: its own, else when it was received.
    pub(crate) fn time(&self, own: Option<Moment>) -> Option<Moment> {
        own.or_else(|| self.received.map(|ms| Moment { ms, zoned: true }))
    }

    /// Shows the beginning of `text` in the refusals since `before`.
    pub(super) fn explain(&mut self, before: usize, text: &str) {
        for found in self.found.iter_mut().skip(before) {
            if let Found::Reject(_, _, shown) = found
                && shown.is_empty()
            {
                *shown = excerpt(text.as_bytes()).into_owned();
            }
        }
    }

    /// Names the host in the records since `before` that do not know it.
    pub(super) fn name_host(&mut self, before: usize, host: Option<&str>) {
        let Some(host) = host else { return };
        for telemetry in self.since(before) {
            telemetry.device.hostname.get_or_insert_with(|| host.to_owned());
        }
    }

    /// Names the container in the records since `before` that do not know it.
    pub(super) fn enrich(&mut self, before: usize, container: Option<&Container>) {
        let Some(container) = container else { return };
        for telemetry in self.since(before) {
            // A counter without a container is the host's.
            if !matches!(telemetry.fact, Fact::Usage(_)) && telemetry.container.is_none() {
                telemetry.container = Some(container.clone());
            }
        }
    }

    fn since(&mut self, before: usize) -> impl Iterator<Item = &mut Telemetry> {
        self.found.iter_mut().skip(before).filter_map(|found| match found {
            Found::Telemetry(telemetry) => Some(telemetry.as_mut()),
            _ => None,
        })
    }
}
