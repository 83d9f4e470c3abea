"""What a deployment should do, each shown by doing it; a function returns what was seen."""

import base64
import gzip
import json
import time

import boto3
import scenario
import stacks
from lane import STAGE, Unmet


def require(holds, otherwise):
    if not holds:
        raise Unmet(otherwise)


def of(kind):
    """Whether a finding is of the interface of a hijack."""
    interface = scenario.hijack(kind)["interface"]
    return lambda finding: interface in json.dumps(finding.get("resources", []))


def feed(lane, kind, records, group=stacks.GROUP):
    lane.put(group, f"{scenario.hijack(kind)['interface']}-all", records)


def told(lane):
    """A hijack in the log group is told over SQS and HTTP."""
    records = scenario.records("udp-flood")
    feed(lane, "udp-flood", records)
    finding = lane.alert("a flood is told", of("udp-flood"))
    require(finding["class_uid"] == 2004, f"its class is {finding['class_uid']} and not that of a Detection Finding")
    lane.until(lambda: any(of("udp-flood")(each) for each in lane.listener.findings), "HTTP has it too")
    return f"{len(records)} records: {finding['finding_info']['title']}, told over SQS and HTTP"


def settings_are_parameters(lane):
    """Every setting is a parameter at its default."""
    resources = json.loads((scenario.ROOT / "infra/settings.json").read_text())["Resources"].values()
    known = [resource["Properties"] for resource in resources]
    listed = {each["Name"]["Fn::Sub"].replace("${Stage}", STAGE): each["Value"] for each in known}
    pages = lane.ssm.get_paginator("get_parameters_by_path").paginate(Path=f"/weir/{STAGE}/", Recursive=True)
    found = {each["Name"]: each["Value"] for page in pages for each in page["Parameters"]}
    require(found == listed, f"{set(found.items()) ^ set(listed.items())} differ")
    return f"{len(found)} settings are parameters"


def call_is_judged(lane):
    """A call that takes flow logs is told of, by way of EventBridge."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    call = {
        "eventVersion": "1.11", "eventID": "lane-1", "eventTime": now, "eventSource": "ec2.amazonaws.com",
        "eventName": "DeleteFlowLogs", "awsRegion": "us-east-1", "recipientAccountId": "000000000000",
        "sourceIPAddress": "198.51.100.7", "userAgent": "aws-cli/2.0", "userIdentity": {
            "type": "IAMUser", "arn": "arn:aws:iam::000000000000:user/guest", "accountId": "000000000000"},
        "requestParameters": {"DeleteFlowLogsRequest": {"FlowLogId": {"content": "fl-1", "tag": 1}}},
        "responseElements": None,
    }  # fmt: skip
    # Of AWS the source is aws.ec2, which nobody else may say; the rule does not ask for it.
    event = {"Source": "lane", "DetailType": "AWS API Call via CloudTrail", "Detail": json.dumps(call)}
    put = boto3.client("events").put_events(Entries=[event])
    require(not put["FailedEntryCount"], f"EventBridge refused it: {put}")
    finding = lane.alert("the call is told of", lambda each: "DeleteFlowLogs" in each["finding_info"]["title"])
    return f"{finding['finding_info']['title']}, by {finding['severity']}"


def host_is_judged(lane):
    """A host's log that is posted to the URL is judged."""
    status = lane.post("ingest", (scenario.ROOT / "events/host/audit.log").read_bytes())
    require(status == 200, f"the URL answered {status}")
    finding = lane.alert("the program is told of", lambda each: "honeygain" in each["finding_info"]["title"])
    return f"{finding['finding_info']['title']}, posted to the URL"


def store(kind, key):
    """Puts the records of a hijack into the bucket, as flow logs are delivered there."""
    lines = [" ".join(scenario.header()), *(line for _, line in scenario.records(kind))]
    body = gzip.compress("\n".join(lines).encode())
    boto3.client("s3").put_object(Bucket=stacks.BUCKET, Key=key, Body=body)


def history_is_read(lane):
    """The state machine reads what lies in the bucket, and tells."""
    store("scan-1k", "AWSLogs/1/vpcflowlogs/scan.log.gz")
    states = boto3.client("stepfunctions")
    (machine,) = [each["stateMachineArn"] for each in states.list_state_machines()["stateMachines"]]
    started = states.start_execution(stateMachineArn=machine, input=json.dumps({"prefix": "AWSLogs/1/"}))

    def execution():
        return states.describe_execution(executionArn=started["executionArn"])

    lane.until(lambda: execution()["status"] != "RUNNING", "the execution ends")
    require(execution()["status"] == "SUCCEEDED", f"the execution ended so: {execution()}")
    finding = lane.alert("the scan in the bucket is told", of("scan-1k"))
    return f"{finding['finding_info']['title']}, from the bucket by the state machine"


