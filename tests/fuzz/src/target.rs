//! The targets, one file each.

pub(crate) mod decode;
pub(crate) mod document;
pub(crate) mod envelope;
pub(crate) mod intel;
pub(crate) mod read;
pub(crate) mod replay;
pub(crate) mod rows;
pub(crate) mod settings;
pub(crate) mod step;
