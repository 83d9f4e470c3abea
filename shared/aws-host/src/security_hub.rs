//! Findings to Security Hub.
//!
//! One request, written and signed here: the service's client would be as much to build and to load as that of SSM, and
//! has no way to take a finding that is JSON already (`docs/decisions/0010-security-hub.md`).
//!
//! # Source
//! AWS Security Hub `BatchImportFindings`, `POST /findings/import`: at most 100 findings of 240 KB; an answer may be good
//! and name findings that failed.

use std::time::{Duration, UNIX_EPOCH};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_sns::config::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::HttpStatusCodeClassifier;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_types::service_config::ServiceConfigKey;
use serde_json::Value;
use weir_alerting::asff::HubProduct;

use crate::clock::now;
use crate::failure::failed;
use crate::publish::PublishError;

/// Answers after which the request is repeated: it may be asked ten times a second.
const AGAIN: &[u16] = &[429, 500, 502, 503, 504];

const SERVICE: &str = "securityhub";

/// Security Hub of one account and region.
#[derive(Clone, Debug)]
pub struct SecurityHub {
    product: HubProduct,
    credentials: Option<SharedCredentialsProvider>,
    endpoint: String,
    import: Operation<Signed, (), Refused>,
}

/// A request that is signed already.
#[derive(Clone, Debug)]
struct Signed {
    body: String,
    headers: Vec<(String, String)>,
}

/// Security Hub answered, and did not take it.
#[derive(Debug, thiserror::Error)]
#[error("security hub refused it: {0}")]
struct Refused(String);

impl SecurityHub {
    /// Security Hub behind that product.
    #[must_use]
    pub fn new(config: &SdkConfig, product: HubProduct) -> Self {
        let endpoint = endpoint(config, &product);
        let retry = config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        let timeouts = config.timeout_config().cloned().unwrap_or_else(TimeoutConfig::disabled);
        let mut import = Operation::builder()
            .service_name(SERVICE)
            .operation_name("BatchImportFindings")
            .endpoint_url(&endpoint)
            .no_auth()
            .standard_retry(&retry)
            .retry_classifier(HttpStatusCodeClassifier::new_from_codes(AGAIN))
            .timeout_config(timeouts);
        if let Some(client) = config.http_client() {
            import = import.http_client(client);
        }
        if let Some(sleep) = config.sleep_impl() {
            import = import.sleep_impl(sleep);
        }
        let import = import.serializer(written).deserializer(answered).build();
        Self { product, credentials: config.credentials_provider(), endpoint, import }
    }

    /// Where findings go.
    #[must_use]
    pub const fn product(&self) -> &HubProduct {
        &self.product
    }

