//! A finding as OCSF, as text and HTML for people, and as one SNS message.
//!
//! Pure: values in, values and text out. Sending is the caller's, and so is deciding whether a finding alerts.

pub mod asff;
pub mod chat;
pub mod html;
pub mod ocsf;
pub mod sns;
pub mod table;
pub mod text;
pub mod units;

mod columns;
mod facts;
#[cfg(test)]
mod golden;
mod guidance;
mod names;
mod plain;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod sample;
mod steps;
mod story;

pub use asff::to_asff;
pub use chat::to_chat;
pub use html::to_html;
pub use ocsf::{OcsfFinding, Product, to_ocsf};
pub use sns::{SnsMessage, to_event, to_sns};
pub use table::{Style, render_table};
pub use text::to_text;
