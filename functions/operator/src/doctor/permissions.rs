//! What the role of the function that reads flow logs may do, as IAM itself simulates it: nothing is done.

use anyhow::Result;
use aws_sdk_iam::types::PolicyEvaluationDecisionType;

use super::check::Sheet;
use crate::aws::Aws;
use crate::deployment::{Deployment, function};
use crate::fault::failed;

pub(super) fn check(aws: &Aws, deployment: &Deployment, sheet: &mut Sheet) {
    let Some(role) = sheet.asked("permissions", role(aws)) else { return };
    let iam = aws_sdk_iam::Client::new(&aws.config);
    let mut allowed = 0;
    for (actions, resource) in needed(deployment, aws.region()) {
        let asked = iam
            .simulate_principal_policy()
            .policy_source_arn(&role)
            .set_action_names(Some(actions.iter().map(|action| (*action).to_owned()).collect()))
            .resource_arns(&resource);
        let answer = aws.wait(asked.send()).map_err(|error| {
            failed(format!("simulate what {role} may do"), "iam:SimulatePrincipalPolicy", error)
        });
        let Some(answer) = sheet.asked("permissions", answer) else { return };
        for one in answer.evaluation_results() {
            if one.eval_decision() == &PolicyEvaluationDecisionType::Allowed {
                allowed += 1;
            } else {
                let found = format!("{role} may not {} on {resource}", one.eval_action_name());
                sheet.fail(
                    "permissions",
                    found,
                    "allow it, as the templates do, and look for a policy that denies it",
                );
            }
        }
    }
    sheet.ok("permissions", format!("{allowed} rights of {role} are there"));
}

/// Actions of the function, with what each is done to.
fn needed(deployment: &Deployment, region: &str) -> Vec<(&'static [&'static str], String)> {
    let Deployment { stage, account, table, topic_arn, bucket, .. } = deployment;
    let partition = topic_arn.split(':').nth(1).unwrap_or("aws");
    let mut needed: Vec<(&'static [&'static str], String)> = vec![
        (
            &["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem"],
            format!("arn:{partition}:dynamodb:{region}:{account}:table/{table}"),
        ),
        (&["sns:Publish"], topic_arn.clone()),
        (
            &["ssm:GetParametersByPath"],
            format!("arn:{partition}:ssm:{region}:{account}:parameter/weir/{stage}"),
        ),
    ];
    if let Some(bucket) = bucket {
        needed.push((&["s3:ListBucket"], format!("arn:{partition}:s3:::{bucket}")));
        needed.push((&["s3:GetObject"], format!("arn:{partition}:s3:::{bucket}/tor.txt")));
    }
    needed
}

fn role(aws: &Aws) -> Result<String> {
    let name = function(&aws.place.stage, "flow-logs");
    let lambda = aws_sdk_lambda::Client::new(&aws.config);
    let got = aws
        .wait(lambda.get_function_configuration().function_name(&name).send())
        .map_err(|error| failed(format!("look up {name}"), "lambda:GetFunctionConfiguration", error))?;
    Ok(got.role.unwrap_or_default())
}
