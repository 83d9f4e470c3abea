//! Values with units, as users write them.
//!
//! A number without its unit is refused: `100` megabytes and `100` bytes both look right in a file.

use std::{fmt, str::FromStr};

use super::fault::ValueError;

/// In at least `k` of the last `m` windows, `1 <= k <= m`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KofM {
    k: u8,
    m: u8,
}

impl KofM {
    /// Windows that must show it.
    #[must_use]
    pub const fn k(self) -> u8 {
        self.k
    }

    /// Windows looked at.
    #[must_use]
    pub const fn m(self) -> u8 {
        self.m
    }

    /// A default, checked by the compiler.
    pub(super) const fn constant<const K: u8, const M: u8>() -> Self {
        const { assert!(1 <= K && K <= M, "k of m needs 1 <= k <= m") }
        Self { k: K, m: M }
    }
}

impl FromStr for KofM {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let parts = text.split_once('/').and_then(|(k, m)| Some((digits(k)?, digits(m)?)));
        match parts {
            Some((k, m)) if 1 <= k && k <= m => Ok(Self { k, m }),
            _ => Err(ValueError::expected("k of m windows such as 8/12, with 1 <= k <= m", text)),
        }
    }
}

impl fmt::Display for KofM {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.k, self.m)
    }
}

/// A unit's spellings and its size; the first spelling of each size is the one that is written.
pub(super) type Units = &'static [(&'static str, u64)];

/// Bytes; decimal units as in AWS prices.
pub(super) const SIZES: Units = &[
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("KB", 1_000),
    ("B", 1),
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
];

/// Bits a second; byte rates are accepted and converted.
pub(super) const RATES: Units = &[
    ("Gbit/s", 1_000_000_000),
    ("Mbit/s", 1_000_000),
    ("kbit/s", 1_000),
    ("bit/s", 1),
    ("Gbps", 1_000_000_000),
    ("Mbps", 1_000_000),
    ("kbps", 1_000),
    ("bps", 1),
    ("GB/s", 8_000_000_000),
    ("MB/s", 8_000_000),
    ("kB/s", 8_000),
    ("B/s", 8),
];

/// Milliseconds.
pub(super) const DURATIONS: Units =
    &[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1), ("min", 60_000)];

/// Packets a second.
pub(super) const PACKETS: Units = &[("packets/s", 1), ("pps", 1), ("kpps", 1_000)];

/// `number unit` in the unit's base, exactly; `None` where the number, the unit or the product is no good.
pub(super) fn measured(text: &str, units: Units) -> Option<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at_checked(split)?;
    let &(_, size) = units.iter().find(|(name, _)| *name == unit.trim())?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let scale = 10_u64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let parts = digits::<u64>(whole)?.checked_mul(scale)?.checked_add(digits(fraction)?)?;
    let product = u128::from(parts) * u128::from(size);
    (product % u128::from(scale) == 0).then(|| u64::try_from(product / u128::from(scale)).ok())?
}

/// The shortest exact spelling of a measured value.
pub(super) fn spelled(value: u64, units: Units) -> String {
    let fits = |&&(_, size): &&(&str, u64)| value >= size && value.is_multiple_of(size);
    let base = || units.iter().find(|(_, size)| *size == 1);
    let (name, size) = units.iter().find(fits).or_else(base).copied().unwrap_or(("", 1));
    format!("{}{name}", value / size.max(1))
}

/// `0.25` or `25%`.
pub(super) fn ratio(text: &str) -> Option<f64> {
    match text.strip_suffix('%') {
        Some(percent) => Some(number(percent.trim_end())? / 100.0),
        None => number(text),
    }
}

/// `50USD/month`.
pub(super) fn monthly(text: &str) -> Option<f64> {
    number(text.strip_suffix("USD/month")?.trim_end())
}

/// A plain decimal number; no sign, exponent, infinity or NaN.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    plain.then(|| text.parse().ok())?
}

/// A whole number in digits only.
pub(super) fn digits<T: FromStr>(text: &str) -> Option<T> {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

/// The items of a list by comma; `none` is the empty list, since a parameter store holds no empty text.
///
/// # Errors
/// The first item that is none.
pub(super) fn items<T>(text: &str, item: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, &str> {
    if text == "none" {
        return Ok(Vec::new());
    }
    text.split(',').map(str::trim).map(|part| item(part).ok_or(part)).collect()
}

/// A lowercase word such as an instance family.
pub(super) fn family(text: &str) -> Option<String> {
    let fine = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    (fine && text.len() <= 24).then(|| text.to_owned())
}

/// A country by its two letters of ISO 3166, upper case.
pub(super) fn country(text: &str) -> Option<String> {
    let fine = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    fine.then(|| text.to_ascii_uppercase())
}

/// A name or path, lower case, with an asterisk at most at its end.
pub(super) fn word(text: &str) -> Option<String> {
    let name = text.strip_suffix('*').unwrap_or(text);
    let fine = !name.is_empty() && !name.contains('*') && !text.chars().any(char::is_control);
    (fine && text.len() <= 200).then(|| text.to_lowercase())
}

/// A URL of http or https with a host; whether anybody answers there shows when it is fetched.
pub(super) fn url(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A name before the host is a password in a setting that everybody may read.
    let fine = !host.is_empty() && !host.contains('@') && text.bytes().all(|byte| byte.is_ascii_graphic());
    (fine && text.len() <= 1_000).then(|| text.to_owned())
}

/// Name of a caller: an ARN or a service, with an asterisk at most at its end.
pub(super) fn principal(text: &str) -> Option<String> {
    let name = text.strip_suffix('*').unwrap_or(text);
    let is_name = name.starts_with("arn:") || name.ends_with(".amazonaws.com");
    (is_name && !name.contains(['*', ' '])).then(|| text.to_owned())
}

/// A tag, `key=value`.
pub(super) fn tag(text: &str) -> Option<String> {
    let (key, value) = text.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    (!key.is_empty() && !value.is_empty()).then(|| format!("{key}={value}"))
}
