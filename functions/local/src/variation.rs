//! A setting's value made larger or smaller, in the text that a settings file would hold.

use weir_detection::settings::{Entry, Kind, Settings, registry};

/// A value as a number with its unit: `2MB`, `0.6`, `10000packets/s`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub(crate) number: f64,
    unit: String,
    whole: bool,
}

impl Value {
    /// Reads what the registry renders; `None` for what is no amount.
    pub(crate) fn of(entry: &Entry, settings: &Settings) -> Option<Self> {
        let whole = match entry.kind() {
            Kind::Count | Kind::PacketRate => true,
            Kind::Duration | Kind::Factor | Kind::Hourly | Kind::Monthly | Kind::Rate | Kind::Ratio => false,
            _ => return None,
        };
        let text = entry.render(settings);
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        Some(Self { number: number.parse().ok()?, unit: unit.to_owned(), whole })
    }

    /// The same with another number, in three digits or, where it counts things, whole.
    pub(crate) fn with(&self, number: f64) -> Self {
        let number = if self.whole {
            number.round()
        } else if number > 0.0 {
            let scale = 10_f64.powi(2 - number.log10().floor() as i32);
            (number * scale).round() / scale
        } else {
            0.0
        };
        Self { number, ..self.clone() }
    }

    /// As a settings file holds it.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.number, self.unit)
    }
}

/// The settings with one value changed; `None` where that is not allowed.
pub(crate) fn varied(settings: &Settings, path: &str, text: &str) -> Option<Settings> {
    let values = registry()
        .iter()
        .map(|entry| (entry.path, if entry.path == path { text.to_owned() } else { entry.render(settings) }));
    Settings::from_values(values).ok()
}

/// Values around the present one, smallest first, without it.
///
/// Amounts: half, three quarters, one and a half times, twice. Shares: a tenth and a quarter less and more. k of m: two
/// and one less and more. Percentiles: the other two.
pub(crate) fn around(entry: &Entry, settings: &Settings) -> Vec<String> {
    let present = entry.render(settings);
    let mut texts: Vec<String> = match entry.kind() {
        Kind::Percentile => ["90", "95", "99"].map(str::to_owned).into(),
        Kind::KofM => of_windows(&present),
        kind => {
            let factors = if kind == Kind::Ratio { [0.75, 0.9, 1.1, 1.25] } else { [0.5, 0.75, 1.5, 2.0] };
            let value = Value::of(entry, settings);
            let texts =
                value.iter().flat_map(|value| factors.map(|factor| value.with(value.number * factor).text()));
            texts.collect()
        }
    };
    texts.retain(|text| *text != present && varied(settings, entry.path, text).is_some());
    texts.dedup();
    texts
}

/// `6/12`, `7/12`, `9/12`, `10/12` around `8/12`.
pub(crate) fn of_windows(present: &str) -> Vec<String> {
    let parts =
        present.split_once('/').and_then(|(k, m)| Some((k.parse::<i32>().ok()?, m.parse::<i32>().ok()?)));
    let Some((k, m)) = parts else { return Vec::new() };
    (k - 2..=k + 2)
        .filter(|other| *other != k && (1..=m).contains(other))
        .map(|k| format!("{k}/{m}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_around_the_present_keep_its_unit_and_what_is_allowed() {
        let settings = Settings::default();
        let around = |path: &str| {
            around(registry().iter().find(|entry| entry.path == path).unwrap(), &settings).join(" ")
        };

        assert_eq!(around("an0084/scan/hosts"), "13 19 38 50");
        assert_eq!(around("an0084/relay/min-bytes"), "1MB 1.5MB 3MB 4MB");
        assert_eq!(around("an0084/relay/hours"), "1/3 3/3");
        assert_eq!(around("an0084/reuse/presence"), "0.6 0.72 0.88 1");
        assert_eq!(around("an0084/traffic-egress-threshold/percentile"), "95 99");
        // The floor of a silent host may not be above that of the others.
        assert_eq!(around("an0084/traffic-egress-threshold/dormant-min-bytes"), "12.5MB 18.8MB 37.5MB 50MB");
        assert_eq!(around("roles/declared"), "");
    }
}
