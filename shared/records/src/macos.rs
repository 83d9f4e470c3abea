//! macOS: the unified log, nettop, eslogger.

pub(crate) mod eslogger;
pub(crate) mod log;
pub(crate) mod nettop;

pub(crate) use eslogger::Running;
