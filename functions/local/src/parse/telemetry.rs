//! Endpoint, container and sensor records: as JSON, and in columns for people.

use std::io::Write;

use anyhow::Result;
use serde_json::{Value, json};
use weir_alerting::units;
use weir_intel::Intel;
use weir_intel::catalogue::{Match, Program, Sign};
use weir_records::telemetry::{Conversation, End, Fact, Process, Telemetry, Usage, Way};

/// Writes one record as JSON, with the tools of the catalogue that its process or container is.
pub(super) fn json(telemetry: &Telemetry, intel: &Intel, line: &mut Vec<u8>) -> Result<()> {
    let tools = tools(telemetry, intel);
    if tools.is_empty() {
        return Ok(serde_json::to_writer(line, telemetry)?);
    }
    let mut record = serde_json::to_value(telemetry)?;
    if let Some(members) = record.as_object_mut() {
        let unmapped = members.entry("unmapped").or_insert_with(|| json!({}));
        if let Some(unmapped) = unmapped.as_object_mut() {
            unmapped.insert("catalogue".to_owned(), tools.into());
        }
    }
    Ok(serde_json::to_writer(line, &record)?)
}

fn tools(telemetry: &Telemetry, intel: &Intel) -> Vec<Value> {
    let image = telemetry.container.as_ref().and_then(|container| container.image.as_deref());
    let matches = match telemetry.process() {
        Some(process) => intel.tools().program(&Program {
            path: process.path.as_deref(),
            name: process.name.as_deref(),
            original_name: process.original_name.as_deref(),
            args: &process.args,
            cmd_line: process.cmd_line.as_deref(),
            image,
            env: &process.env,
        }),
        None => image.and_then(|image| intel.tools().image(image)).into_iter().collect(),
    };
    let told = |found: &Match<'_>| {
        let mut signs: Vec<&str> = found.signs.iter().map(Sign::kind).collect();
        signs.dedup();
        json!({"tool": found.tool.id, "category": found.tool.category, "dual_use": found.tool.dual_use,
            "weight": found.weight, "signs": signs})
    };
    matches.iter().map(told).collect()
}

/// Writes one record in columns.
pub(super) fn columns(telemetry: &Telemetry, line: &mut Vec<u8>) -> Result<()> {
    let time = telemetry.time().map_or_else(|| "-".to_owned(), units::utc);
    let device = &telemetry.device;
    let address = device.ip.map(|ip| ip.to_string());
    let host = device.hostname.as_deref().or(address.as_deref()).unwrap_or("-");
    let container = telemetry.container.as_ref();
    let container = container.and_then(|container| container.name.as_deref().or(container.uid.as_deref()));
    let place = container.map_or_else(|| host.to_owned(), |container| format!("{host}/{container}"));
    write!(line, "{time}  {place:<21}  ")?;
    match &telemetry.fact {
        Fact::Conversation(conversation) => talk(conversation, line)?,
        Fact::Launch(launch) => {
            let process = &launch.process;
            write!(line, "{}  {}", named(process), process.cmd_line.as_deref().unwrap_or_default())?;
        }
        Fact::Usage(usage) => count(usage, line)?,
    }
    Ok(())
}

fn talk(conversation: &Conversation, line: &mut Vec<u8>) -> Result<()> {
    let way = match conversation.way {
        Way::Inbound => "in",
        Way::Outbound => "out",
        Way::Lateral => "lat",
        Way::Unknown => "",
    };
    let (sent, received) = (conversation.sent.bytes, conversation.received.bytes);
    write!(
        line,
        "{way:<3}  {:>21} > {:<21}  {:>5}  {:>9} > < {:<9}  {}",
        end(&conversation.src),
        end(&conversation.dst),
        conversation.protocol.map_or(String::new(), super::protocol),
        sent.map_or(String::new(), units::bytes),
        received.map_or(String::new(), units::bytes),
        conversation.process.as_ref().map_or(String::new(), named),
    )?;
    Ok(())
}

fn count(usage: &Usage, line: &mut Vec<u8>) -> Result<()> {
    write!(
        line,
        "{:>9} out  {:>9} in  {:?}  {}",
        usage.bytes_out.map_or(String::new(), units::bytes),
        usage.bytes_in.map_or(String::new(), units::bytes),
        usage.counter,
        usage.process.as_ref().map_or(String::new(), named),
    )?;
    Ok(())
}

fn named(process: &Process) -> String {
    let name = process.name.as_deref().or(process.path.as_deref()).unwrap_or("-");
    process.pid.map_or_else(|| name.to_owned(), |pid| format!("{name}[{pid}]"))
}

fn end(end: &End) -> String {
    end.ip.map_or_else(|| "-".to_owned(), |ip| super::end(ip, end.port))
}
