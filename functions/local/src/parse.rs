//! `weir parse`: what Weir understood, record by record.

mod telemetry;

use std::io::Write;
use std::net::IpAddr;
use std::process::ExitCode;

use anyhow::Result;
use weir_alerting::units;
use weir_records::text::Text;
use weir_records::{
    Action, ApiCall, Direction, Entry, Flow, Lookup, Normalised, NormalisedCall, NormalisedLookup,
};

use crate::options::{Format, Parse};
use crate::reading::Reading;

/// Runs the command.
pub(crate) fn run(options: &Parse, out: &mut dyn Write) -> Result<ExitCode> {
    let intel = crate::input::intel(options.intel.as_deref())?;
    let mut reading = Reading::start(&options.input)?;
    let mut line = Vec::new();
    reading.each(|entry| {
        // Losses and messages about the delivery are no records: the summary counts them.
        line.clear();
        match (entry, options.format) {
            (Entry::Flow(flow), Format::Json) => serde_json::to_writer(&mut line, &Normalised::from(flow))?,
            (Entry::Flow(flow), Format::Table) => columns(flow, &mut line)?,
            (Entry::Telemetry(telemetry), Format::Json) => telemetry::json(telemetry, &intel, &mut line)?,
            (Entry::Telemetry(telemetry), Format::Table) => telemetry::columns(telemetry, &mut line)?,
            (Entry::Lookup(lookup), Format::Json) => {
                serde_json::to_writer(&mut line, &NormalisedLookup::from(&**lookup))?;
            }
            (Entry::Lookup(lookup), Format::Table) => lookup_columns(lookup, &mut line)?,
            (Entry::Call(call), Format::Json) => {
                serde_json::to_writer(&mut line, &NormalisedCall::from(&**call))?
            }
            (Entry::Call(call), Format::Table) => call_columns(call, &mut line)?,
            (Entry::Loss(_) | Entry::Reject(_) | Entry::Control, _) => return Ok(()),
        }
        line.push(b'\n');
        Ok(out.write_all(&line)?)
    })?;
    out.flush()?;
    reading.finish()
}

fn lookup_columns(lookup: &Lookup<'_>, line: &mut Vec<u8>) -> Result<()> {
    let answers: Vec<&str> = lookup.answers.iter().map(|answer| answer.rdata.as_str()).collect();
    let text = |text: &Option<Text<'_>>| text.as_ref().map_or("-", Text::as_str).to_owned();
    let who = lookup.instance.as_ref().map(Text::as_str).map(ToOwned::to_owned);
    let who = who.or_else(|| lookup.source.map(|address| address.to_string())).unwrap_or("-".to_owned());
    write!(
        line,
        "{}  {who:<21}  {:<5}  {}  {}  {}",
        units::utc(lookup.time),
        text(&lookup.query_type),
        lookup.name.escape_debug(),
        text(&lookup.rcode),
        answers.join(" ").escape_debug(),
    )?;
    Ok(())
}

fn call_columns(call: &ApiCall<'_>, line: &mut Vec<u8>) -> Result<()> {
    let text = |text: &Option<Text<'_>>| text.as_ref().map_or("-", Text::as_str).to_owned();
    write!(
        line,
        "{}  {:<14}  {:<40}  {:<15}  {}  {}",
        units::utc(call.time),
        text(&call.region),
        format!("{} {}", call.source.as_str(), call.name.as_str()),
        text(&call.source_address),
        call.identity.principal().unwrap_or("-"),
        call.error_code().unwrap_or_default(),
    )?;
    line.truncate(line.trim_ascii_end().len());
    Ok(())
}

fn columns(flow: &Flow<'_>, line: &mut Vec<u8>) -> Result<()> {
    let way = match flow.direction {
        Some(Direction::Ingress) => "in",
        Some(Direction::Egress) => "out",
        None => "",
    };
    let action = match flow.action {
        Some(Action::Accept) => "accept",
        Some(Action::Reject) => "REJECT",
        None => "",
    };
    write!(
        line,
        "{}  {:<21}  {way:<3}  {:>21} > {:<21}  {:>5}  {action:<6}  {:>8}  {:>9}",
        units::utc(flow.start),
        flow.interface.or(flow.instance).unwrap_or("-"),
        end(flow.src, flow.src_port),
        end(flow.dst, flow.dst_port),
        flow.protocol.map_or(String::new(), protocol),
        flow.packets.map_or(String::new(), |packets| format!("{} p", units::thousands(packets))),
        flow.bytes.map_or(String::new(), units::bytes),
    )?;
    Ok(())
}

fn end(address: IpAddr, port: Option<u16>) -> String {
    match port {
        Some(port) => std::net::SocketAddr::new(address, port).to_string(),
        None => address.to_string(),
    }
}

fn protocol(number: u8) -> String {
    match number {
        1 => "icmp".to_owned(),
        6 => "tcp".to_owned(),
        17 => "udp".to_owned(),
        58 => "icmp6".to_owned(),
        other => other.to_string(),
    }
}
