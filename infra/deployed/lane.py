"""A deployment in the emulator, by the names that both templates give: what goes in, and what comes out."""

import json
import os
import subprocess
import time
import urllib.request
from pathlib import Path

import boto3
import stacks
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

STAGE = "prod"
# Records of a payload.
PAYLOAD = 400


class Unmet(Exception):
    """A claim does not hold."""


class Lane:
    def __init__(self, listener):
        self.logs, self.sqs, self.sns, self.ssm = (boto3.client(name) for name in ("logs", "sqs", "sns", "ssm"))
        self.functions = boto3.client("lambda")
        self.listener, self.received = listener, []
        (self.topic,) = [
            each["TopicArn"] for each in self.sns.list_topics()["Topics"] if each["TopicArn"].endswith("-findings")
        ]
        self.queue = self.sqs.create_queue(QueueName="subscriber")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)
        self.sns.subscribe(TopicArn=self.topic, Protocol="http", Endpoint=listener.url)

    def put(self, group, stream, records):
        """Puts records into a log group, as flow logs are delivered, and waits until the function has read them."""
        streams = self.logs.describe_log_streams(logGroupName=group)["logStreams"]
        if stream not in [each["logStreamName"] for each in streams]:
            self.logs.create_log_stream(logGroupName=group, logStreamName=stream)
        before = self.counted("flow-logs", "Records")
        now = int(time.time() * 1_000)
        for first in range(0, len(records), PAYLOAD):
            events = [{"timestamp": now, "message": line} for _, line in records[first : first + PAYLOAD]]
            self.logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
            wanted = before + first + len(events)
            self.until(lambda: self.counted("flow-logs", "Records") >= wanted, f"{wanted - before} records are read")

    def invoke(self, name, event):
        """Gives an event to a function as an asynchronous source does."""
        self.functions.invoke(FunctionName=f"weir-{STAGE}-{name}", InvocationType="Event", Payload=json.dumps(event))

    def alert(self, what, holds):
        """Waits for a finding at the queue."""
        return self.until(lambda: next((each for each in self.findings() if holds(each)), None), what)

    def findings(self):
        """All findings so far at the queue."""
        while messages := self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self.received.append(json.loads(json.loads(message["Body"])["Message"]))
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return self.received

    def lines(self, name):
        """What a function wrote into its log."""
        pages = self.logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/weir-{STAGE}-{name}")
        for page in pages:
            for event in page["events"]:
                yield from event["message"].splitlines()

    def counted(self, name, metric):
        """Sum of a metric over the function's log."""
        lines = (line for line in self.lines(name) if line.startswith("{") and f'"{metric}"' in line)
        return sum(int(json.loads(line).get(metric, 0)) for line in lines)

    def waits_for_settings(self):
        """Lets every environment of the functions read the settings again."""
        time.sleep(stacks.TTL + 2)

    def set(self, path, value):
        self.ssm.put_parameter(Name=f"/weir/{STAGE}/{path}", Value=value, Type="String", Overwrite=True)

    def depth(self, name):
        url = self.sqs.get_queue_url(QueueName=f"weir-{STAGE}-{name}")["QueueUrl"]
        attributes = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=attributes)["Attributes"]
        return sum(int(found[attribute]) for attribute in attributes)

    def weirctl(self, *arguments):
        """Status, output and messages of the operator's command."""
        command = [Path(os.environ["WEIR_BINARIES"]) / "weirctl", "--stage", STAGE, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout, done.stderr

    def post(self, name, body):
        """Posts a signed request to a function's URL, which the emulator serves under another name."""
        url = self.functions.get_function_url_config(FunctionName=f"weir-{STAGE}-{name}")["FunctionUrl"]
        path = f"{os.environ['AWS_ENDPOINT_URL']}/_aws/lambda-url/{url.split('//')[1].split('.')[0]}/"
        request = AWSRequest(method="POST", url=path, data=body, headers={"Content-Type": "text/plain"})
        SigV4Auth(boto3.Session().get_credentials(), "lambda", "us-east-1").add_auth(request)
        signed = urllib.request.Request(path, data=body, headers=dict(request.headers))
        with urllib.request.urlopen(signed, timeout=60) as answer:
            return answer.status

    def until(self, holds, what, seconds=90):
        """Waits until something holds; what it is then."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := holds():
                return found
            time.sleep(0.5)
        raise Unmet(f"within {seconds} s it was not so that {what}")
