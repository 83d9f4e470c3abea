"""The stack, by the SAM template and by what CDK synthesises, with the functions that are built."""

import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import boto3
import scenario

ROOT = scenario.ROOT
STACK = "weir-test"
GROUP = "/vpc/flow-logs"
BUCKET = "history"
FUNCTIONS = ["cloudtrail", "flow-logs", "ingest", "intel"]
# The least that a deployment may be given: two minutes are the default.
TTL = 60


def prepare():
    """What is there before Weir: a log group and a bucket with flow logs."""
    boto3.client("logs").create_log_group(logGroupName=GROUP)
    boto3.client("s3").create_bucket(Bucket=BUCKET)


def flow_format():
    return " ".join(f"${{{field}}}" for field in scenario.header())


def binaries(folder):
    """A folder for each function, as `sam build` leaves them."""
    for name in FUNCTIONS:
        place = folder / "built" / name
        place.mkdir(parents=True)
        shutil.copy(Path(os.environ["WEIR_BINARIES"]) / name, place / "bootstrap")
        subprocess.run(["strip", place / "bootstrap"], check=False)
    return folder / "built"


def sam(folder):
    """Deploys the template as it is, but for the functions, which are built, and one alarm."""
    built = binaries(folder)
    template = (ROOT / "infra/sam/template.yaml").read_text()
    template = template.replace(": ../", f": {ROOT}/infra/").replace("ReadmeUrl: ", f"ReadmeUrl: {ROOT}/infra/sam/")
    for name in FUNCTIONS:
        by_name = rf"(Binary: {name} }}.*?CodeUri: )\S+"
        template = re.sub(by_name, rf"\g<1>{built / name}", template, count=1, flags=re.S)
    template = template.replace('WEIR_SETTINGS_TTL: "120"', f'WEIR_SETTINGS_TTL: "{TTL}"')
    # The emulator creates no alarm on an expression.
    template = re.sub(r"  RefusedRatioAlarm:\n(?:    .*\n)+", "", template)
    (folder / "template.yaml").write_text(template)
    command = ["sam", "deploy", "--template-file", folder / "template.yaml", "--stack-name", STACK, "--resolve-s3"]
    command += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--no-confirm-changeset"]
    command += ["--parameter-overrides", "Architecture=x86_64", f"FlowLogGroupName={GROUP}"]
    command += [f"FlowFormat='{flow_format()}'", f"FlowLogBucketName={BUCKET}"]
    run(command, folder, folder / "deploy.log")


def cdk(folder):
    """Deploys what the CDK app synthesises, as `cdk deploy` would: assets into the bootstrap bucket, then the stack."""
    built = binaries(folder)
    for name in FUNCTIONS:
        with zipfile.ZipFile(built / name / "bootstrap.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            packed.write(built / name / "bootstrap", "bootstrap")
    given = {"code": built, "stack": STACK, "architecture": "x86_64", "logGroups": GROUP, "bucket": BUCKET}
    context = [part for name, value in given.items() for part in ("-c", f"{name}={value}")]
    context += ["-c", f"flowFormat={flow_format()}"]
    home = ROOT / "infra/cdk"
    run(["npm", "run", "build", "--silent"], home, folder / "build.log")
    out = folder / "cdk.out"
    run(["npx", "cdk", "synth", "--quiet", "--output", out, *context], home, folder / "synth.log")
    s3, account = boto3.client("s3"), boto3.client("sts").get_caller_identity()["Account"]
    boto3.client("ssm").put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String")
    s3.create_bucket(Bucket=(bucket := f"cdk-hnb659fds-assets-{account}-us-east-1"))
    for asset in json.loads((out / f"{STACK}.assets.json").read_text())["files"].values():
        source = out / asset["source"]["path"]
        for place in asset["destinations"].values():
            s3.upload_file(str(source), bucket, place["objectKey"])
    template = json.loads((out / f"{STACK}.template.json").read_text())
    resources = template["Resources"]
    for name, resource in list(resources.items()):
        variables = resource["Properties"].get("Environment", {}).get("Variables", {})
        if "WEIR_SETTINGS_TTL" in variables:
            variables["WEIR_SETTINGS_TTL"] = str(TTL)
        # The emulator creates no alarm on an expression.
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]:
            del resources[name]
    s3.put_object(Bucket=bucket, Key="template.json", Body=json.dumps(template))
    cloud = boto3.client("cloudformation")
    url = f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/template.json"
    cloud.create_stack(StackName=STACK, TemplateURL=url, Capabilities=["CAPABILITY_IAM"])
    cloud.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 2})


def run(command, folder, log):
    with open(log, "w") as file:
        if subprocess.run(command, cwd=folder, stdout=file, stderr=file).returncode:
            raise SystemExit(log.read_text()[-3_000:])
