//! Clients, and the one place that waits for them.

use std::time::Duration;

use anyhow::{Context as _, Result};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use tokio::runtime::Runtime;

use crate::fault::Usage;
use crate::options::Place;

/// Attempts of a request before it fails. A backfill competes with the deployment for the same quotas.
const ATTEMPTS: u32 = 12;

/// A request that takes longer is lost.
const ATTEMPT: Duration = Duration::from_secs(30);

/// The configuration of all clients, and a runtime for them.
///
/// Commands are sequential: each request is waited for where it is made. What is asked for ahead goes on meanwhile, on
/// a thread of its own.
pub(crate) struct Aws {
    runtime: Runtime,
    pub(crate) config: SdkConfig,
    pub(crate) place: Place,
}

impl Aws {
    /// Reads profile, region and credentials' place; nothing is asked of AWS yet.
    ///
    /// A request that is throttled is repeated, and all that follow are sent more slowly.
    pub(crate) fn start(place: Place) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .context("the asynchronous runtime cannot be started")?;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(ATTEMPT)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .retry_config(RetryConfig::adaptive().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts);
        if let Some(profile) = &place.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &place.region {
            loader = loader.region(Region::new(region.clone()));
        }
        let config = runtime.block_on(loader.load());
        if config.region().is_none() {
            let message = "no region is known; give --region, or set AWS_REGION or the profile's region";
            return Err(Usage(message.to_owned()).into());
        }
        Ok(Self { runtime, config, place })
    }

    /// Waits for an answer.
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// Lets a request go on while others are waited for.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(future);
    }

    /// The region of the deployment.
    pub(crate) fn region(&self) -> &str {
        self.config.region().map_or("", Region::as_ref)
    }
}
