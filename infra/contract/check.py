#!/usr/bin/env python3
"""Holds the templates against the code and against each other; prints every difference and exits 1 on any.

target/infra/venv/bin/python infra/contract/check.py
With --table it prints the rights of the functions, as docs/security.md has them.
"""

import difflib
import json
import re
import sys

import source
import templates

# The same deployment, as parameters of the SAM template and as a snapshot of the CDK construct.
SCENARIOS = {
    "throughLogs": {
        "VpcId": "vpc-0123456789abcdef0",
        "TrailLogGroupName": "trail",
        "SenderOrganization": "o-abcdefghij",
        "IngestTokenParameter": "/weir-tokens/prod",
        "IngestStreamArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/hosts",
        "IngestQueueArn": "arn:aws:sqs:eu-west-1:123456789012:hosts",
        "ExpectForwarders": "true",
        "IngestConcurrency": "10",
        "AlertEmail": "security@example.com",
        "ChatTopic": "true",
        "EventBusName": "security",
        "SecurityHub": "true",
        "OperationsEmail": "operations@example.com",
    },
    "throughBucket": {
        "VpcId": "vpc-0123456789abcdef0",
        "FlowLogDelivery": "s3",
        "KmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
        "ReservedConcurrency": "20",
        "CallEvents": "false",
        "TrailBucketName": "my-trail",
    },
}

# What the platform does in a function's name, beside the calls in its code.
LOGS_AND_TRACES = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
ASKED = {
    "events:PutEvents": "EventBusName",
    "securityhub:BatchImportFindings": "SecurityHub",
    "ssm:GetParameter": "IngestTokenParameter",
}
# Metrics of ways out that only some deployments ask for.
TOLD = {"ChatFailed": "ChatTopic", "BusFailed": "EventBusName", "SecurityHubFailed": "SecurityHub"}
OWN_KEY = {"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"}
POLLS = {
    "kinesis": {
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    },
    "sqs": {"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"},
}
# Of modules of which weirctl uses another part.
NOT_BY_WEIRCTL = {
    "dynamodb:DeleteItem",
    "dynamodb:Query",
    "events:PutEvents",
    "securityhub:BatchImportFindings",
    "sqs:SendMessage",
}
PREFIX = "weir-prod-"


def main():
    if "--table" in sys.argv:
        print(rights())
        return 0
    faults = [] if rights() in (source.ROOT / "docs/security.md").read_text() else [
        "docs/security.md is behind: put in what infra/contract/check.py --table prints"
    ]
    for name, parameters in SCENARIOS.items():
        ours = templates.sam(parameters)
        faults += [
            f"{name}: {fault}" for fault in [*against_code(parameters, ours), *against_cdk(ours, templates.cdk(name))]
        ]
    faults += operator()
    for fault in faults:
        print(fault)
    print(f"{len(faults)} differences" if faults else "templates and code agree")
    return 1 if faults else 0


def rights():
    """What each function may do of its own calls, and with which parameter where it has to be asked for."""
    functions = source.functions()
    lines = ["| function | may call |", "| --- | --- |"]
    for name in sorted(set(functions) - {source.OPERATOR}):
        asked = {action: f" (`{parameter}`)" for action, parameter in ASKED.items()}
        called = [f"`{action}`{asked.get(action, '')}" for action in sorted(source.actions(functions[name]))]
        lines.append(f"| `{name}` | {', '.join(called)} |")
    return "\n".join(lines)


def against_code(parameters, resources):
    """Functions, variables, permissions and metrics."""
    deployed = {
        properties["FunctionName"].removeprefix(PREFIX): properties
        for kind, properties in resources
        if kind == "AWS::Lambda::Function"
    }
    written = source.functions()
    del written[source.OPERATOR]
    yield from differences("functions", set(written), set(deployed))
    for name in sorted(set(written) & set(deployed)):
        variables = set(deployed[name]["Environment"]["Variables"])
        yield from differences(f"variables of {name}", source.variables(written[name]), variables)
        called = source.actions(written[name])
        role = next(p for kind, p in resources if kind == "AWS::IAM::Role" and is_role_of(p, name))
        allowed = {action for policy in listed(role["Policies"]) for action in actions(policy)}
        # What only some deployments ask for.
        unused = {action for action, parameter in ASKED.items() if not parameters.get(parameter)}
        needed = set(called) - unused | LOGS_AND_TRACES | platform(name, parameters, resources)
        yield from differences(f"actions of {name}", needed, allowed)
    yield from metrics(parameters, resources)
    yield from told(resources)


