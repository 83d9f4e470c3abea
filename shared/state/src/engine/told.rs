//! Which ways out have taken an alert.

use serde::{Deserialize, Serialize};

/// A way out of the outbox.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Channel {
    /// The topic of subscribers, who come first.
    Subscribers = 1,
    /// The topic of chats.
    Chat = 2,
    /// The event bus.
    Bus = 4,
    /// Security Hub.
    Hub = 8,
}

/// The channels that have an alert. Stored as one byte: what was a `bool` of the subscribers alone reads the same.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Told(u8);

impl Told {
    /// Whether a channel has it.
    #[must_use]
    pub const fn has(self, channel: Channel) -> bool {
        self.0 & channel as u8 != 0
    }

    /// Notes that a channel has it.
    pub const fn add(&mut self, channel: Channel) {
        self.0 |= channel as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_that_knew_of_subscribers_alone_is_read() {
        let mut subscribers = Told::default();
        subscribers.add(Channel::Subscribers);

        for (before, now) in [(false, Told::default()), (true, subscribers)] {
            assert_eq!(postcard::from_bytes::<Told>(&postcard::to_stdvec(&before).unwrap()).unwrap(), now);
        }
        assert!(subscribers.has(Channel::Subscribers) && !subscribers.has(Channel::Chat));
    }
}
