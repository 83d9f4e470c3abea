"""What the code says that it needs: functions, environment variables, metrics, and calls to AWS."""

import re
import tomllib
from pathlib import Path

import botocore.session
from botocore import xform_name

ROOT = Path(__file__).resolve().parents[2]

# Creates tables for tests and trials; a deployment's table is made by its template.
NOT_CALLED = {ROOT / "shared/dynamodb/src/table.rs"}

# Where the action is not called as the operation is.
ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
}
# Runs on the operator's machine, by a policy in the documentation.
OPERATOR = "operator"
SERVICES = {"dynamodb", "ec2", "events", "iam", "kinesis", "lambda", "logs", "s3", "sns", "sqs", "ssm", "sts"}
CRATES = {"cloudwatchlogs": "logs", "eventbridge": "events"}


def functions():
    """Names of the Lambda functions and of the operator's command, and the crate folders that each links."""
    manifests = {}
    for path in [*ROOT.glob("functions/*/Cargo.toml"), *ROOT.glob("shared/*/Cargo.toml")]:
        manifest = tomllib.loads(path.read_text())
        manifests[manifest["package"]["name"]] = (path.parent, manifest.get("dependencies", {}))
    found = {}
    for folder, dependencies in manifests.values():
        if "lambda_runtime" in dependencies or folder.name == OPERATOR:
            linked, todo = {folder}, list(dependencies)
            while todo:
                below = manifests.get(todo.pop())
                if below and below[0] not in linked:
                    linked.add(below[0])
                    todo.extend(below[1])
            found[folder.name] = linked
    return found


def sources(folders):
    """Each source file of these crates without its tests."""
    for folder in sorted(folders):
        texts = {path: path.read_text() for path in sorted(folder.glob("src/**/*.rs"))}
        tests = {
            path.parent / ("" if path.name == "lib.rs" else path.stem) / f"{name}.rs"
            for path, text in texts.items()
            for name in re.findall(r"#\[cfg\(test\)\]\nmod (\w+);", text)
        }
        for path, text in texts.items():
            if not any(path == test or test.with_suffix("") in path.parents for test in tests | NOT_CALLED):
                yield path, text.split("#[cfg(test)]\nmod tests {")[0]


def variables(folders):
    """Environment variables that a function reads; those of Lambda are not set by a template."""
    host = ROOT / "shared/aws-host/src"
    shared = (host / "environment.rs").read_text()
    names = dict(re.findall(r'const (\w+): Variable =\s*\w+\(\s*"(\w+)"', shared))
    own = "".join(text for path, text in sources(folders) if "functions" in path.parts)
    reader = re.search(r"\b(\w*Environment)::from_process", own)[1]
    places = [shared, *(path.read_text() for path in host.glob("environment/*.rs"))]
    (body,) = [
        match[1] for match in (re.search(rf"\nimpl {reader} {{(.*?)\n}}\n", text, re.S) for text in places) if match
    ]
    if re.search(r"\bEnvironment::read\(", body):
        body += re.search(r"\nimpl Environment {(.*?)\n}\n", shared, re.S)[1]
    for method in re.findall(r"\bread\.(\w+)\(", body):
        body += re.search(rf"    fn {method}\(&self.*?\n    }}\n", shared, re.S)[0]
    mentioned = {name for constant, name in names.items() if re.search(rf"\b{constant}\b", body)}
    return {name for name in mentioned if name.startswith("WEIR_")}


def metrics():
    """Names of Weir's own metrics."""
    text = (ROOT / "shared/aws-host/src/metrics.rs").read_text().split("#[cfg(test)]\nmod tests {")[0]
    forms = [r'\("([A-Z]\w+)"\.to_owned\(\)', r'"Name": "([A-Z]\w+)"', r'\("([A-Z]\w+)", "(?:Count|Milliseconds)"']
    return {name for form in forms for name in re.findall(form, text)}


def watched():
    """Names of the API calls that detection looks at and that EventBridge can tell."""
    rules, taken = (
        (ROOT / f"shared/detection/src/prelude/{name}.rs").read_text() for name in ["rules", "blinding/taken"]
    )
    looked_into = re.search(r"LOOKED_INTO: .*? = \[(.*?)\]", rules, re.S)[1]
    operations = re.search(r"OPERATIONS: .*? = \[(.*?)\]", taken, re.S)[1]
    names = re.findall(r'\("(\w+)", Reason', rules) + re.findall(r'"(\w+)"', looked_into + operations)
    # Reads are not told; of roles that are assumed there are too many to tell one by one. Lambda's names end in dates.
    kept = [name for name in names if not re.match("Describe|Get|List", name) and name != "AssumeRole"]
    return {re.sub(r"\d+$", "", name) for name in kept}


def used(folders):
    """The function's own files, and of the crates that it links the modules of which it names something."""
    modules, todo = {}, []
    for path, text in sources(folders):
        if "functions" in path.parts:
            todo.append((path, text))
        else:
            crate = path.parts[: path.parts.index("src")]
            modules.setdefault((crate, path.parts[len(crate) + 1].removesuffix(".rs")), []).append((path, text))
    # A crate's root names everything.
    modules = {key: files for key, files in modules.items() if key[1] != "lib"}
    while todo:
        path, text = todo.pop()
        yield path, text
        words = set(re.findall(r"\w+", text))
        for key, files in list(modules.items()):
            items = {
                item
                for _, body in files
                for item in re.findall(r"^pub(?:\(\w+\))? (?:async |const )*(?:struct|enum|trait|fn) (\w+)", body, re.M)
            }
            if items & words:
                todo.extend(modules.pop(key))


def actions(folders):
    """The IAM actions of all SDK calls in these crates, each with the files that make it."""
    session = botocore.session.get_session()
    operations = {
        service: {xform_name(name): name for name in session.get_service_model(service).operation_names}
        for service in SERVICES
    }
    found = {}
    for path, text in used(folders):
        for crate in set(re.findall(r"\baws_sdk_([a-z0-9]+)\b", text)):
            service = CRATES.get(crate, crate)
            if service not in operations:
                raise SystemExit(f"{path}: add {crate} to SERVICES in {__file__}")
            # Without the right to list, S3 refuses an object that is not there instead of saying so.
            if service == "s3" and "NoSuchKey" in text:
                found.setdefault("s3:ListBucket", set()).add(path.relative_to(ROOT))
            for called in re.findall(r"\.\s*([a-z0-9_]+)\(\)", text):
                if called in operations[service]:
                    action = f"{service}:{operations[service][called]}"
                    found.setdefault(ACTIONS.get(action, action), set()).add(path.relative_to(ROOT))
        # Of a service whose SDK is not linked.
        for operation in re.findall(r'\.operation_name\("(\w+)"\)', text):
            (service,) = re.findall(r'const SERVICE: &str = "(\w+)"', text)
            found.setdefault(f"{service}:{operation}", set()).add(path.relative_to(ROOT))
    return found
