//! Linux audit: program starts (`execve`) and connections (`connect`), joined from the records of an event.
//!
//! An event is told in several lines that share a node, a time and a serial number; other events stand in between,
//! lines are lost, and the line that ends an event may be missing. So events wait, few and briefly, until their end
//! is said or later ones have passed.
//!
//! # Source
//!
//! <https://github.com/linux-audit/audit-documentation/wiki>, `auditd.conf(5)`, `audit_event.c`.

mod event;
pub(crate) mod json;
mod line;
mod sockaddr;

use std::collections::VecDeque;

use self::event::Event;
use self::line::Line;
use crate::endpoint::Sink;
use crate::reject::Reason;
use crate::source::Source;

/// Events that wait at most.
const WAITING: usize = 1_024;

/// How far event time runs past an event before it is complete, milliseconds: `auditd` itself waits as long.
const PATIENCE: i64 = 2_000;

/// Joins the lines of events.
#[derive(Debug, Default)]
pub(crate) struct Joiner {
    waiting: VecDeque<Event>,
    latest: i64,
}

impl Joiner {
    /// Reads a line; false for one that is none of audit's.
    pub(crate) fn line(&mut self, text: &str, sink: &mut Sink) -> bool {
        let Some(line) = Line::read(text) else { return false };
        let Some(line) = line else {
            sink.reject(
                Source::Auditd,
                Reason::BadField { field: "msg", expected: "audit(seconds.millis:serial):" },
            );
            return true;
        };
        self.latest = self.latest.max(line.time);
        let ends = line.ends_event();
        let place = self.waiting.iter().rposition(|event| event.is_of(&line));
        let place = place.unwrap_or_else(|| {
            self.waiting.push_back(Event::of(&line));
            self.waiting.len() - 1
        });
        if let Some(event) = self.waiting.get_mut(place) {
            event.take(&line);
        }
        if ends && let Some(event) = self.waiting.remove(place) {
            event.finish(sink);
        }
        while self.waiting.len() > WAITING
            || self.waiting.front().is_some_and(|event| event.time < self.latest - PATIENCE)
        {
            if let Some(event) = self.waiting.pop_front() {
                event.finish(sink);
            }
        }
        true
    }

    /// Hands out the events that still wait.
    pub(crate) fn finish(&mut self, sink: &mut Sink) {
        for event in self.waiting.drain(..) {
            event.finish(sink);
        }
    }
}