    /// Imports one finding, as ASFF.
    ///
    /// # Errors
    ///
    /// Returns [`PublishError`] when Security Hub did not say that it has it.
    pub async fn import(&self, finding: String) -> Result<(), PublishError> {
        let signed =
            self.signed(format!(r#"{{"Findings":[{finding}]}}"#)).await.map_err(PublishError::new)?;
        self.import.invoke(signed).await.map_err(|error| PublishError::new(failed(error)))
    }

    async fn signed(&self, body: String) -> Result<Signed, Box<dyn std::error::Error + Send + Sync>> {
        let provider = self.credentials.as_ref().ok_or("there are no credentials to sign with")?;
        let identity = provider.provide_credentials().await?.into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(&self.product.region)
            .name(SERVICE)
            .time(UNIX_EPOCH + Duration::from_millis(now().unsigned_abs()))
            .settings(SigningSettings::default())
            .build()?
            .into();
        let url = format!("{}{PATH}", self.endpoint);
        let request =
            SignableRequest::new("POST", &url, [CONTENT].into_iter(), SignableBody::Bytes(body.as_bytes()))?;
        let (signature, _) = sign(request, &params)?.into_parts();
        let signature = signature.headers().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = [CONTENT].map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Signed { headers: headers.into_iter().chain(signature).collect(), body })
    }
}

const PATH: &str = "/findings/import";
const CONTENT: (&str, &str) = ("content-type", "application/json");

/// Written into the request as it was signed.
fn written(signed: Signed) -> Result<HttpRequest, aws_smithy_runtime_api::box_error::BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(signed.body));
    request.set_method("POST")?;
    request.set_uri(PATH)?;
    for (name, value) in signed.headers {
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

/// Whether everything was taken.
fn answered(response: &HttpResponse) -> Result<(), OrchestratorError<Refused>> {
    let text = response.body().bytes().map(String::from_utf8_lossy).unwrap_or_default();
    judged(response.status().as_u16(), &text).map_err(|why| OrchestratorError::operation(Refused(why)))
}

/// What an answer says: none where all was taken, else why not, which says nothing of the finding.
fn judged(status: u16, text: &str) -> Result<(), String> {
    let answer: Value = serde_json::from_str(text).unwrap_or_default();
    let said = |value: &Value| value.as_str().unwrap_or_default().chars().take(300).collect::<String>();
    if !(200..300).contains(&status) {
        let message = [&answer["Message"], &answer["message"]].map(said).concat();
        return Err(format!("status {status} {message}").trim_end().to_owned());
    }
    let first = &answer["FailedFindings"][0];
    if first.is_object() {
        return Err(format!("{}: {}", said(&first["ErrorCode"]), said(&first["ErrorMessage"])));
    }
    match answer["SuccessCount"].as_u64() {
        Some(1..) => Ok(()),
        _ => Err("the answer does not say that it was taken".to_owned()),
    }
}

/// The endpoint that is configured for this service or for all, else that of the region.
fn endpoint(config: &SdkConfig, product: &HubProduct) -> String {
    let key = ServiceConfigKey::builder()
        .service_id("SecurityHub")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build();
    let own = config.service_config().zip(key.ok()).and_then(|(all, key)| all.load_config(key));
    let configured = own.or_else(|| config.endpoint_url().map(str::to_owned));
    configured.map(|url| url.trim_end_matches('/').to_owned()).unwrap_or_else(|| {
        let suffix = match product.partition.as_str() {
            "aws-cn" => "amazonaws.com.cn",
            "aws-iso" => "c2s.ic.gov",
            "aws-iso-b" => "sc2s.sgov.gov",
            _ => "amazonaws.com",
        };
        let fips = if config.use_fips() == Some(true) { "-fips" } else { "" };
        format!("https://{SERVICE}{fips}.{}.{suffix}", product.region)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_good_only_where_it_says_that_the_finding_was_taken() {
        assert_eq!(judged(200, r#"{"FailedCount":0,"SuccessCount":1,"FailedFindings":[]}"#), Ok(()));
        let failed = r#"{"FailedCount":1,"SuccessCount":0,"FailedFindings":[
            {"Id":"x","ErrorCode":"InvalidAccess","ErrorMessage":"not enabled"}]}"#;
        assert_eq!(judged(200, failed).unwrap_err(), "InvalidAccess: not enabled");
        let denied = r#"{"Message":"not authorized to perform securityhub:BatchImportFindings"}"#;
        assert!(judged(403, denied).unwrap_err().starts_with("status 403 not authorized"));
        for text in ["", "{}", "<html>", r#"{"SuccessCount":0}"#] {
            assert!(judged(200, text).is_err(), "{text}");
        }
    }

    #[test]
    fn each_partition_has_its_own_endpoint() {
        let config = SdkConfig::builder().build();
        for (partition, region, url) in [
            ("aws", "eu-central-1", "https://securityhub.eu-central-1.amazonaws.com"),
            ("aws-us-gov", "us-gov-west-1", "https://securityhub.us-gov-west-1.amazonaws.com"),
            ("aws-cn", "cn-north-1", "https://securityhub.cn-north-1.amazonaws.com.cn"),
        ] {
            let arn =
                format!("arn:{partition}:securityhub:{region}:111122223333:product/111122223333/default");
            assert_eq!(endpoint(&config, &HubProduct::parse(&arn).unwrap()), url);
        }
    }
}
