//! Incidents of entities that fell silent: the clock that refreshes the inventory ends them too.

use weir_aws_host::{Outbox, chain, now};
use weir_detection::entity::EntityKey;
use weir_detection::settings::Settings;
use weir_dynamodb::DynamoStore;
use weir_intel::Intel;
use weir_state::Run;

use crate::fault::Fault;

/// Left of the invocation when another entity is begun, milliseconds: it is read, written and told of in a tenth.
const ENOUGH: i64 = 1_000;

/// Tells what is over, entity by entity for as long as there is time; what could not be read, or sent, is left to the
/// next hour and holds up nothing else.
pub(crate) async fn close(
    outbox: &Outbox<'_, DynamoStore>,
    settings: &Settings,
    intel: &Intel,
    deadline: i64,
) -> Result<(), Fault> {
    let run = |now| Run { batch: 0, settings, intel, now, deadline };
    let due = outbox.engine.due(&run(now())).await?;
    let mut failed = None;
    for (done, entity) in due.iter().enumerate() {
        if now() > outbox.until - ENOUGH {
            tracing::warn!(left = due.len() - done, "no time for all incidents that may be over");
            break;
        }
        if let Err(fault) = tell(outbox, entity, &run(now())).await {
            tracing::error!(entity = entity.id, fault = chain(&fault), "an incident is not ended");
            failed.get_or_insert(fault);
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn tell(outbox: &Outbox<'_, DynamoStore>, entity: &EntityKey, run: &Run<'_>) -> Result<(), Fault> {
    let closed = outbox.engine.close(entity, run).await?;
    outbox.record(&closed.recorded);
    Ok(outbox.send(entity, &closed.alerts).await?)
}
