//! Events as XML: native, Splunk's, the CloudWatch agent's, Sysmon for Linux.
//!
//! Only the five entities of XML itself and characters by number are undone; a document type is refused, so nothing
//! expands.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};

use super::{Event, Hosts};
use crate::endpoint::Sink;
use crate::json::count_in;
use crate::moment::Moment;
use crate::reject::Reason;
use crate::source::Source;

/// Whether text begins as an event.
pub(crate) fn is(text: &str) -> bool {
    text.strip_prefix("<Event").is_some_and(|rest| rest.starts_with([' ', '>', '\r', '\n', '\t']))
}

/// Reads the events of a text, one behind the other; false if there is none.
pub(crate) fn read(text: &str, hosts: &mut Hosts, sink: &mut Sink) -> bool {
    const CLOSE: &str = "</Event>";
    let mut rest = text.trim();
    while is(rest) {
        let end = rest.find(CLOSE).map_or(rest.len(), |at| at + CLOSE.len());
        let (event, behind) = rest.split_at(end);
        match parse(event) {
            Some(event) => super::read(&event, hosts, sink),
            None => sink.reject(Source::Sysmon, Reason::BadXml),
        }
        rest = behind.trim_start();
    }
    if !rest.is_empty() {
        sink.reject(Source::Sysmon, Reason::BadXml);
    }
    true
}

/// Where the text of an element goes.
enum Into {
    Id,
    Channel,
    Computer,
    Record,
    Data(Option<String>),
    Nothing,
}

/// One event; `None` for broken XML.
pub(super) fn parse(text: &str) -> Option<Event<'static>> {
    let mut reader = Reader::from_str(text);
    let mut event = Event::default();
    let mut into = Into::Nothing;
    let mut value = String::new();
    loop {
        match reader.read_event().ok()? {
            Xml::Start(tag) => {
                into = begin(&tag, &mut event);
                value.clear();
            }
            Xml::Empty(tag) => {
                if let Into::Data(name) = begin(&tag, &mut event) {
                    end(Into::Data(name), "", &mut event);
                }
            }
            Xml::Text(text) => value.push_str(&text),
            Xml::CData(text) => value.push_str(&text),
            Xml::GeneralRef(entity) => value.push_str(&undone(&entity)?),
            Xml::End(_) => {
                end(std::mem::replace(&mut into, Into::Nothing), &value, &mut event);
                value.clear();
            }
            Xml::DocType(_) => return None,
            Xml::Eof => break,
            Xml::Decl(_) | Xml::PI(_) | Xml::Comment(_) => {}
        }
    }
    (event.id > 0 || event.provider.is_some()).then_some(event)
}

fn begin(tag: &BytesStart<'_>, event: &mut Event<'static>) -> Into {
    let attribute = |name: &str| {
        let attribute = tag.try_get_attribute(name).ok()??;
        Some(unescaped(&attribute.value))
    };
    match tag.local_name().as_ref() {
        "Provider" => {
            event.provider = attribute("Name").map(Cow::Owned);
            Into::Nothing
        }
        "TimeCreated" => {
            event.time = attribute("SystemTime").and_then(|text| Moment::of_text(&text));
            Into::Nothing
        }
        "EventID" => Into::Id,
        "Channel" => Into::Channel,
        "Computer" => Into::Computer,
        "EventRecordID" => Into::Record,
        "Data" => Into::Data(attribute("Name")),
        _ => Into::Nothing,
    }
}

fn end(into: Into, value: &str, event: &mut Event<'static>) {
    let text = || Some(value.trim()).filter(|text| !text.is_empty()).map(|text| Cow::Owned(text.to_owned()));
    match into {
        Into::Id => event.id = count_in(value).unwrap_or(0),
        Into::Channel => event.channel = text(),
        Into::Computer => event.computer = text(),
        Into::Record => event.record = text(),
        Into::Data(Some(name)) => event.data.push((Cow::Owned(name), Cow::Owned(value.to_owned()))),
        Into::Data(None) => event.positional.push(Cow::Owned(value.to_owned())),
        Into::Nothing => {}
    }
}

/// The character that a reference stands for.
fn undone(entity: &str) -> Option<String> {
    let character = match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            // Sysmon writes control characters of a command line by number; some are no characters of XML.
            char::from_u32(code.ok()?).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
    };
    Some(character.to_string())
}

pub(super) fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), Cow::into_owned)
}
