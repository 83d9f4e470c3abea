//! What a deployment is made of, as its own function is configured.

use std::collections::HashMap;

use anyhow::{Result, bail};
use weir_aws_host::apart;
use weir_dynamodb::DynamoStore;
use weir_state::Engine;

use crate::aws::Aws;
use crate::fault::failed;

/// Names of the deployment's parts.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) stage: String,
    pub(crate) account: String,
    pub(crate) table: String,
    pub(crate) topic_arn: String,
    /// Where lists and inventories are, where that is known.
    pub(crate) bucket: Option<String>,
    /// Order of the fields, where the default is not meant.
    pub(crate) flow_format: Option<String>,
}

impl Deployment {
    /// Asks the function that reads flow logs; what the command line gives is not asked for.
    pub(crate) fn find(aws: &Aws) -> Result<Self> {
        let place = &aws.place;
        let variables = match (&place.table, &place.topic_arn) {
            (Some(_), Some(_)) => HashMap::new(),
            _ => configured(aws)?,
        };
        let given = |flag: &Option<String>, name: &str| {
            let value = flag.clone().or_else(|| variables.get(name).cloned());
            value.filter(|value| !value.is_empty())
        };
        let (table, topic_arn) =
            (given(&place.table, "WEIR_TABLE"), given(&place.topic_arn, "WEIR_TOPIC_ARN"));
        let (Some(table), Some(topic_arn)) = (table, topic_arn) else {
            bail!(
                "the function {} names no table and no topic; give --table and --topic-arn",
                function(&place.stage, "flow-logs")
            );
        };
        let Some(account) = topic_arn.split(':').nth(4).filter(|account| !account.is_empty()) else {
            bail!("the topic should be an ARN, found `{topic_arn}`; give it by --topic-arn");
        };
        Ok(Self {
            stage: place.stage.clone(),
            account: account.to_owned(),
            bucket: given(&None, "WEIR_INTEL_BUCKET"),
            flow_format: given(&None, "WEIR_FLOW_FORMAT"),
            table,
            topic_arn,
        })
    }

    /// The deployment's documents.
    pub(crate) fn engine(&self, aws: &Aws) -> Engine<DynamoStore> {
        let client = aws_sdk_dynamodb::Client::new(&aws.config);
        Engine::new(DynamoStore::new(client, self.table.as_str())).pausing(apart)
    }
}

/// The name of one of the deployment's functions.
pub(crate) fn function(stage: &str, name: &str) -> String {
    format!("weir-{stage}-{name}")
}

/// The environment variables of the function that reads flow logs.
fn configured(aws: &Aws) -> Result<HashMap<String, String>> {
    let name = function(&aws.place.stage, "flow-logs");
    let lambda = aws_sdk_lambda::Client::new(&aws.config);
    let asked = lambda.get_function_configuration().function_name(&name);
    let found = aws.wait(asked.send()).map_err(|error| {
        let what = format!(
            "look up the function {name} in {} (give --stage and --region, or --table and --topic-arn)",
            aws.region()
        );
        failed(what, "lambda:GetFunctionConfiguration", error)
    })?;
    Ok(found.environment.and_then(|environment| environment.variables).unwrap_or_default())
}
