//! Findings to an event bus.
//!
//! # Source
//! Amazon EventBridge `PutEvents`: an entry has less than 256 KB; an answer may be good and name entries that failed.

use aws_config::SdkConfig;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use crate::failure::failed;
use crate::publish::PublishError;

/// What rules match by.
const SOURCE: &str = "oss.weir";
const KIND: &str = "Bandwidth Hijacking Finding";

/// One event bus.
#[derive(Clone, Debug)]
pub struct EventBus {
    client: aws_sdk_eventbridge::Client,
    name: String,
}

impl EventBus {
    /// The bus of that name or ARN.
    #[must_use]
    pub fn new(config: &SdkConfig, name: impl Into<String>) -> Self {
        Self { client: aws_sdk_eventbridge::Client::new(config), name: name.into() }
    }

    /// Puts one finding, as OCSF.
    ///
    /// # Errors
    ///
    /// Returns [`PublishError`] when the bus did not say that it has it.
    pub async fn put(&self, finding: String) -> Result<(), PublishError> {
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(KIND)
            .detail(finding)
            .build();
        let put = self.client.put_events().entries(entry).send().await;
        let answer = put.map_err(|error| PublishError::new(failed(error)))?;
        match answer.entries().iter().find_map(|entry| entry.error_code()) {
            Some(code) => Err(PublishError::new(format!("the event bus refused it: {code}").into())),
            None if answer.failed_entry_count() > 0 => {
                Err(PublishError::new("the event bus refused it and does not say why".into()))
            }
            None => Ok(()),
        }
    }
}
