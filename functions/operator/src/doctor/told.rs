//! Whether anybody is told, and what waits that nobody was told of.

use anyhow::Result;
use aws_sdk_sqs::types::QueueAttributeName;

use super::check::Sheet;
use crate::aws::Aws;
use crate::deployment::{Deployment, function};
use crate::fault::failed;
use crate::test_fire::subscriptions;

pub(super) fn check(aws: &Aws, deployment: &Deployment, sheet: &mut Sheet) {
    if let Some(found) = sheet.asked("subscribers", subscriptions(aws, &deployment.topic_arn)) {
        if !found.iter().any(|one| one.is_confirmed) {
            let remedy = "subscribe somebody to the topic, and try it by `weirctl test-fire`";
            sheet.fail("subscribers", format!("nobody is subscribed to {}", deployment.topic_arn), remedy);
        }
        for one in found {
            let who = format!("{} {}", one.protocol, one.endpoint);
            match (one.is_confirmed, one.filter) {
                (false, _) => {
                    sheet.warn("subscribers", who, "confirm the subscription: until then it gets nothing")
                }
                (true, Some(filter)) => sheet.ok("subscribers", format!("{who}, filtered by {filter}")),
                (true, None) => sheet.ok("subscribers", who),
            }
        }
    }
    for (queue, remedy) in [
        ("failed-events", "`weirctl redrive`, once the cause is mended"),
        ("quarantine", "its messages say why payloads were refused; mostly the flow log's format"),
    ] {
        let name = function(&deployment.stage, queue);
        match sheet.asked(queue, depth(aws, &name)) {
            Some(0) => sheet.ok(queue, "empty"),
            Some(waiting) => sheet.warn(queue, format!("{waiting} messages wait"), remedy),
            None => {}
        }
    }
}

fn depth(aws: &Aws, name: &str) -> Result<u64> {
    let sqs = aws_sdk_sqs::Client::new(&aws.config);
    let url = aws
        .wait(sqs.get_queue_url().queue_name(name).send())
        .map_err(|error| failed(format!("find the queue {name}"), "sqs:GetQueueUrl", error))?;
    let asked = sqs
        .get_queue_attributes()
        .queue_url(url.queue_url().unwrap_or_default())
        .attribute_names(QueueAttributeName::ApproximateNumberOfMessages);
    let got = aws
        .wait(asked.send())
        .map_err(|error| failed(format!("look at the queue {name}"), "sqs:GetQueueAttributes", error))?;
    let count = got.attributes().and_then(|all| all.get(&QueueAttributeName::ApproximateNumberOfMessages));
    Ok(count.and_then(|count| count.parse().ok()).unwrap_or_default())
}
