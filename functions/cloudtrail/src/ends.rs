//! Incidents of entities that fell silent: the clock that refreshes the inventory ends them too.

use weir_aws_host::{Outbox, now};
use weir_detection::settings::Settings;
use weir_dynamodb::DynamoStore;
use weir_intel::Intel;
use weir_state::Run;

use crate::fault::Fault;

/// Tells what is over; what could not be sent is left to the next hour.
pub(crate) async fn close(
    outbox: Outbox<'_, DynamoStore>,
    settings: &Settings,
    intel: &Intel,
    deadline: i64,
) -> Result<(), Fault> {
    let closed = outbox.engine.close(&Run { batch: 0, settings, intel, now: now(), deadline }).await?;
    outbox.record(&closed.recorded);
    let mut failed = None;
    for (entity, alert) in closed.alerts {
        if let Err(error) = outbox.send(&entity, &[alert]).await {
            failed.get_or_insert(error);
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}
