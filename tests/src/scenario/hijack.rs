//! What hijackers make hosts do.

pub mod abuse;
pub mod relay;
pub mod served;
pub mod theft;
