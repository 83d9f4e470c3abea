//! What the function finds in its account: a table, a topic with a queue behind it, parameters, a bucket.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::config::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::types::QueueAttributeName;
use aws_sdk_ssm::types::ParameterType;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::function::{Binary, Function, wall};

/// The table of every test.
pub const TABLE: &str = "weir";

/// One test's own account.
pub struct Cloud {
    binary: Binary,
    /// Name of the deployment, of its bucket, and what its queues' names begin with.
    pub stage: String,
    /// The emulator of all but DynamoDB.
    pub aws: String,
    /// The emulator of DynamoDB, as host and port.
    pub dynamodb: String,
    /// ARN of the topic.
    pub topic: String,
    /// URL of the queue that is subscribed to the topic.
    pub alerts: String,
    /// URL of the queue of refused payloads.
    pub quarantine: String,
    /// For further clients of the emulator of all but DynamoDB.
    pub config: SdkConfig,
}

impl Cloud {
    /// A new table in an emulator of its own, and topic, queues and stage of that name in the shared one.
    pub async fn new(binary: Binary, name: &str) -> Self {
        let aws = endpoint();
        let dynamodb = dynamodb().await;
        let config = config(&aws);
        let name = format!("{name}-{}", wall());
        let sqs = aws_sdk_sqs::Client::new(&config);
        let mut queues = Vec::new();
        for queue in ["alerts", "quarantine"] {
            let created = sqs.create_queue().queue_name(format!("{name}-{queue}")).send().await.unwrap();
            queues.push(created.queue_url().unwrap().to_owned());
        }
        let quarantine = queues.pop().unwrap();
        let alerts = queues.pop().unwrap();
        let attributes = sqs
            .get_queue_attributes()
            .queue_url(&alerts)
            .attribute_names(QueueAttributeName::QueueArn)
            .send()
            .await
            .unwrap();
        let arn = attributes.attributes().unwrap()[&QueueAttributeName::QueueArn].clone();
        let sns = aws_sdk_sns::Client::new(&config);
        let topic = sns.create_topic().name(&name).send().await.unwrap().topic_arn().unwrap().to_owned();
        sns.subscribe().topic_arn(&topic).protocol("sqs").endpoint(arn).send().await.unwrap();
        Self { binary, stage: name, aws, dynamodb, topic, alerts, quarantine, config }
    }

