//! What EC2 says of instances, interfaces and types, page by page.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::{self, Debug};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::Filter;

use super::entries::{Described, Instance, InstanceType, Interface};

/// Entries of a page: the most that EC2 gives.
const PAGE: i32 = 1_000;

/// Values that one filter takes.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>
const FILTER: usize = 200;

/// Instance types of a page: the most that EC2 gives.
const TYPES: i32 = 100;

/// A page of a thousand takes seconds.
const ATTEMPT: Duration = Duration::from_secs(30);

/// Attempts, with pauses of up to 20 seconds: EC2 refills an account's request tokens within seconds.
///
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
const ATTEMPTS: u32 = 8;

/// The EC2 of one region.
#[derive(Debug)]
pub(crate) struct Ec2 {
    client: Client,
}

/// A question that EC2 did not answer.
#[derive(Debug)]
pub(crate) struct Ec2Error {
    operation: &'static str,
    why: Why,
    source: Box<dyn Error + Send + Sync>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Why {
    Expired,
    Denied,
    Throttled,
    Other,
}

impl fmt::Display for Ec2Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.operation;
        match self.why {
            Why::Expired => write!(
                f,
                "EC2 refuses the role's credentials as expired (`{operation}`); a new instance of the function gets new \
                 ones, so deploy it again if this lasts"
            ),
            Why::Denied => {
                write!(f, "EC2 denies `{operation}`; allow `ec2:{operation}` in the function's role")
            }
            Why::Throttled => write!(
                f,
                "EC2 throttles `{operation}` beyond {ATTEMPTS} attempts; the next refresh tries again, and a raised \
                 request quota helps"
            ),
            Why::Other => write!(f, "EC2 does not answer `{operation}`"),
        }
    }
}

impl Error for Ec2Error {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

impl Ec2 {
    /// A client that waits longer than others where it is throttled, and then asks more slowly.
    pub(crate) fn new(config: &SdkConfig) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(ATTEMPT)
            .build();
        let config = aws_sdk_ec2::config::Builder::from(config)
            .retry_config(RetryConfig::adaptive().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts)
            .build();
        Self { client: Client::from_conf(config) }
    }

    /// Instances, of those with such a filter or all.
    pub(crate) async fn instances(
        &self,
        filter: Option<Filter>,
        into: &mut Described,
    ) -> Result<(), Ec2Error> {
        let request =
            self.client.describe_instances().max_results(PAGE).set_filters(filter.map(|one| vec![one]));
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("DescribeInstances", error))?;
            let told = page.reservations.into_iter().flatten();
            let told = told.flat_map(|reservation| reservation.instances.into_iter().flatten());
            into.instances.extend(told.filter_map(Instance::read));
        }
        Ok(())
    }

    /// Interfaces, of those with such a filter or all.
    pub(crate) async fn interfaces(
        &self,
        filter: Option<Filter>,
        into: &mut Described,
    ) -> Result<(), Ec2Error> {
        let request = self
            .client
            .describe_network_interfaces()
            .max_results(PAGE)
            .set_filters(filter.map(|one| vec![one]));
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("DescribeNetworkInterfaces", error))?;
            into.interfaces.extend(page.network_interfaces.into_iter().flatten().filter_map(Interface::read));
        }
        Ok(())
    }

    /// What the instance types with such a filter can carry.
    pub(crate) async fn types(&self, filter: Filter, into: &mut Described) -> Result<(), Ec2Error> {
        let request = self.client.describe_instance_types().max_results(TYPES).filters(filter);
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed("DescribeInstanceTypes", error))?;
            into.types.extend(page.instance_types.into_iter().flatten().filter_map(InstanceType::read));
        }
        Ok(())
    }
}

/// Filters that together name all of `values`: unlike a request by id, one by filter does not fail for what is gone.
pub(crate) fn filters(name: &'static str, values: &BTreeSet<String>) -> impl Iterator<Item = Filter> {
    let values: Vec<String> = values.iter().cloned().collect();
    let chunks: Vec<Vec<String>> = values.chunks(FILTER).map(<[String]>::to_vec).collect();
    chunks.into_iter().map(move |values| Filter::builder().name(name).set_values(Some(values)).build())
}

fn failed<E, R>(operation: &'static str, error: SdkError<E, R>) -> Ec2Error
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: Debug + Send + Sync + 'static,
{
    let why = match error.as_service_error().and_then(ProvideErrorMetadata::code) {
        Some("ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired") => {
            Why::Expired
        }
        Some("UnauthorizedOperation" | "AccessDenied" | "AuthFailure") => Why::Denied,
        Some("RequestLimitExceeded" | "Throttling" | "ThrottlingException") => Why::Throttled,
        _ => Why::Other,
    };
    // Without the raw response, which names what the account holds.
    let source: Box<dyn Error + Send + Sync> = match error {
        SdkError::ServiceError(context) => Box::new(context.into_err()),
        other => Box::new(other),
    };
    Ec2Error { operation, why, source }
}
