//! One line: `[node=H ]type=T msg=audit(EPOCH.millis:SERIAL): key=value …`.

use std::borrow::Cow;

/// What begins the part that `auditd` itself adds in enriched logs; it gets lost in transport.
const GROUP: char = '\u{1d}';

/// A line, its values still as they are written.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) node: Option<&'a str>,
    pub(super) kind: &'a str,
    /// Milliseconds since the epoch.
    pub(super) time: i64,
    pub(super) serial: u64,
    pub(super) values: &'a str,
}

impl<'a> Line<'a> {
    /// `None` for a line of another log, `Some(None)` for one of audit that is broken.
    pub(super) fn read(text: &'a str) -> Option<Option<Self>> {
        let text = text.trim();
        let (node, rest) = match text.strip_prefix("node=") {
            Some(rest) => {
                let (node, rest) = rest.split_once(' ')?;
                (Some(node), rest)
            }
            None => (None, text),
        };
        let (kind, rest) = rest.strip_prefix("type=")?.split_once(' ')?;
        // Azure's plugin leaves `msg=` out.
        let rest = rest.strip_prefix("msg=").unwrap_or(rest).strip_prefix("audit(")?;
        Some(Self::behind(node, kind, rest))
    }

    fn behind(node: Option<&'a str>, kind: &'a str, rest: &'a str) -> Option<Self> {
        let (stamp, values) = rest.split_once(')')?;
        let (time, serial) = stamp.split_once(':')?;
        let (seconds, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let millis = i64::from(fraction.get(..fraction.len().min(3))?.parse::<u16>().ok()?);
        let scale = match fraction.len() {
            1 => 100,
            2 => 10,
            _ => 1,
        };
        let seconds = seconds.parse::<u32>().ok()?;
        Some(Self {
            node,
            kind,
            time: i64::from(seconds) * 1000 + millis * scale,
            serial: serial.parse().ok()?,
            values: values.trim_start_matches(':').trim_start(),
        })
    }

    /// Whether nothing of the event comes behind this line.
    pub(super) fn ends_event(&self) -> bool {
        // Azure's plugin has joined the records already.
        self.kind == "EOE" || self.kind.starts_with("AUOMS_")
    }

    /// Every name with its value, in order; what `auditd` added comes last, with names in capitals.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        Values(self.values)
    }
}

/// A value as it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Value<'a> {
    /// Between quotes: means what it says.
    Quoted(&'a str),
    /// Bare: a number, a word, or the hex digits of text that needed quotes.
    Bare(&'a str),
}

impl<'a> Value<'a> {
    /// The value as a number or word.
    pub(super) fn word(self) -> Option<&'a str> {
        let (Self::Quoted(text) | Self::Bare(text)) = self;
        (!matches!(text, "" | "(none)" | "(null)" | "?")).then_some(text)
    }

    /// The value as text: hex digits are undone.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Quoted(text) => Some(Cow::Borrowed(text)),
            Self::Bare(text) => match unhexed(text) {
                Some(bytes) => Some(Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())),
                None => self.word().map(Cow::Borrowed),
            },
        }
    }

    /// The bytes of hex digits.
    pub(super) fn bytes(self) -> Option<Vec<u8>> {
        match self {
            Self::Bare(text) => unhexed(text),
            Self::Quoted(_) => None,
        }
    }
}

/// The kernel writes hex in capitals, two digits a byte.
fn unhexed(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    digits.as_chunks::<2>().0.iter().map(|[high, low]| Some(digit(high)? * 16 + digit(low)?)).collect()
}

struct Values<'a>(&'a str);

impl<'a> Iterator for Values<'a> {
    type Item = (&'a str, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.0.trim_start_matches([' ', GROUP, ',']);
            // `{` and `}` around a socket address, words of old kernels without a `=`.
            let end = rest.find([' ', '=', GROUP])?;
            let (name, behind) = rest.split_at(end);
            let Some(value) = behind.strip_prefix('=') else {
                self.0 = behind;
                continue;
            };
            // AppArmor's labels have two.
            let value = value.strip_prefix('=').unwrap_or(value);
            let (value, rest) = match value.strip_prefix('"') {
                Some(quoted) => {
                    let (inner, rest) = quoted.split_once('"').unwrap_or((quoted, ""));
                    (Value::Quoted(inner), rest)
                }
                None => {
                    let end = value.find([' ', GROUP]).unwrap_or(value.len());
                    let (word, rest) = value.split_at(end);
                    let (word, rest) = unglued(word, rest, value);
                    (Value::Bare(word), rest)
                }
            };
            self.0 = rest;
            return Some((name, value));
        }
    }
}

/// Cuts a value where the lost separator was: `(null)ARCH=x86_64`, `02…SADDR={`.
fn unglued<'a>(word: &'a str, rest: &'a str, value: &'a str) -> (&'a str, &'a str) {
    let Some(equals) = word.find('=') else { return (word, rest) };
    let names = ["ARCH", "SADDR", "AUID", "UID", "ID"];
    let cut = word.get(..equals).and_then(|head| {
        names.iter().find(|name| head.ends_with(**name)).map(|name| head.len() - name.len())
    });
    match cut {
        Some(cut) => (word.get(..cut).unwrap_or(word), value.get(cut..).unwrap_or(rest)),
        None => (word, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_was_logged_quoted_in_hex_or_bare() {
        let text = "node=web1 type=SYSCALL msg=audit(1490995752.4:18446744073709551615): comm=\"a b\" exe=2F612062 \
            key=(null)ARCH=x86_64 SYSCALL=execve\u{1d}AUID=\"unset\" subj==unconfined a0=9";
        let line = Line::read(text).unwrap().unwrap();
        assert_eq!(
            (line.node, line.kind, line.time, line.serial),
            (Some("web1"), "SYSCALL", 1_490_995_752_400, u64::MAX)
        );
        let values: Vec<_> = line
            .values()
            .map(|(name, value)| (name, value.text().unwrap_or_default().into_owned()))
            .collect();
        let expected = [
            ("comm", "a b"),
            ("exe", "/a b"),
            ("key", ""),
            ("ARCH", "x86_64"),
            ("SYSCALL", "execve"),
            ("AUID", "unset"),
            ("subj", "unconfined"),
            ("a0", "9"),
        ];
        assert_eq!(values, expected.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn a_line_of_another_log_is_told_from_a_broken_one() {
        assert!(Line::read("2 123456789010 eni-0a").is_none());
        assert!(Line::read("type=x").is_none());
        assert!(Line::read("type=SYSCALL msg=audit(149099").unwrap().is_none());
        assert!(Line::read("type=SYSCALL msg=audit(x.y:1): a=1").unwrap().is_none());
    }
}