    /// The variables of a function in this account; later ones win.
    pub fn variables(&self, extra: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = [
            ("WEIR_STAGE", self.stage.as_str()),
            ("WEIR_TABLE", TABLE),
            ("WEIR_TOPIC_ARN", &self.topic),
            ("WEIR_QUARANTINE_URL", &self.quarantine),
        ];
        let mut variables = base(self.binary);
        variables.push(("AWS_ENDPOINT_URL".to_owned(), self.aws.clone()));
        variables.push(("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), format!("http://{}", self.dynamodb)));
        variables
            .extend(own.iter().chain(extra).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        variables
    }

    /// Starts a function here.
    pub async fn function(&self, extra: &[(&str, &str)]) -> Function {
        Function::start(self.binary, self.variables(extra)).await
    }

    /// Sets a parameter of the stage.
    pub async fn set(&self, path: &str, value: &str) {
        aws_sdk_ssm::Client::new(&self.config)
            .put_parameter()
            .name(format!("/weir/{}/{path}", self.stage))
            .value(value)
            .r#type(ParameterType::String)
            .overwrite(true)
            .send()
            .await
            .unwrap();
    }

    /// Keeps a secret in a parameter of its own, and gives its name.
    pub async fn secret(&self, value: &str) -> String {
        let name = format!("/weir-tokens/{}", self.stage);
        aws_sdk_ssm::Client::new(&self.config)
            .put_parameter()
            .name(&name)
            .value(value)
            .r#type(ParameterType::SecureString)
            .overwrite(true)
            .send()
            .await
            .unwrap();
        name
    }

    /// Where the table's emulator listens, `host:port`.
    pub fn store(&self) -> &str {
        &self.dynamodb
    }

    /// Puts an object into a bucket of the test's own, and gives the bucket's name.
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> String {
        let s3 = aws_sdk_s3::Client::new(&self.config);
        // Is there already for a second object.
        let _ = s3.create_bucket().bucket(&self.stage).send().await;
        s3.put_object().bucket(&self.stage).key(key).body(bytes.into()).send().await.unwrap();
        self.stage.clone()
    }

    /// An object of that bucket.
    pub async fn get(&self, key: &str) -> Vec<u8> {
        let s3 = aws_sdk_s3::Client::new(&self.config);
        let got = s3.get_object().bucket(&self.stage).key(key).send().await.unwrap();
        got.body.collect().await.unwrap().to_vec()
    }

    /// The messages that are in a queue, once `count` of them are there and for a second more.
    pub async fn messages(&self, queue: &str, count: usize) -> Vec<Value> {
        let sqs = aws_sdk_sqs::Client::new(&self.config);
        let mut found = Vec::new();
        let mut rounds = 0;
        while rounds < 20 && found.len() < count {
            rounds += 1;
            found.extend(receive(&sqs, queue).await);
        }
        found.extend(receive(&sqs, queue).await);
        found
    }

    /// All documents in the table by their keys, without the attributes that say who wrote them.
    pub async fn documents(&self) -> Vec<(String, Vec<u8>)> {
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config)
            .endpoint_url(format!("http://{}", self.dynamodb))
            .build();
        let scanned =
            aws_sdk_dynamodb::Client::from_conf(config).scan().table_name(TABLE).send().await.unwrap();
        let mut documents: Vec<_> = scanned
            .items()
            .iter()
            .map(|item| {
                let key = ["pk", "sk"].map(|name| item[name].as_s().unwrap().clone()).join(" ");
                (key, item["b"].as_b().unwrap().as_ref().to_vec())
            })
            .collect();
        documents.sort();
        documents
    }
}

async fn receive(sqs: &aws_sdk_sqs::Client, queue: &str) -> Vec<Value> {
    let received = sqs.receive_message().queue_url(queue).wait_time_seconds(1).max_number_of_messages(10);
    let mut bodies = Vec::new();
    for message in received.send().await.unwrap().messages() {
        bodies.push(serde_json::from_str(message.body().unwrap()).unwrap());
        sqs.delete_message()
            .queue_url(queue)
            .receipt_handle(message.receipt_handle().unwrap())
            .send()
            .await
            .unwrap();
    }
    bodies
}

/// What Lambda itself sets, and credentials that an emulator takes.
pub fn base(binary: Binary) -> Vec<(String, String)> {
    [
        ("AWS_LAMBDA_FUNCTION_NAME", binary.name),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        // Emulators take any; `tests/lambda/logs.py` looks for them in what the functions log.
        ("AWS_SECRET_ACCESS_KEY", "planted-secret-key"),
        ("AWS_SESSION_TOKEN", "planted-session-token"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// The variables of a function that reaches nothing of AWS; later ones win.
pub fn unreachable(binary: Binary, extra: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = [
        ("WEIR_STAGE", "test"),
        ("WEIR_TABLE", TABLE),
        ("WEIR_TOPIC_ARN", "arn:aws:sns:us-east-1:000000000000:weir"),
        // Nobody listens on the discard port.
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
    ];
    let mut variables = base(binary);
    variables.extend(own.iter().chain(extra).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    variables
}

/// An emulator of DynamoDB with the table, for as long as the runtime lives.
async fn dynamodb() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(dynoxide::server::serve_on(listener, dynoxide::Database::memory().unwrap()));
    let config = aws_sdk_dynamodb::config::Builder::from(&config(&format!("http://{address}"))).build();
    weir_dynamodb::create_table(&aws_sdk_dynamodb::Client::from_conf(config), TABLE).await.unwrap();
    address
}

/// For clients of an emulator.
pub fn config(endpoint: &str) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "test", "test", None, None, "test",
        )))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

#[expect(clippy::disallowed_methods, reason = "the script that starts the emulator says where it is")]
fn endpoint() -> String {
    std::env::var("WEIR_TEST_AWS")
        .expect("WEIR_TEST_AWS should name the emulator; run tests/lambda/emulated.sh")
}
