//! The environment variables of the functions, each declared once.
//!
//! Templates that deploy the functions are checked against [`VARIABLES`].

mod ingest;
mod refresh;
#[cfg(test)]
mod tests;

pub use ingest::IngestEnvironment;
pub use refresh::RefreshEnvironment;
use tracing::Level;
use weir_alerting::asff::HubProduct;

/// One environment variable.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Variable {
    /// Name.
    pub name: &'static str,
    /// What stands in for it; none where it has to be given, empty where it may be absent.
    pub default: Option<&'static str>,
    /// What it says.
    pub meaning: &'static str,
}

/// Every variable that a function reads.
pub const VARIABLES: &[Variable] = &[
    STAGE,
    TABLE,
    TOPIC,
    CHAT_TOPIC,
    EVENT_BUS,
    SECURITY_HUB,
    FLOW_FORMAT,
    INTEL_BUCKET,
    QUARANTINE_URL,
    QUARANTINE_RAW,
    SETTINGS_TTL,
    CONCURRENCY,
    TOKEN_PARAMETER,
    LOG,
    FUNCTION,
    REGION,
];

const STAGE: Variable =
    required("WEIR_STAGE", "deployment, whose settings are the parameters under `/weir/<stage>/`");
const TABLE: Variable = required("WEIR_TABLE", "DynamoDB table that holds the entities' documents");
const TOPIC: Variable = required("WEIR_TOPIC_ARN", "SNS topic that findings are published to");
const CHAT_TOPIC: Variable = optional(
    "WEIR_CHAT_TOPIC_ARN",
    "SNS topic that findings are published to as custom notifications of Amazon Q Developer",
);
const EVENT_BUS: Variable =
    optional("WEIR_EVENT_BUS", "name or ARN of the EventBridge bus that findings are put on as OCSF");
const SECURITY_HUB: Variable = optional(
    "WEIR_SECURITY_HUB",
    "ARN of the account's default product of Security Hub, to which findings are imported as ASFF",
);
const FLOW_FORMAT: Variable =
    optional("WEIR_FLOW_FORMAT", "fields of the flow logs in order, as `${version} ${account-id} …`");
const INTEL_BUCKET: Variable =
    optional("WEIR_INTEL_BUCKET", "S3 bucket with address lists, country data and inventories");
const QUARANTINE_URL: Variable =
    optional("WEIR_QUARANTINE_URL", "SQS queue that is told of every payload that was refused");
const QUARANTINE_RAW: Variable = defaulted(
    "WEIR_QUARANTINE_RAW",
    "false",
    "whether refused payloads are kept in the quarantine, not only their ids: `true` or `false`",
);
const SETTINGS_TTL: Variable =
    defaulted("WEIR_SETTINGS_TTL", "120", "seconds for which settings are kept, 60 to 300");
const CONCURRENCY: Variable =
    defaulted("WEIR_CONCURRENCY", "16", "entities of one payload that are applied at a time, 1 to 64");
const TOKEN_PARAMETER: Variable = optional(
    "WEIR_TOKEN_PARAMETER",
    "SSM SecureString with the one or two tokens, apart by white space, that forwarders may show",
);
const LOG: Variable =
    defaulted("WEIR_LOG", "info", "log level: `off`, `error`, `warn`, `info`, `debug` or `trace`");
const FUNCTION: Variable =
    defaulted("AWS_LAMBDA_FUNCTION_NAME", "weir", "function, as metrics name it; Lambda sets it");

const REGION: Variable = optional("AWS_REGION", "region that the function runs in; Lambda sets it");

/// What the environment says, checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Environment {
    /// Deployment.
    pub stage: String,
    /// DynamoDB table.
    pub table: String,
    /// SNS topic.
    pub topic_arn: String,
    /// SNS topic of chats.
    pub chat_topic_arn: Option<String>,
    /// EventBridge bus.
    pub event_bus: Option<String>,
    /// Security Hub's default product.
    pub security_hub: Option<HubProduct>,
    /// Order of the fields, unread.
    pub flow_format: Option<String>,
    /// S3 bucket of lists.
    pub intel_bucket: Option<String>,
    /// SQS queue of refusals.
    pub quarantine_url: Option<String>,
    /// Whether refused payloads are kept.
    pub quarantine_raw: bool,
    /// How long settings are kept, milliseconds.
    pub settings_ttl: i64,
    /// Entities applied at a time.
    pub concurrency: usize,
    /// Log level; none is off.
    pub log: Option<Level>,
    /// Function's name.
    pub function: String,
    /// Region that the function runs in.
    pub region: Option<String>,
}

/// A function that cannot start as it is configured.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum EnvironmentError {
    /// A variable that has to be given is not.
    #[error("the environment variable `{name}` is missing; set it to the {meaning}")]
    Missing {
        /// Variable.
        name: &'static str,
        /// What it says.
        meaning: &'static str,
    },
    /// A variable holds something else.
    #[error("the environment variable `{name}` should be {expected}, found `{found}`")]
    Malformed {
        /// Variable.
        name: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is, at most 24 characters of it.
        found: String,
    },
}

