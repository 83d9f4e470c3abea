use serde_json::Value;

use super::*;

fn event(path: &str, body: &Value) -> String {
    json!({"requestContext": {"http": {"method": "POST"}}, "rawPath": path, "body": body.to_string()})
        .to_string()
}

/// What a call is answered: a JSON body, "results", or a status.
fn call(path: &str, body: &Value, tokens: &Tokens) -> Value {
    let event = event(path, body);
    let request = Request::read(&event).unwrap();
    match Call::of(&request).unwrap().admit(&request, tokens) {
        Ok(Admitted::Answered(response)) => serde_json::from_str(&response.body).unwrap(),
        Ok(Admitted::Results) => "results".into(),
        Err(refusal) => refusal.status().into(),
    }
}

#[test]
fn a_node_enrolls_with_the_secret_and_is_known_by_its_key_from_then_on() {
    let tokens = Tokens::of("0123456789abcdef");
    let enroll = |secret: &str| {
        call("/osquery/enroll", &json!({"enroll_secret": secret, "host_identifier": "web-1"}), &tokens)
    };
    assert_eq!(enroll("0123456789abcdeg"), 403);
    assert_eq!(enroll(""), 401);
    let node_key = enroll("0123456789abcdef")["node_key"].clone();

    let with = |path: &str, key: &Value| {
        call(path, &json!({"node_key": key, "log_type": "result", "data": []}), &tokens)
    };
    assert!(with("/x/osquery/config", &node_key)["schedule"].is_object());
    assert_eq!(with("/osquery/log", &node_key), "results");
    assert_eq!(with("/osquery/distributed/read", &node_key)["queries"], json!({}));
    for path in ["/osquery/config", "/osquery/log", "/osquery/distributed/write"] {
        assert_eq!(with(path, &json!("0.web-1")), json!({"node_invalid": true}), "{path}");
        assert_eq!(call(path, &json!({}), &tokens), 401, "{path}");
    }
    assert_eq!(call("/osquery/log", &json!({}), &Tokens::default()), "results");
}

#[test]
fn only_a_path_behind_osquery_is_a_call() {
    for path in ["/log", "/enroll", "/osquery", "/osquery/other", "/osquery/log/more"] {
        let event = event(path, &json!({}));
        assert_eq!(Call::of(&Request::read(&event).unwrap()), None, "{path}");
    }
}

#[test]
fn the_schedule_gives_rows_that_are_read_as_processes_connections_and_counters() {
    let schedule: Value = serde_json::from_str(SCHEDULE).unwrap();
    assert_eq!(schedule["node_invalid"], false);
    for (name, query) in schedule["schedule"].as_object().unwrap() {
        let sql = query["query"].as_str().unwrap();
        let columns = sql.strip_prefix("SELECT ").unwrap().split(" FROM ").next().unwrap();
        let value = |column: &str| match column {
            "remote_address" => "198.51.100.7",
            "local_address" => "10.0.0.5",
            "path" => "/usr/bin/x",
            _ => "6",
        };
        let row: serde_json::Map<_, _> = columns
            .split(", ")
            .map(|column| column.rsplit('.').next().unwrap())
            .map(|column| (column.to_owned(), value(column).into()))
            .collect();
        let line = json!({"name": name, "hostIdentifier": "h", "unixTime": 1_795_486_875, "action": "added",
            "columns": row})
        .to_string();
        let options = weir_records::ReadOptions::default();
        let mut reader = weir_records::RecordReader::open(line.as_bytes(), &options).unwrap();
        let entry = reader.next().unwrap();
        assert!(matches!(entry, Some(weir_records::Entry::Telemetry(_))), "{name}: {entry:?}");
    }
}
