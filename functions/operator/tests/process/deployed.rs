//! Functions of a deployment, in an emulator that runs them.

use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, Runtime};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use weir_lambda::{Cloud, TABLE};

/// A zip of `handler.py`: `def handle(event, context)`, which raises where the event has a member `broken`.
const CODE: &str = "\
    UEsDBBQAAAAAAAAAIVx8qdoWWQAAAFkAAAAKAAAAaGFuZGxlci5weWRlZiBoYW5kbGUoZXZlbnQsIGNvbnRleHQpOgogICAgaWYgImJyb2tl\
    biIgaW4gZXZlbnQ6CiAgICAgICAgcmFpc2UgVmFsdWVFcnJvcigiYnJva2VuIikKUEsBAhQDFAAAAAAAAAAhXHyp2hZZAAAAWQAAAAoAAAAA\
    AAAAAAAAAKQBAAAAAGhhbmRsZXIucHlQSwUGAAAAAAEAAQA4AAAAgQAAAAAA\
";

/// The functions, configured as a template would, each with queues for what fails.
pub(crate) async fn deploy(cloud: &Cloud, bucket: &str) {
    let lambda = Client::new(&cloud.config);
    let environment = Environment::builder()
        .variables("WEIR_TABLE", TABLE)
        .variables("WEIR_TOPIC_ARN", &cloud.topic)
        .variables("WEIR_INTEL_BUCKET", bucket)
        .build();
    let role = role(cloud).await;
    let code = FunctionCode::builder().zip_file(Blob::new(STANDARD.decode(CODE).unwrap())).build();
    for name in ["flow-logs", "cloudtrail", "ingest", "intel"] {
        let create = lambda
            .create_function()
            .function_name(format!("weir-{}-{name}", cloud.stage))
            .runtime(Runtime::Python312)
            .handler("handler.handle")
            .role(&role)
            .environment(environment.clone())
            .code(code.clone());
        create.send().await.unwrap();
    }
    for name in ["failed-events", "quarantine"] {
        queue(cloud, name).await;
    }
}

/// A role that may do all that the functions need but publish.
async fn role(cloud: &Cloud) -> String {
    let iam = aws_sdk_iam::Client::new(&cloud.config);
    let anybody = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let create = iam.create_role().role_name(&cloud.stage).assume_role_policy_document(anybody);
    let made = create.send().await.unwrap();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*",
        "Action":["dynamodb:*","ssm:GetParametersByPath","s3:GetObject","s3:ListBucket"]}]}"#;
    let put = iam.put_role_policy().role_name(&cloud.stage).policy_name("detect").policy_document(policy);
    put.send().await.unwrap();
    made.role().unwrap().arn().to_owned()
}

/// A queue of the deployment; its URL.
pub(crate) async fn queue(cloud: &Cloud, name: &str) -> String {
    let sqs = aws_sdk_sqs::Client::new(&cloud.config);
    let created = sqs.create_queue().queue_name(format!("weir-{}-{name}", cloud.stage)).send().await.unwrap();
    created.queue_url().unwrap().to_owned()
}