def bucket_announces(lane):
    """A bucket that announces its objects is read, as step 4 of the guide has it."""
    queue = lane.sqs.get_queue_url(QueueName=f"weir-{STAGE}-objects")["QueueUrl"]
    arn = lane.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rules = [{"Name": "prefix", "Value": "AWSLogs/"}]
    announced = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
    boto3.client("s3").put_bucket_notification_configuration(
        Bucket=stacks.BUCKET, NotificationConfiguration={"QueueConfigurations": [announced]}
    )
    store("relay-compressed", "AWSLogs/2/vpcflowlogs/relay.log.gz")
    finding = lane.alert("the relay in the bucket is told", of("relay-compressed"))
    return f"{finding['finding_info']['title']}, from the bucket as it announces"


def further_group_is_read(lane):
    """A further log group that subscribes the function is read."""
    group, kind = "/vpc/other", "relay-5m"
    lane.logs.create_log_group(logGroupName=group)
    arn = lane.functions.get_function_configuration(FunctionName=f"weir-{STAGE}-flow-logs")["FunctionArn"]
    lane.logs.put_subscription_filter(logGroupName=group, filterName="weir", filterPattern="", destinationArn=arn)
    feed(lane, kind, scenario.records(kind), group)
    finding = lane.alert("the relay in it is told", of(kind))
    return f"{finding['finding_info']['title']}, from a log group that was added"


def failure_is_redriven(lane):
    """An event that failed for good waits in its queue, and weirctl gives it back."""
    name = f"weir-{STAGE}-flow-logs"
    before = lane.functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    lane.functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": before | {"WEIR_TABLE": "gone"}}
    )
    lines = [line for _, line in scenario.records("syn-flood")]
    payload = {
        "messageType": "DATA_MESSAGE", "owner": "000000000000", "logGroup": stacks.GROUP, "logStream": "s",
        "subscriptionFilters": ["weir"],
        "logEvents": [{"id": str(at), "timestamp": 0, "message": line} for at, line in enumerate(lines)],
    }  # fmt: skip
    packed = base64.b64encode(gzip.compress(json.dumps(payload).encode())).decode()
    lane.invoke("flow-logs", {"awslogs": {"data": packed}})
    lane.until(lambda: lane.depth("failed-events") == 1, "the event is in the queue")
    lane.functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})
    status, out, told = lane.weirctl("redrive")
    require(status == 0 and lane.depth("failed-events") == 0, f"`weirctl redrive` said: {out}{told}")
    finding = lane.alert("the flood in it is told", of("syn-flood"))
    return f"{finding['finding_info']['title']}, redriven: {out.splitlines()[0]}"


def change_takes_effect(lane):
    """A setting that is changed and a suppression take effect without a deployment, until they end."""
    slow, relay = "scan-slow", "relay-600k"
    until = scenario.hijack(slow)["start"] + 9_000
    expiry = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until))
    suppression = {"scope": {"entity": scenario.hijack(slow)["interface"]}, "severity": "high",
                   "reason": "a scanner, TICKET-1", "owner": "lane", "expiry": expiry}  # fmt: skip
    lane.set("suppressions/scanner", json.dumps(suppression))
    file = stacks.ROOT / "target/infra/lane.toml"
    file.write_text("[an0084.relay]\nmin-bytes = \"1GB\"\n")
    status, out, said = lane.weirctl("settings", "push", str(file))
    require(status == 0 and "an0084/relay/min-bytes" in out, f"`weirctl settings push` said: {out}{said}")
    lane.waits_for_settings()
    held = [record for record in scenario.records(slow) if record[0] < until - 900]
    feed(lane, slow, held)
    feed(lane, relay, scenario.records(relay))
    require(not any(of(slow)(each) for each in lane.findings()), "what is suppressed was told")
    suppressed = lane.counted("flow-logs", "Suppressed")
    require(suppressed > 0, "nothing was counted as suppressed")
    of_relay = [each for each in lane.findings() if of(relay)(each) and "relays" in each["finding_info"]["title"]]
    require(not of_relay, "a relay below the new threshold was told")
    feed(lane, slow, [record for record in scenario.records(slow) if record[0] >= until - 900])
    finding = lane.alert("what the suppression held back is told once it ends", of(slow))
    lane.set("an0084/relay/min-bytes", "2MB")
    return f"min-bytes of 1 GB hides a relay, as 2 MB did not hide two; {suppressed} held back; after its end: {finding['finding_info']['title']}"


