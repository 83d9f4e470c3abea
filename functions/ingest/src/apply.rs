//! What is done with records: conversations are flows of their entity, and what a host tells goes to its document.

use weir_aws_host::Tally;
use weir_detection::host::is_of_a_host;
use weir_records::{Flow, Telemetry};

/// Takes one record of a host, a container platform or a sensor: flows into the tally, and what is for a host's document
/// into `hosts`. `account` is the function's own.
pub(crate) fn take(tally: &mut Tally<'_>, hosts: &mut Vec<Telemetry>, telemetry: Telemetry, account: &str) {
    let entity = telemetry.entity();
    let flows = telemetry.flows(entity.as_deref().unwrap_or("-"));
    let is_counted = tally.conversation(flows.map(|flow| Flow { account: Some(account), ..flow }));
    if is_of_a_host(&telemetry) {
        let time = telemetry.time();
        let is_past = if is_counted { tally.is_past(time) } else { tally.host(time) };
        if is_past {
            hosts.push(telemetry);
        }
    } else if !is_counted {
        tally.not_judged();
    }
}
