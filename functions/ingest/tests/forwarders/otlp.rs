//! The OpenTelemetry SDK: log records by its exporter, in protobuf and gzip.

use serde_json::json;
use weir_lambda::wall;

use crate::lane::{Lane, TOKEN, installed, run};

const SCRIPT: &str = r#"
import logging, sys
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry._logs import LogRecord, SeverityNumber

url, token, file = sys.argv[1:]
exporter = OTLPLogExporter(
    endpoint=url + "/v1/logs", headers={"authorization": "Bearer " + token}, compression=Compression.Gzip, timeout=60
)
provider = LoggerProvider(resource=Resource.create({"host.name": "web-1"}))
provider.add_log_record_processor(BatchLogRecordProcessor(exporter, schedule_delay_millis=60000))
logger = provider.get_logger("weir")
for line in open(file):
    logger.emit(LogRecord(timestamp=1, severity_number=SeverityNumber.INFO, body=line.rstrip()))
provider.force_flush(60000)
provider.shutdown()
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs forwarders: tests/forwarders/run.sh"]
async fn the_exporter_comes_again_after_a_refusal_and_reads_the_answer() {
    let Some(python) = installed("venv/bin/python") else { return };
    let lane = Lane::start("otlp").await;
    let ts = wall() / 1_000 - 7_200;
    let zeek = |n: u32| {
        json!({"_path": "conn", "ts": ts, "uid": format!("C{n}"), "id.orig_h": "10.0.0.5", "id.orig_p": 40_000 + n,
            "id.resp_h": "93.184.216.34", "id.resp_p": 443, "proto": "tcp", "duration": 2.0, "orig_bytes": 900,
            "resp_bytes": 700, "local_orig": true, "local_resp": false, "conn_state": "SF"})
        .to_string()
    };
    let mut lines: Vec<_> = (0..20).map(zeek).collect();
    lines.push("a stranger".to_owned());
    let (script, file) = (lane.write("export.py", SCRIPT), lane.write("lines", &lines.join("\n")));
    let arguments = [script.to_str().unwrap(), &lane.url.address, TOKEN, file.to_str().unwrap()];
    let mut forwarder = run(&python, &arguments);
    lane.mend_after_a_refusal().await;
    assert!(forwarder.wait().await.unwrap().success());
    assert_eq!(lane.url.answered(200).len(), 1);
    let refused = lane.url.answered(503).len() as u64;
    assert_eq!(lane.url.metric("Records").await, 20 * (refused + 1));
    assert_eq!(lane.url.metric("Rejects").await, refused + 1);
    let documents = lane.cloud.documents().await;
    assert!(documents.iter().any(|(key, _)| key.ends_with("/10.0.0.5 state")), "{documents:?}");
}
