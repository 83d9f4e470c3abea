//! Reads findings as `weir replay --format json` prints them: one OCSF Detection Finding a line.

use serde_json::Value;

/// Why findings or labels could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// A line that is not JSON.
    #[error(
        "line {line} of the findings is not json; expected one finding a line as `weir replay --format json` prints them"
    )]
    Line {
        /// Line number, from 1.
        line: usize,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// A finding without what scoring needs.
    #[error("line {line} of the findings has no {member}; expected an ocsf detection finding")]
    Member {
        /// Line number, from 1.
        line: usize,
        /// Name of the member.
        member: &'static str,
    },
}

/// `activity_id` of a report that an incident is over.
const CLOSE: u64 = 3;

/// What scoring needs of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Incident.
    pub uid: String,
    /// When it could be known, milliseconds since the epoch.
    pub time: i64,
    /// OCSF `severity_id`.
    pub severity_id: u8,
    /// Title.
    pub title: String,
    /// Everything by which the finding names its entity.
    pub names: Vec<String>,
    /// Kernels under `unmapped.weir`, else the analytic's name.
    pub kernels: Vec<String>,
}

impl Alert {
    /// Whether the finding is about an instance, its interface or one of its addresses.
    pub fn is_about(&self, entity: &str, interface: &str, addresses: &[String]) -> bool {
        self.names.iter().any(|n| {
            names_one(n, entity) || names_one(n, interface) || addresses.iter().any(|a| names_one(n, a))
        })
    }

    /// Whether one of its kernels is the wanted one; `_` and `-` are alike.
    pub fn names(&self, kernel: &str) -> bool {
        self.kernels.iter().any(|k| k.replace('_', "-") == kernel)
    }

    /// The first name, for findings about strangers.
    pub fn subject(&self) -> String {
        self.names.first().cloned().unwrap_or_default()
    }
}

/// Reads findings; empty lines are skipped, and so are reports that an incident is over: they accuse nobody.
///
/// # Errors
/// The first line that is not JSON or lacks `finding_info.uid`, `time` or `severity_id`.
pub fn read(text: &str) -> Result<Vec<Alert>, ScoreError> {
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    lines.filter_map(|(i, line)| alert(i + 1, line).transpose()).collect()
}

fn alert(line: usize, text: &str) -> Result<Option<Alert>, ScoreError> {
    let value: Value = serde_json::from_str(text).map_err(|source| ScoreError::Line { line, source })?;
    let missing = |member| ScoreError::Member { line, member };
    let text_at = |path: &str| value.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let severity = value.get("severity_id").and_then(Value::as_u64).ok_or_else(|| missing("severity_id"))?;
    if value.get("activity_id").and_then(Value::as_u64) == Some(CLOSE) {
        return Ok(None);
    }
    let mut names: Vec<String> = value
        .get("resources")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .flat_map(|r| [r.get("uid"), r.get("name"), r.get("ip")])
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    names.extend(
        ["hostname", "ip", "uid", "interface_uid", "instance_uid"]
            .iter()
            .filter_map(|m| text_at(&format!("/device/{m}"))),
    );
    Ok(Some(Alert {
        uid: text_at("/finding_info/uid").ok_or_else(|| missing("finding_info.uid"))?,
        time: value.get("time").and_then(Value::as_i64).ok_or_else(|| missing("time"))?,
        severity_id: u8::try_from(severity).unwrap_or(u8::MAX),
        title: text_at("/finding_info/title").unwrap_or_default(),
        names,
        kernels: kernels(&value),
    }))
}

/// `unmapped.weir.kernel` (text) or `.kernels` (texts, or objects with `kernel` or `name`), else the analytic.
fn kernels(value: &Value) -> Vec<String> {
    let name = |v: &Value| {
        let inner = v.get("kernel").or_else(|| v.get("name")).unwrap_or(v);
        inner.as_str().map(str::to_owned)
    };
    let weir = value.pointer("/unmapped/weir");
    let listed = |member: &str| weir.and_then(|w| w.get(member)).and_then(Value::as_array);
    let mut all: Vec<String> = weir.and_then(|w| w.get("kernel")).and_then(name).into_iter().collect();
    all.extend(listed("kernels").into_iter().flatten().filter_map(name));
    if all.is_empty() {
        all.extend(listed("contributions").into_iter().flatten().filter_map(name));
    }
    if all.is_empty() {
        all.extend(value.pointer("/finding_info/analytic/name").and_then(name));
    }
    all.dedup();
    all
}

/// A resource uid may be an ARN that ends in the id.
fn names_one(name: &str, wanted: &str) -> bool {
    name == wanted
        || name
            .rsplit(['/', ':'])
            .next()
            .is_some_and(|tail| wanted.len() > 8 && !wanted.contains(':') && tail == wanted)
}
