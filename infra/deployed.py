"""Deploys the SAM template to an emulator and puts a hijack's flow logs into the log group; see deployed.sh.

    python deployed.py FOLDER

Expects `sam` on the path and the function's binary in WEIR_BOOTSTRAP. Exits 1 without the alert.
"""

import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parents[1]
GROUP = "/vpc/flow-logs"
STACK = "weir-test"
# A flood of the shipped scenario, with what its interface did before.
INTERFACE = "eni-009d8d5830696c865"
HIJACK = "udp-flood"
BEFORE, AFTER = 3_600, 1_800
PAYLOAD = 400


def main():
    folder = Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "function").mkdir(parents=True)
    shutil.copy(os.environ["WEIR_BOOTSTRAP"], folder / "function/bootstrap")
    subprocess.run(["strip", folder / "function/bootstrap"], check=False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "SAM_CLI_TELEMETRY": "0",
    }
    with open(folder / "emulator.log", "w") as log:
        emulator = subprocess.Popen(
            [Path(sys.executable).with_name("ministack")],
            env=os.environ | {"GATEWAY_PORT": str(port)},
            stdout=log,
            stderr=log,
        )
    try:
        ready(emulator, f"http://127.0.0.1:{port}/_ministack/health")
        return run(folder)
    finally:
        emulator.terminate()
        emulator.wait()


def ready(emulator, url):
    for _ in range(240):
        if emulator.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the emulator did not start; see emulator.log")


def run(folder):
    header, records = flow_logs()
    logs, sqs, sns = (boto3.client(service) for service in ("logs", "sqs", "sns"))
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=f"{INTERFACE}-all")
    outputs = deploy(folder, " ".join(f"${{{field}}}" for field in header))
    queue = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=outputs["FindingsTopicArn"], Protocol="sqs", Endpoint=arn)

    now = int(time.time() * 1_000)
    for first in range(0, len(records), PAYLOAD):
        events = [{"timestamp": now, "message": line} for line in records[first : first + PAYLOAD]]
        logs.put_log_events(logGroupName=GROUP, logStreamName=f"{INTERFACE}-all", logEvents=events)
    finding = alert(sqs, queue)
    print(f"{len(records)} records: {finding['finding_info']['title']}")
    checks = {
        "the alert should be a Detection Finding": finding["class_uid"] == 2004,
        "the alert should name the interface": INTERFACE in json.dumps(finding["resources"]),
        "every setting should be a parameter": settings() == listed_settings(),
        "no event should have failed": depth(sqs, outputs["FailedEventsUrl"]) == 0,
        "nothing should be in quarantine": depth(sqs, outputs["QuarantineUrl"]) == 0,
    }
    # `sam delete` does the same, and stumbles over the emulator's addresses of uploaded templates.
    cloud = boto3.client("cloudformation")
    cloud.delete_stack(StackName=STACK)
    cloud.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 2})
    checks |= {
        "what holds data should be kept": outputs["TableName"] in boto3.client("dynamodb").list_tables()["TableNames"],
        "topics should be removed": not sns.list_topics()["Topics"],
        "settings should be removed": not settings(),
    }
    faults = [fault for fault, holds in checks.items() if not holds]
    print("\n".join(faults) or "deployed, detected, told and removed")
    return 1 if faults else 0


def flow_logs():
    """Fields, and in order the records of the interface around the hijack."""
    labels = json.loads((ROOT / "events/scenario/labels.json").read_text())
    (hijack,) = [each for each in labels["hijacks"] if each["kind"] == HIJACK]
    header, records = None, []
    for path in sorted((ROOT / "events/scenario/flow-logs").glob("*.log.gz")):
        with gzip.open(path, "rt") as lines:
            header = next(lines).split()
            interface, start = header.index("interface-id"), header.index("start")
            for line in lines:
                fields = line.split()
                if fields[interface] == INTERFACE:
                    records.append((fields[start], line.rstrip()))
    span = (hijack["start_ms"] / 1_000 - BEFORE, hijack["end_ms"] / 1_000 + AFTER)
    return header, [line for start, line in records if start != "-" and span[0] <= int(start) <= span[1]]


def deploy(folder, flow_format):
    """Deploys the template as it is, but for the function, which is built, and one alarm; the stack's outputs."""
    template = (ROOT / "infra/sam/template.yaml").read_text()
    template = template.replace("CodeUri: ../..", f"CodeUri: {folder / 'function'}")
    template = template.replace(": ../", f": {ROOT}/infra/").replace("ReadmeUrl: ", f"ReadmeUrl: {ROOT}/infra/sam/")
    # The emulator creates no alarm on an expression.
    template = re.sub(r"  RefusedRatioAlarm:\n(?:    .*\n)+", "", template)
    (folder / "template.yaml").write_text(template)
    command = ["sam", "deploy", "--template-file", folder / "template.yaml", "--stack-name", STACK, "--resolve-s3"]
    command += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--no-confirm-changeset"]
    command += [
        "--parameter-overrides",
        "Architecture=x86_64",
        f"FlowLogGroupName={GROUP}",
        f"FlowFormat='{flow_format}'",
    ]
    with open(folder / "deploy.log", "w") as log:
        if subprocess.run(command, cwd=folder, stdout=log, stderr=log).returncode:
            raise SystemExit((folder / "deploy.log").read_text()[-2_000:])
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def alert(sqs, queue):
    """The first finding that arrives."""
    for _ in range(60):
        received = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=2).get("Messages", [])
        if received:
            return json.loads(json.loads(received[0]["Body"])["Message"])
    raise SystemExit("no alert arrived within two minutes; see emulator.log")


def settings():
    pages = boto3.client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/weir/prod/", Recursive=True)
    return {each["Name"]: each["Value"] for page in pages for each in page["Parameters"]}


def listed_settings():
    resources = json.loads((ROOT / "infra/settings.json").read_text())["Resources"].values()
    known = (resource["Properties"] for resource in resources)
    return {each["Name"]["Fn::Sub"].replace("${Stage}", "prod"): each["Value"] for each in known}


def depth(sqs, queue):
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name])


if __name__ == "__main__":
    sys.exit(main())
