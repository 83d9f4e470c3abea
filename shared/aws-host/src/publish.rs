//! Findings to subscribers.

use std::error::Error;

use aws_config::SdkConfig;
use aws_sdk_sns::types::MessageAttributeValue;
use weir_alerting::SnsMessage;

use crate::failure::failed;

/// Publishes to the topic of subscribers, and to that of chats where there is one.
#[derive(Clone, Debug)]
pub struct Publisher {
    client: aws_sdk_sns::Client,
    topic_arn: String,
    chat_arn: Option<String>,
}

/// A message that was not, or maybe not, published.
#[derive(Debug, thiserror::Error)]
#[error("the finding cannot be published; check the topic and the role's `sns:Publish`")]
pub struct PublishError(#[source] Box<dyn Error + Send + Sync>);

impl Publisher {
    /// A publisher to the topic of that ARN.
    #[must_use]
    pub fn new(config: &SdkConfig, topic_arn: impl Into<String>) -> Self {
        Self { client: aws_sdk_sns::Client::new(config), topic_arn: topic_arn.into(), chat_arn: None }
    }

    /// The same, and to a topic that Amazon Q Developer subscribes.
    #[must_use]
    pub fn and_chat(self, topic_arn: Option<String>) -> Self {
        Self { chat_arn: topic_arn, ..self }
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
