//! One thing that was looked at, and what to do about it.

use anyhow::Result;

/// How it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Level {
    Ok,
    Warn,
    Fail,
}

impl Level {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        }
    }
}

/// One line.
#[derive(Debug)]
pub(super) struct Check {
    pub(super) level: Level,
    pub(super) what: &'static str,
    pub(super) found: String,
    pub(super) remedy: String,
}

/// All lines so far.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) checks: Vec<Check>,
}

impl Sheet {
    pub(super) fn ok(&mut self, what: &'static str, found: impl Into<String>) {
        self.add(Level::Ok, what, found.into(), String::new());
    }

    pub(super) fn warn(&mut self, what: &'static str, found: impl Into<String>, remedy: impl Into<String>) {
        self.add(Level::Warn, what, found.into(), remedy.into());
    }

    pub(super) fn fail(&mut self, what: &'static str, found: impl Into<String>, remedy: impl Into<String>) {
        self.add(Level::Fail, what, found.into(), remedy.into());
    }

    /// What AWS answered; a question that it did not answer is a warning, and the other checks go on.
    pub(super) fn asked<T>(&mut self, what: &'static str, answer: Result<T>) -> Option<T> {
        match answer {
            Ok(value) => Some(value),
            Err(error) => {
                self.warn(what, format!("{error:#}"), "see what AWS refused");
                None
            }
        }
    }

    fn add(&mut self, level: Level, what: &'static str, found: String, remedy: String) {
        self.checks.push(Check { level, what, found, remedy });
    }
}
