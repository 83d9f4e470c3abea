//! `weirctl redrive`: events that failed for good, to their function again.

mod message;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_sqs::types::Message;
use serde_json::Value;

use self::message::{Event, Unusable};
use crate::aws::Aws;
use crate::deployment::function;
use crate::fault::failed;
use crate::options::Redrive;

/// How long a message is hidden while its function works, seconds: a function's timeout and more.
const HIDDEN: i32 = 300;

/// Runs the command.
pub(crate) fn run(options: &Redrive, aws: &Aws, out: &mut dyn Write) -> Result<ExitCode> {
    let sqs = aws_sdk_sqs::Client::new(&aws.config);
    let name = function(&aws.place.stage, &options.queue);
    let url = aws
        .wait(sqs.get_queue_url().queue_name(&name).send())
        .map_err(|error| failed(format!("find the queue {name}"), "sqs:GetQueueUrl", error))?;
    let url = url.queue_url().unwrap_or_default();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let (mut seen, mut failures) = (0, 0);
    while seen < options.limit {
        let batch = receive(aws, &sqs, url, options.limit - seen)?;
        if batch.is_empty() {
            break;
        }
        for message in &batch {
            seen += 1;
            let outcome = match Event::read(message, &aws.place.stage, &options.queue) {
                Err(Unusable(why)) => Err(why),
                Ok(event) if options.dry_run => {
                    *counts.entry(format!("for {}", event.function)).or_default() += 1;
                    continue;
                }
                Ok(event) => invoke(aws, &event)?,
            };
            match outcome {
                Ok(()) => {
                    delete(aws, &sqs, url, message)?;
                    *counts.entry("done and removed from the queue".to_owned()).or_default() += 1;
                }
                Err(why) => {
                    failures += 1;
                    *counts.entry(format!("left in the queue: {why}")).or_default() += 1;
                }
            }
        }
    }
    writeln!(out, "{seen} events of {name}")?;
    for (what, count) in &counts {
        writeln!(out, "{count} {what}")?;
    }
    if seen > 0 {
        writeln!(out, "what is left can be received again in {} minutes", HIDDEN / 60)?;
    }
    Ok(if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn receive(aws: &Aws, sqs: &aws_sdk_sqs::Client, url: &str, most: usize) -> Result<Vec<Message>> {
    let most = i32::try_from(most.min(10)).unwrap_or(10);
    let asked = sqs
        .receive_message()
        .queue_url(url)
        .max_number_of_messages(most)
        .visibility_timeout(HIDDEN)
        .wait_time_seconds(1)
        .message_attribute_names("All");
    let got = aws
        .wait(asked.send())
        .map_err(|error| failed(format!("receive from {url}"), "sqs:ReceiveMessage", error))?;
    Ok(got.messages.unwrap_or_default())
}

fn delete(aws: &Aws, sqs: &aws_sdk_sqs::Client, url: &str, message: &Message) -> Result<()> {
    let handle = message.receipt_handle().unwrap_or_default();
    aws.wait(sqs.delete_message().queue_url(url).receipt_handle(handle).send())
        .map(drop)
        .map_err(|error| failed(format!("remove a message from {url}"), "sqs:DeleteMessage", error))
}

/// Invokes the function and waits; what it says of the event where that failed.
fn invoke(aws: &Aws, event: &Event) -> Result<Result<(), String>> {
    let lambda = aws_sdk_lambda::Client::new(&aws.config);
    let invoke = lambda.invoke().function_name(&event.function).payload(Blob::new(event.payload.as_bytes()));
    let answer = aws
        .wait(invoke.send())
        .map_err(|error| failed(format!("invoke {}", event.function), "lambda:InvokeFunction", error))?;
    let payload = answer.payload.map(Blob::into_inner).unwrap_or_default();
    let payload: Value = serde_json::from_slice(&payload).unwrap_or_default();
    if let Some(kind) = answer.function_error {
        let text = payload.get("errorMessage").and_then(Value::as_str).unwrap_or(&kind);
        return Ok(Err(text.chars().take(200).collect()));
    }
    let failures = payload.get("batchItemFailures").and_then(Value::as_array).map_or(0, Vec::len);
    Ok(if failures == 0 {
        Ok(())
    } else {
        Err("the function could not apply it; its log says why".to_owned())
    })
}