def operator():
    """The policy in the documentation allows what weirctl calls, and nothing else."""
    text = (source.ROOT / "docs/operate.md").read_text()
    policy = json.loads(re.search(r"```json\n(.*?)```", text, re.S)[1])
    allowed = set(actions({"PolicyDocument": policy}))
    called = set(source.actions(source.functions()[source.OPERATOR])) - NOT_BY_WEIRCTL
    yield from differences("actions of weirctl", called, allowed)


def told(resources):
    """The rule for API calls names what the code watches, and nothing else."""
    for kind, properties in resources:
        if kind == "AWS::Events::Rule" and properties["Name"] == f"{PREFIX}calls":
            names = properties["EventPattern"]["detail"]["eventName"]
            shown = {each["prefix"] if isinstance(each, dict) else each for each in names}
            yield from differences("calls told by EventBridge", source.watched(), shown)


def platform(name, parameters, resources):
    """Actions for what is polled for a function, for its destination, and for an own key."""
    needed = {"sqs:SendMessage"} | (OWN_KEY if "KmsKeyArn" in parameters else set())
    for kind, properties in resources:
        if kind == "AWS::Lambda::EventSourceMapping" and f"{PREFIX}{name}>" in properties["FunctionName"]:
            # Of a resource of the template `<AWS::SQS::Queue …>`, of one that is there already its ARN.
            of = properties["EventSourceArn"].strip("<").lower()
            needed |= POLLS[next(part for part in of.replace("::", ":").split(":") if part in POLLS)]
    return needed


def metrics(parameters, resources):
    """Every metric of the code is on the dashboard, and no alarm waits for one that there is not."""
    known = source.metrics() - {name for name, parameter in TOLD.items() if not parameters.get(parameter)}
    shown, watched = set(), set()
    for kind, properties in resources:
        if kind == "AWS::CloudWatch::Dashboard":
            text = json.dumps(properties["DashboardBody"])
            shown |= set(re.findall(r'"of": "Weir (\w+) ', text))
        if kind == "AWS::CloudWatch::Alarm":
            metrics = [
                metric["MetricStat"]["Metric"]
                for metric in listed(properties.get("Metrics", []))
                if "MetricStat" in metric
            ]
            watched |= {each["MetricName"] for each in [properties, *metrics] if each.get("Namespace") == "Weir"}
    yield from differences("metrics on the dashboard", known, shown)
    for name in sorted(watched - known):
        yield f"an alarm waits for the metric {name}, which no code writes"


def against_cdk(ours, theirs):
    """The same resources with the same properties, whatever they are called inside the template."""
    ours, theirs = sorted(map(written, ours)), sorted(map(written, theirs))
    left = list(theirs)
    missing = [text for text in ours if not (text in left and left.remove(text) is None)]
    for line in difflib.unified_diff(
        "\n".join(missing).splitlines(), "\n".join(left).splitlines(), "SAM", "CDK", n=2, lineterm=""
    ):
        yield line


def written(resource):
    kind, properties = resource
    return f"{kind} {json.dumps(properties, indent=1, sort_keys=True)}"


def differences(what, expected, found):
    for name in sorted(expected - found):
        yield f"{what}: {name} is missing in the template"
    for name in sorted(found - expected):
        yield f"{what}: {name} is in the template and has no use in the code"


def is_role_of(role, function):
    return f"/aws/lambda/{PREFIX}{function}>" in json.dumps(role)


def listed(value):
    return value if isinstance(value, list) else [value]


def actions(policy):
    for statement in listed(policy["PolicyDocument"]["Statement"]):
        yield from listed(statement["Action"])


if __name__ == "__main__":
    sys.exit(main())
