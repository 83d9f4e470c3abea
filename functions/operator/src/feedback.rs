//! `weirctl feedback`: what an incident was worth to who looked at it, and whether to be told of it again.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;
use weir_aws_host::now;
use weir_detection::finding::Severity;
use weir_detection::quiet::{SUPPRESSIONS, Suppression};
use weir_state::{Feedback, Opinion};

use crate::aws::Aws;
use crate::deployment::Deployment;
use crate::fault::{Usage, failed};
use crate::options;
use crate::settings;

const DAY: i64 = 86_400_000;

/// Runs the command.
pub(crate) fn run(options: &options::Feedback, aws: &Aws, out: &mut dyn Write) -> Result<ExitCode> {
    let uid = incident_of(&options.finding);
    let opinion = Opinion::from(options.opinion);
    let now = now();
    let until = until(options, opinion, now)?;
    let engine = Deployment::find(aws)?.engine(aws);
    let told = aws.wait(engine.severity_of(uid))?;
    let path = format!("{SUPPRESSIONS}{}", name(uid));
    match until {
        None => {
            if settings::read(aws)?.contains_key(&path) {
                settings::remove(aws, &path)?;
                writeln!(out, "{path}: removed; it is told again")?;
            }
        }
        Some(until) => {
            let severity = told.unwrap_or(Severity::Medium);
            let owner = options.owner.clone().map_or_else(|| caller(aws), Ok)?;
            let reason = match &options.note {
                Some(note) => format!("{}: {note}", opinion.name()),
                None => opinion.name().to_owned(),
            };
            let document = json!({
                "scope": { "incident": uid },
                "severity": severity.name(),
                "reason": reason,
                "owner": owner,
                "expiry": time(until)?,
            });
            let text = document.to_string();
            Suppression::from_json(&name(uid), &text).map_err(Usage)?;
            settings::put(aws, &path, &text)?;
            let until = time(until)?;
            writeln!(out, "{path}: not told again until {until}, unless above {}", severity.name())?;
            if told.is_none() {
                writeln!(
                    out,
                    "no document holds this incident: compare the id with finding_info.uid, or take the suppression back \
                     by `weirctl feedback ID useful`"
                )?;
            }
        }
    }
    let feedback = aws.wait(engine.note_feedback(uid, opinion, now))?;
    writeln!(out, "noted: {}", tally(&feedback))?;
    Ok(ExitCode::SUCCESS)
}

/// How often each was said.
pub(crate) fn tally(feedback: &Feedback) -> String {
    let counts = Opinion::ALL.map(|opinion| format!("{} {}", feedback.count(opinion), opinion.name()));
    format!("{} of {} incidents", counts.join(", "), feedback.given.len())
}

/// Until when nobody is told; `None` where everybody is.
fn until(options: &options::Feedback, opinion: Opinion, now: i64) -> Result<Option<i64>> {
    let default = match opinion {
        Opinion::Useful if options.until.is_some() => {
            let message = "--until goes with planned and not-useful: what is useful is told on";
            return Err(Usage(message.to_owned()).into());
        }
        Opinion::Useful => return Ok(None),
        Opinion::Planned => 7 * DAY,
        Opinion::NotUseful => 90 * DAY,
    };
    let Some(text) = &options.until else { return Ok(Some(now + default)) };
    let days = text.strip_suffix('d').and_then(|days| days.parse::<i64>().ok());
    let date = || format!("{text}T00:00:00Z").parse::<Timestamp>().ok();
    let read = days
        .and_then(|days| now.checked_add(days.checked_mul(DAY)?))
        .or_else(|| text.parse::<Timestamp>().ok().or_else(date).map(Timestamp::as_millisecond));
    match read {
        Some(until) if until > now => Ok(Some(until)),
        Some(_) => Err(Usage(format!("--until should be in the future, found `{text}`")).into()),
        None => {
            let expected = "a date, a time as 2026-12-31T00:00:00Z, or days as 30d";
            Err(Usage(format!("--until should be {expected}, found `{text}`")).into())
        }
    }
}

/// `metadata.uid` of a report ends in its activity and number; what is left is the incident's id.
fn incident_of(finding: &str) -> &str {
    let mut parts = finding.rsplitn(3, ':');
    let are_numbers = parts.by_ref().take(2).filter(|part| part.parse::<u32>().is_ok()).count() == 2;
    match parts.next() {
        Some(uid) if are_numbers => uid,
        _ => finding,
    }
}

/// The suppression's name: the same for the same incident, so that the latest word replaces the one before.
fn name(uid: &str) -> String {
    format!("feedback-{:016x}", weir_detection::entity::name_hash(uid))
}

fn time(time: i64) -> Result<String> {
    let second = time - time.rem_euclid(1_000);
    Ok(Timestamp::from_millisecond(second)?.to_string())
}

/// Who says so, where `--owner` does not.
fn caller(aws: &Aws) -> Result<String> {
    let asked = aws_sdk_sts::Client::new(&aws.config).get_caller_identity().send();
    let identity = aws
        .wait(asked)
        .map_err(|error| failed("look up who you are; give --owner", "sts:GetCallerIdentity", error))?;
    Ok(identity.arn().unwrap_or("unknown").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reports_id_means_its_incident() {
        for (text, uid) in [
            ("weir-an0084-1-r-i-1-volume", "weir-an0084-1-r-i-1-volume"),
            ("weir-an0084-1-r-i-1-volume:2:3", "weir-an0084-1-r-i-1-volume"),
            ("weir-an0084-1-r-2001:db8::1@eni-1-volume", "weir-an0084-1-r-2001:db8::1@eni-1-volume"),
        ] {
            assert_eq!(incident_of(text), uid);
        }
    }

    #[test]
    fn an_end_is_a_date_a_time_or_days_in_the_future_and_has_a_default() {
        // 2026-06-01T00:00:00Z.
        let now = 1_780_272_000_000;
        let given = |opinion, text: Option<&str>| {
            let until_text = text.map(str::to_owned);
            let options = options::Feedback {
                finding: "x".to_owned(),
                opinion: options::Opinion::Planned,
                note: None,
                until: until_text,
                owner: None,
            };
            until(&options, opinion, now).map_err(|error| error.to_string())
        };
        assert_eq!(given(Opinion::Planned, None), Ok(Some(now + 7 * DAY)));
        assert_eq!(given(Opinion::NotUseful, None), Ok(Some(now + 90 * DAY)));
        assert_eq!(given(Opinion::Useful, None), Ok(None));
        assert_eq!(given(Opinion::Planned, Some("2026-06-02")), Ok(Some(now + DAY)));
        assert_eq!(given(Opinion::Planned, Some("2026-06-02T00:00:00Z")), Ok(Some(now + DAY)));
        assert_eq!(given(Opinion::Planned, Some("1d")), Ok(Some(now + DAY)));
        for (opinion, text, says) in [
            (Opinion::Planned, "2026-06-01", "in the future"),
            (Opinion::Planned, "soon", "found `soon`"),
            (Opinion::Useful, "1d", "is told on"),
        ] {
            let fault = given(opinion, Some(text)).unwrap_err();
            assert!(fault.contains(says), "{fault}");
        }
    }
}
