//! This machine's clock against AWS's: by it times are given to a backfill, and requests are refused where it is wrong.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ssm::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_ssm::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ssm::error::BoxError;
use weir_aws_host::now;

use super::check::Sheet;
use crate::aws::Aws;
use crate::deployment::Deployment;

/// Difference from which signatures are soon refused, milliseconds; AWS takes five minutes.
const MOST: i64 = 60_000;

/// The header `Date` of the last answer.
#[derive(Clone, Debug, Default)]
struct Date(Arc<Mutex<Option<String>>>);

impl Intercept for Date {
    fn name(&self) -> &'static str {
        "date"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").map(ToOwned::to_owned);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

pub(super) fn check(aws: &Aws, deployment: &Deployment, sheet: &mut Sheet) {
    let date = Date::default();
    let asked = aws_sdk_ssm::Client::new(&aws.config)
        .get_parameters_by_path()
        .path(format!("/weir/{}/", deployment.stage))
        .max_results(1)
        .customize()
        .interceptor(date.clone());
    // Whatever the answer is, it is dated.
    let _ = aws.wait(asked.send());
    let text = date.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    let theirs = text.and_then(|text| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(&text).ok());
    let Some(theirs) = theirs else {
        return sheet.warn("clock", "AWS's answer has no date", "check this machine's clock by hand");
    };
    let ahead = now() - theirs.as_millisecond();
    // The header has whole seconds.
    if ahead.abs() <= MOST {
        sheet.ok("clock", "this machine's agrees with AWS's within a minute");
    } else {
        let found = format!("this machine is {} seconds ahead of AWS", ahead / 1_000);
        sheet.fail("clock", found, "set the clock: AWS refuses requests that are five minutes off");
    }
}
