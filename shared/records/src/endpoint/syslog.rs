//! The head that syslog puts before a line.
//!
//! # Source
//!
//! RFC 5424 and RFC 3164, <https://www.rfc-editor.org/rfc/rfc5424>; rsyslog's file format with ISO times.

use crate::moment::Moment;

/// A line of syslog.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Syslog<'a> {
    /// Milliseconds since the epoch; RFC 3164 has no year, and so no time.
    pub(super) time: Option<i64>,
    pub(super) host: Option<&'a str>,
    pub(super) message: &'a str,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Takes the head off; `None` for a line without one.
pub(super) fn split(line: &str) -> Option<Syslog<'_>> {
    let (priority, rest) = match line.strip_prefix('<') {
        Some(rest) => {
            let (digits, rest) = rest.split_once('>')?;
            (digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some((true, rest))?
        }
        None => (false, line),
    };
    if priority && let Some(rest) = rest.strip_prefix("1 ") {
        let mut words = rest.splitn(6, ' ');
        let (time, host) = (words.next()?, words.next()?);
        let rest = words.nth(3)?;
        return Some(Syslog { time: ms(time), host: crate::json::given(host), message: behind_data(rest)? });
    }
    if MONTHS.iter().any(|month| rest.starts_with(month)) {
        // `Nov 24 02:21:22 host tag[pid]: message`
        let (host, rest) = rest.get(16..)?.split_once(' ')?;
        return Some(Syslog { time: None, host: Some(host), message: behind_tag(rest) });
    }
    let (time, rest) = rest.split_once(' ')?;
    let time = time.contains('T').then(|| ms(time)).flatten()?;
    let (host, rest) = rest.split_once(' ')?;
    Some(Syslog { time: Some(time), host: Some(host), message: behind_tag(rest) })
}

fn ms(text: &str) -> Option<i64> {
    Moment::of_text(text).map(|moment| moment.ms)
}

/// What follows `tag[pid]: `, or all where there is no tag.
fn behind_tag(rest: &str) -> &str {
    match rest.split_once(": ") {
        Some((tag, message)) if !tag.contains([' ', '=', '{', '<']) => message.trim_start(),
        _ => rest,
    }
}

/// What follows the structured data.
fn behind_data(rest: &str) -> Option<&str> {
    let mut rest = rest.strip_prefix('-').unwrap_or(rest);
    while let Some(data) = rest.strip_prefix('[') {
        let mut escaped = false;
        let end = data.find(|character| {
            let ends = character == ']' && !escaped;
            escaped = character == '\\' && !escaped;
            ends
        })?;
        rest = data.get(end + 1..)?;
    }
    Some(rest.trim_start().trim_start_matches('\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_taken_off_in_each_of_its_forms() {
        let at = Some(1_795_486_882_000);
        for (line, time, host, message) in [
            ("<13>1 2026-11-24T02:21:22Z web1 audit 12 - - type=X", at, Some("web1"), "type=X"),
            ("<13>1 2026-11-24T02:21:22Z - a 1 ID [x a=\"\\]\"][y] {}", at, None, "{}"),
            ("<13>Nov 24 02:21:22 web1 audit[12]: type=X", None, Some("web1"), "type=X"),
            ("Nov  4 02:21:22 web1 type=X a: b", None, Some("web1"), "type=X a: b"),
            ("2026-11-24T02:21:22+00:00 web1 sysmon: <Event>", at, Some("web1"), "<Event>"),
        ] {
            assert_eq!(split(line), Some(Syslog { time, host, message }), "{line}");
        }
        for line in ["", "type=X msg=audit(1.2:3): a", "<Event a='b'>", "2 123456789010 eni-0a 10.0.0.5"] {
            assert_eq!(split(line), None, "{line}");
        }
    }
}