impl Environment {
    /// Reads the process's environment.
    ///
    /// # Errors
    ///
    /// Returns [`EnvironmentError`] for the first variable that is missing or malformed.
    pub fn from_process() -> Result<Self, EnvironmentError> {
        #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads the variables by name.
    ///
    /// # Errors
    ///
    /// Returns [`EnvironmentError`] for the first variable that is missing or malformed.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, EnvironmentError> {
        let read = Given(get);
        let given = |variable| read.given(variable);
        let value = |variable| read.value(variable);
        Ok(Self {
            stage: read.stage()?,
            table: value(TABLE)?,
            topic_arn: checked(TOPIC, "the ARN of a standard SNS topic", value(TOPIC)?, is_topic)?,
            chat_topic_arn: given(CHAT_TOPIC)
                .map(|arn| checked(CHAT_TOPIC, "the ARN of a standard SNS topic", arn, is_topic))
                .transpose()?,
            event_bus: given(EVENT_BUS),
            security_hub: given(SECURITY_HUB)
                .map(|arn| parsed(SECURITY_HUB, HUB_PRODUCT, arn, HubProduct::parse))
                .transpose()?,
            flow_format: given(FLOW_FORMAT),
            intel_bucket: given(INTEL_BUCKET),
            quarantine_url: given(QUARANTINE_URL)
                .map(|url| checked(QUARANTINE_URL, "the URL of an SQS queue", url, is_url))
                .transpose()?,
            quarantine_raw: parsed(QUARANTINE_RAW, "`true` or `false`", value(QUARANTINE_RAW)?, |text| {
                text.parse().ok()
            })?,
            settings_ttl: read.settings_ttl()?,
            concurrency: parsed(CONCURRENCY, "a number from 1 to 64", value(CONCURRENCY)?, |text| {
                text.parse().ok().filter(|bound| (1..=64).contains(bound))
            })?,
            log: read.log()?,
            function: value(FUNCTION)?,
            region: given(REGION),
        })
    }
}

/// Variables by name, read the same way by every function.
struct Given<F>(F);

impl<F: Fn(&str) -> Option<String>> Given<F> {
    fn given(&self, variable: Variable) -> Option<String> {
        (self.0)(variable.name).filter(|value| !value.trim().is_empty())
    }

    fn value(&self, variable: Variable) -> Result<String, EnvironmentError> {
        let missing = EnvironmentError::Missing { name: variable.name, meaning: variable.meaning };
        self.given(variable).or(variable.default.map(str::to_owned)).ok_or(missing)
    }

    fn stage(&self) -> Result<String, EnvironmentError> {
        checked(STAGE, "1 to 64 letters, digits, `-`, `_` or `.`", self.value(STAGE)?, is_stage)
    }

    fn settings_ttl(&self) -> Result<i64, EnvironmentError> {
        parsed(SETTINGS_TTL, "60 to 300 seconds", self.value(SETTINGS_TTL)?, |text| {
            text.parse::<i64>().ok().filter(|ttl| (60..=300).contains(ttl)).map(|ttl| ttl * 1_000)
        })
    }

    fn log(&self) -> Result<Option<Level>, EnvironmentError> {
        parsed(LOG, "`off`, `error`, `warn`, `info`, `debug` or `trace`", self.value(LOG)?, |text| match text
        {
            "off" => Some(None),
            level => level.parse().ok().map(Some),
        })
    }
}

const HUB_PRODUCT: &str = "`arn:aws:securityhub:REGION:ACCOUNT:product/ACCOUNT/default`";

const fn required(name: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default: None, meaning }
}

const fn optional(name: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default: Some(""), meaning }
}

const fn defaulted(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default: Some(default), meaning }
}

fn checked(
    variable: Variable,
    expected: &'static str,
    value: String,
    holds: impl Fn(&str) -> bool,
) -> Result<String, EnvironmentError> {
    if holds(&value) { Ok(value) } else { Err(malformed(variable, expected, &value)) }
}

fn parsed<T>(
    variable: Variable,
    expected: &'static str,
    value: String,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, EnvironmentError> {
    parse(value.trim()).ok_or_else(|| malformed(variable, expected, &value))
}

fn malformed(variable: Variable, expected: &'static str, found: &str) -> EnvironmentError {
    let found = found.chars().take(24).flat_map(char::escape_debug).collect();
    EnvironmentError::Malformed { name: variable.name, expected, found }
}

fn is_stage(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn is_topic(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    matches!(parts[..], ["arn", _, "sns", region, account, topic]
        if ![region, account, topic].iter().any(|part| part.is_empty()) && !topic.ends_with(".fifo"))
}

fn is_url(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}
