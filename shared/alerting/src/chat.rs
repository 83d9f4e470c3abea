//! One report as a custom notification of Amazon Q Developer in chat applications (before: AWS Chatbot).
//!
//! # Source
//! <https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html>: the notification is the whole message; a
//! title of 250 characters and a description of 8,000; reports with one thread id are one thread.

use serde_json::{Value, json};
use weir_detection::finding::{Activity, Finding, Severity};

use crate::facts;
use crate::names;
use crate::ocsf::Product;
use crate::plain;
use crate::steps;

/// Characters of a title.
const TITLE: usize = 250;

/// Characters of a line of the description: a dozen of them stay far below what is allowed.
const LINE: usize = 400;

/// Writes the notification.
#[must_use]
pub fn to_chat(finding: &Finding, product: &Product) -> String {
    let headline = escaped(&format!("[{}] {}", facts::headline(finding), facts::title(finding)));
    let mut lines =
        vec![fact("What", &plain::line(&finding.description, LINE)), fact("Who", &facts::entity(finding))];
    let known = [
        ("Where", facts::place(finding)),
        ("Tags", facts::tags(finding)),
        ("Egress", (finding.activity != Activity::Close).then(|| facts::egress(finding))),
        ("Cost", facts::cost(finding)),
        ("Likely by", facts::actors(finding).into_iter().next()),
        ("Why", facts::lines(&finding.why).into_iter().next()),
    ];
    lines.extend(known.into_iter().filter_map(|(name, value)| Some(fact(name, &value?))));
    let mut next = vec![format!("Open the <{}|runbook>", product.runbook(finding))];
    next.extend(steps::steps(finding).into_iter().take(3).map(|step| {
        let command = steps::one_line(&step.command);
        let command = if command.is_empty() { command } else { format!(" `{command}`") };
        format!("{}{command}", escaped(&step.text))
    }));
    let notification = json!({
        "version": "1.0",
        "source": "custom",
        "id": format!("{}:{}:{}", plain::line(&finding.uid, 200), finding.activity as u8, finding.count),
        "content": {
            "textType": "client-markdown",
            "title": cut(&format!("{} {headline}", sign(finding)), TITLE),
            "description": lines.join("\n"),
            "nextSteps": next,
            "keywords": ["weir", finding.kernel.name(), "T1496.002"],
        },
        "metadata": {
            "threadId": plain::line(&finding.uid, 200),
            "summary": cut(&escaped(&facts::title(finding)), TITLE),
            "eventType": names::finding_type(finding.kernel),
            "additionalContext": {
                "severity": finding.severity.name(),
                "activity": names::activity(finding.activity),
                "incident": plain::line(&finding.uid, 200),
            },
            "enableCustomActions": true,
        },
    });
    plain::json(&Value::to_string(&notification))
}

/// What a channel shows before it is read.
const fn sign(finding: &Finding) -> &'static str {
    match (finding.activity, finding.severity) {
        (Activity::Close, _) => ":white_check_mark:",
        (_, Severity::High | Severity::Critical) => ":rotating_light:",
        (_, Severity::Medium) => ":warning:",
        (_, Severity::Low | Severity::Info) => ":information_source:",
    }
}

fn fact(name: &str, value: &str) -> String {
    format!("*{name}:* {}", cut(&escaped(value), LINE))
}

/// Without what a chat reads as a link, a mention or markup: parts of a text come from logs.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '*' | '_' | '~' | '`' => plain.push_str(&format!("\u{200b}{letter}")),
            '@' => plain.push_str("@\u{200b}"),
            other => plain.push(other),
        }
    }
    plain
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{ACTIVITIES, any_finding, relay};
    use proptest::prelude::*;

    #[test]
    fn reports_of_one_incident_are_one_thread_and_say_what_is_next() {
        let of = |activity, count| -> Value {
            let finding = Finding { activity, count, ..relay() };
            serde_json::from_str(&to_chat(&finding, &Product::default())).unwrap()
        };
        let all: Vec<Value> =
            ACTIVITIES.into_iter().zip(1..).map(|(activity, count)| of(activity, count)).collect();

        assert!(all.iter().all(|it| it["metadata"]["threadId"] == all[0]["metadata"]["threadId"]));
        assert!(all[0]["id"] != all[1]["id"] && all[1]["id"] != all[2]["id"]);
        let title = |at: usize| all[at]["content"]["title"].as_str().unwrap();
        assert!(title(0).starts_with(":rotating_light: [HIGH] Back-connect"), "{}", title(0));
        assert!(title(2).contains("ended"), "{}", title(2));
        let next = all[0]["content"]["nextSteps"].to_string();
        assert!(next.contains("|runbook>") && next.contains("aws ec2 describe-instances"), "{next}");
    }

    #[test]
    fn a_name_from_a_log_neither_calls_the_channel_nor_becomes_a_link() {
        let finding = Finding {
            description: "<!channel> see <https://203.0.113.7|here> @here *now*".to_owned(),
            ..relay()
        };
        let value: Value = serde_json::from_str(&to_chat(&finding, &Product::default())).unwrap();
        let text = value["content"]["description"].as_str().unwrap();
        assert!(!text.contains("<!") && !text.contains("<https") && !text.contains("@here"), "{text}");
    }

    proptest! {
        #[test]
        fn any_finding_is_within_the_limits(finding in any_finding()) {
            let value: Value = serde_json::from_str(&to_chat(&finding, &Product::default())).unwrap();
            let length = |at: &str| value["content"][at].as_str().unwrap().chars().count();
            prop_assert!(length("title") <= 250 && length("description") <= 8_000);
            // Each line is one that Weir begins, whatever the log has for line ends and controls.
            let names = ["What", "Who", "Where", "Tags", "Egress", "Cost", "Likely by", "Why"];
            for line in value["content"]["description"].as_str().unwrap().split('\n') {
                prop_assert!(names.iter().any(|name| line.starts_with(&format!("*{name}:* "))), "{}", line);
                prop_assert!(!line.contains(char::is_control), "{:?}", line);
            }
            prop_assert!(value.to_string().len() < 64_000);
        }
    }
}
