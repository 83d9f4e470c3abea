"""The SAM template and the CDK snapshots as resources that can be compared."""

import json
import logging
import os
import re

import yaml
from samtranslator.translator.transform import transform

from source import ROOT

# The translator asks for a region, which it has no use for here.
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
# It misses a place to send its own metrics to.
logging.getLogger("samtranslator.metrics.metrics").setLevel(logging.ERROR)

PSEUDO = {f"AWS::{name}": f"<{name}>" for name in ["Region", "AccountId", "Partition", "StackName", "URLSuffix"]}
NAMES = [
    "BucketName",
    "DestinationName",
    "FunctionName",
    "LogGroupName",
    "Name",
    "QueueName",
    "StateMachineName",
    "TopicName",
]
ABSENT = object()

# What the tools add or name by themselves, and what both take from one file.
DROPPED = {
    "AWS::CloudFormation::Stack": ["TemplateURL", "Parameters", "Tags"],
    "AWS::Lambda::Function": ["Code", "Tags"],
    "AWS::StepFunctions::StateMachine": ["DefinitionString", "DefinitionS3Location", "Tags"],
}


class Loader(yaml.SafeLoader):
    """YAML with the short forms of intrinsic functions."""


def _short(loader, suffix, node):
    kind = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence}
    construct = kind.get(type(node), loader.construct_mapping)
    value = construct(node) if type(node) is yaml.ScalarNode else construct(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _short)


class _NoManagedPolicies:
    def load(self):
        return {}


def sam(given):
    """The resources that the SAM template has with these parameters, comparable."""
    source = yaml.load((ROOT / "infra/sam/template.yaml").read_text(), Loader)
    for resource in source["Resources"].values():
        properties = resource["Properties"]
        if "CodeUri" in properties:
            properties["CodeUri"] = "s3://code/flow-logs.zip"
        if "DefinitionUri" in properties:
            properties["DefinitionUri"] = "s3://code/backfill.asl.json"
    parameters = {name: parameter.get("Default", "") for name, parameter in source["Parameters"].items()} | given
    plain = transform(source, parameters, _NoManagedPolicies())
    return _Resolver(plain, {name: str(value) for name, value in parameters.items()}).resources()


def cdk(name):
    """The resources of a CDK snapshot, comparable."""
    snapshot = json.loads((ROOT / f"infra/cdk/test/snapshots/{name}.json").read_text())
    snapshot["Parameters"] = {}
    return _Resolver(snapshot, {}).resources()


class _Resolver:
    def __init__(self, template, parameters):
        self.template, self.parameters = template, parameters

    def resources(self):
        """Type, and properties in a form that does not depend on logical ids, of each resource."""
        found = []
        for resource in self.template["Resources"].values():
            if not self.holds(resource.get("Condition")):
                continue
            kind = resource["Type"]
            properties = {
                name: value
                for name, value in (self.value(resource.get("Properties", {})) or {}).items()
                if name not in DROPPED.get(kind, [])
            }
            if kind == "AWS::CloudWatch::Dashboard":
                properties["DashboardBody"] = list(graphs(properties["DashboardBody"]))
            kept = "Retain" if resource.get("DeletionPolicy") == "Retain" else "Delete"
            found.append((kind, {**_plain(properties), "DeletionPolicy": kept}))
        return found

    def holds(self, name):
        return name is None or self.truth(self.template["Conditions"][name])

    def truth(self, condition):
        ((kind, operand),) = condition.items()
        if kind == "Condition":
            return self.holds(operand)
        if kind == "Fn::Equals":
            left, right = map(self.value, operand)
            return left == right
        truths = map(self.truth, operand)
        return {"Fn::And": all, "Fn::Or": any, "Fn::Not": lambda them: not next(them)}[kind](truths)

    def value(self, value):
        if isinstance(value, list):
            return [each for each in map(self.value, value) if each is not ABSENT]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((kind, operand),) = value.items()
            if kind == "Ref":
                return self.reference(operand)
            if kind.startswith("Fn::"):
                return getattr(self, kind[4:].lower())(operand)
        resolved = {name: self.value(each) for name, each in value.items()}
        return {name: each for name, each in resolved.items() if each is not ABSENT}

    def reference(self, name):
        if name == "AWS::NoValue":
            return ABSENT
        if name in self.parameters:
            return self.parameters[name]
        if self.template["Resources"].get(name, {}).get("Type") == "AWS::S3::Bucket":
            return self.value(self.template["Resources"][name]["Properties"]["BucketName"])
        return PSEUDO.get(name) or self.named(name)

    def named(self, logical_id):
        resource = self.template["Resources"].get(logical_id)
        if resource is None:
            return f"<{logical_id}>"
        for name in NAMES:
            if name in resource.get("Properties", {}):
                return f"<{resource['Type']} {self.value(resource['Properties'][name])}>"
        if resource["Type"] == "AWS::IAM::Role":
            return f"<role of {json.dumps(self.value(resource['Properties']['Policies'][0]['PolicyName']))}>"
        return f"<{resource['Type']}>"

    def getatt(self, operand):
        # Names and ARNs of one resource are told apart by where they are used.
        return self.named(operand[0])

    def join(self, operand):
        return operand[0].join(map(str, self.value(operand[1])))

    def split(self, operand):
        return self.value(operand[1]).split(operand[0])

    def findinmap(self, operand):
        place = self.template["Mappings"]
        for key in map(self.value, operand):
            place = place[key]
        return place

    def sub(self, operand):
        text, extra = operand if isinstance(operand, list) else (operand, {})
        own = {name: self.value(each) for name, each in extra.items()}
        return re.sub(
            r"\$\{([^}!]+)\}",
            lambda match: str(own[match[1]] if match[1] in own else self.mentioned(match[1])),
            text,
        )

    def mentioned(self, name):
        return self.named(name.split(".")[0]) if "." in name else self.reference(name)

    # `If` cannot be a method's name in lower case as the others are.
    def __getattr__(self, name):
        if name == "if":
            return lambda operand: self.value(operand[1] if self.holds(operand[0]) else operand[2])
        raise AttributeError(name)


def graphs(body):
    """Title and metrics of each graph of a dashboard, each metric with what is written once for the whole graph."""
    for widget in json.loads(body)["widgets"]:
        properties = widget["properties"]
        metrics = []
        for metric in properties["metrics"]:
            options = metric.pop() if isinstance(metric[-1], dict) else {}
            dimensions = sorted(map("=".join, zip(metric[2::2], metric[3::2])))
            metrics.append({"of": " ".join([*metric[:2], *dimensions]), "stat": properties.get("stat"), **options})
        yield {
            "place": [widget[side] for side in ("x", "y", "width", "height")],
            "title": properties["title"],
            "metrics": metrics,
        }


def _plain(value):
    """Without what is only spelling: ids of statements, order within sets, lists of one, numbers as text."""
    if isinstance(value, dict):
        if "Statement" in value:
            statements = [{k: v for k, v in each.items() if k != "Sid"} for each in value["Statement"]]
            return {"Statement": sorted(map(_plain, statements), key=json.dumps)}
        if "Expression" in value:
            value = {k: v for k, v in value.items() if k not in ("Id", "ReturnData")}
        return {name: "*" if each == {"AWS": "*"} else _plain(each) for name, each in sorted(value.items())}
    if isinstance(value, list):
        items = sorted(map(_plain, value), key=lambda item: json.dumps(item, sort_keys=True))
        return items[0] if len(items) == 1 else items
    if isinstance(value, str) and value.lstrip().startswith("{"):
        return _plain(json.loads(value))
    return value if isinstance(value, bool) else str(value)