def bad_value_is_refused(lane):
    """A bad value is refused by name, and the last good set stays in force."""
    lane.set("an0084/mode", "loud")
    lane.waits_for_settings()
    kind = "torrent"
    feed(lane, kind, scenario.records(kind))
    lane.alert("the last good set detects on", of(kind))
    require(lane.counted("flow-logs", "SettingsRejected") > 0, "the metric SettingsRejected was not counted")
    named = [line for line in lane.lines("flow-logs") if "an0084/mode" in line]
    require(named, "the function's log does not name the parameter")
    alarms = boto3.client("cloudwatch").describe_alarms()["MetricAlarms"]
    require(any(each.get("MetricName") == "SettingsRejected" for each in alarms), "no alarm is on that metric")
    status, out, _ = lane.weirctl("doctor")
    doctor = next((line for line in out.splitlines() if "an0084/mode" in line), "nothing")
    require(status == 1 and doctor.startswith("FAIL"), f"`weirctl doctor` said of it: {doctor}")
    return f"refused and counted; doctor: {doctor}"


def dry_run_only_records(lane):
    """In a dry run findings are counted and leave nowhere."""
    lane.set("an0084/mode", "dry-run")
    lane.waits_for_settings()
    kind, before = "relay-ipv6", lane.counted("flow-logs", "Recorded")
    feed(lane, kind, scenario.records(kind))
    recorded = lane.counted("flow-logs", "Recorded") - before
    require(recorded > 0 and not any(of(kind)(each) for each in lane.findings()), f"{recorded} were recorded")
    lane.set("an0084/mode", "live")
    return f"{recorded} findings recorded, none told"


def operator_sees(lane):
    """Test fire arrives, and the doctor has nothing against the deployment but what it lacks."""
    status, out, said = lane.weirctl("test-fire")
    require(status == 0, f"`weirctl test-fire` said: {out}{said}")
    lane.alert("the sample arrives", lambda each: each["finding_info"]["title"].startswith("TEST"))
    _, out, _ = lane.weirctl("doctor", "--log-group", stacks.GROUP)
    failed = [line for line in out.splitlines() if line.startswith("FAIL")]
    # The emulator simulates no policy of a role that a stack made.
    surplus = [line for line in failed if "rights" not in line and "permission" not in line]
    require(not surplus, f"`weirctl doctor` said: {surplus}")
    return f"the sample arrives; doctor: {out.strip().splitlines()[-1]}"


def nothing_is_lost(lane):
    """No event failed, and nothing is in quarantine."""
    for queue in ("failed-events", "quarantine"):
        require(lane.depth(queue) == 0, f"{queue} holds {lane.depth(queue)}")
    return "no event failed, and nothing is in quarantine"


def removed(lane):
    """Removing the stack leaves what holds data, and nothing else."""
    # `sam delete` does the same, and stumbles over the emulator's addresses of uploaded templates.
    cloud = boto3.client("cloudformation")
    cloud.delete_stack(StackName=stacks.STACK)
    cloud.get_waiter("stack_delete_complete").wait(StackName=stacks.STACK, WaiterConfig={"Delay": 2})
    require(not lane.sns.list_topics()["Topics"], "topics are left")
    require(boto3.client("dynamodb").list_tables()["TableNames"], "the table is gone")
    left = lane.ssm.get_parameters_by_path(Path=f"/weir/{STAGE}/", Recursive=True)["Parameters"]
    made = [each["Name"] for each in left if "/suppressions/" not in each["Name"]]
    require(not made, f"settings are left: {made}")
    return "the stack is removed, and its table kept"


WAYS = [told, further_group_is_read, call_is_judged, host_is_judged, history_is_read, bucket_announces]
END = [nothing_is_lost, removed]
QUICK = [settings_are_parameters, *WAYS, failure_is_redriven, operator_sees, *END]
ALL = [*QUICK[: -len(END)], change_takes_effect, bad_value_is_refused, dry_run_only_records, *END]
