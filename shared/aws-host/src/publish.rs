//! Findings to subscribers.

use std::error::Error;

use aws_config::SdkConfig;
use aws_sdk_sns::types::MessageAttributeValue;
use weir_alerting::SnsMessage;

use crate::events::EventBus;
use crate::failure::failed;
use crate::security_hub::SecurityHub;

/// Publishes to the topic of subscribers, and to the topic of chats, the event bus and Security Hub where there are such.
#[derive(Clone, Debug)]
pub struct Publisher {
    client: aws_sdk_sns::Client,
    topic_arn: String,
    chat_arn: Option<String>,
    bus: Option<EventBus>,
    hub: Option<SecurityHub>,
}

/// A message that was not, or maybe not, published.
#[derive(Debug, thiserror::Error)]
#[error(
    "the finding cannot be published; check the topic, bus or Security Hub and the role's `sns:Publish`, `events:PutEvents` or `securityhub:BatchImportFindings`"
)]
pub struct PublishError(#[source] Box<dyn Error + Send + Sync>);

impl PublishError {
    pub(crate) fn new(source: Box<dyn Error + Send + Sync>) -> Self {
        Self(source)
    }
}

impl Publisher {
    /// A publisher to the topic of that ARN.
    #[must_use]
    pub fn new(config: &SdkConfig, topic_arn: impl Into<String>) -> Self {
        let client = aws_sdk_sns::Client::new(config);
        Self { client, topic_arn: topic_arn.into(), chat_arn: None, bus: None, hub: None }
    }

    /// The same, and to a topic that Amazon Q Developer subscribes.
    #[must_use]
    pub fn and_chat(self, topic_arn: Option<String>) -> Self {
        Self { chat_arn: topic_arn, ..self }
    }

    /// The same, and to an event bus.
    #[must_use]
    pub fn and_bus(self, bus: Option<EventBus>) -> Self {
        Self { bus, ..self }
    }

    /// The same, and to Security Hub.
    #[must_use]
    pub fn and_hub(self, hub: Option<SecurityHub>) -> Self {
        Self { hub, ..self }
    }

    /// Security Hub, where it is asked for.
    #[must_use]
    pub const fn hub(&self) -> Option<&SecurityHub> {
        self.hub.as_ref()
    }

    /// The event bus, where there is one.
    #[must_use]
    pub const fn bus(&self) -> Option<&EventBus> {
        self.bus.as_ref()
    }

    /// Publishes a notification to chats, where there is a topic for them.
    ///
    /// # Errors
    ///
    /// As for [`Self::publish`].
    pub async fn chat(&self, notification: impl FnOnce() -> String) -> Result<(), PublishError> {
        let Some(topic) = &self.chat_arn else { return Ok(()) };
        let publish = self.client.publish().topic_arn(topic).message(notification());
        publish.send().await.map_err(|error| PublishError(failed(error)))?;
        Ok(())
    }

    /// Publishes one message; done once SNS has acknowledged it.
    ///
    /// # Errors
    ///
    /// Returns [`PublishError`] when the acknowledgement did not come. The message may have left all the same.
    pub async fn publish(&self, message: SnsMessage) -> Result<(), PublishError> {
        let mut publish = self
            .client
            .publish()
            .topic_arn(&self.topic_arn)
            .subject(message.subject)
            .message_structure("json")
            .message(message.message);
        for attribute in message.attributes {
            let value = MessageAttributeValue::builder()
                .data_type(attribute.data_type)
                .string_value(attribute.value)
                .build()
                .map_err(|error| PublishError(Box::new(error)))?;
            publish = publish.message_attributes(attribute.name, value);
        }
        publish.send().await.map_err(|error| PublishError(failed(error)))?;
        Ok(())
    }
}
