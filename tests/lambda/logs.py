#!/usr/bin/env python3
"""Looks in what the functions of a test run wrote for what may never be logged: secrets and payloads.

Usage: tests/lambda/logs.py FOLDER

The tests plant words that begin with `planted-` in credentials, bearer tokens and records. Beside them no address may
be there but the test machine's own: those of payloads are who talked to whom.
"""

import ipaddress
import pathlib
import re
import sys

FORBIDDEN = {
    "a planted word": re.compile(r"planted-[a-z-]+"),
    "a bearer token": re.compile(r"(?i)\bbearer +[a-z0-9._-]{8,}"),
    "an access key": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
}
ADDRESS = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){3,7})(?![\w.])")


def addresses(line):
    for found in ADDRESS.findall(line):
        try:
            if not ipaddress.ip_address(found).is_loopback:
                yield "an address", found
        except ValueError:
            continue


def faults(line):
    yield from addresses(line)
    for what, pattern in FORBIDDEN.items():
        for found in pattern.findall(line):
            yield what, found


def main(folder):
    sample = "bearer abcdefgh1 planted-word AKIAABCDEFGHIJKLMNOP 10.0.0.5 2001:db8::1 127.0.0.1 2026-11-25T01:02:03Z"
    found = sorted(what for what, _ in faults(sample))
    assert found == ["a bearer token", "a planted word", "an access key", "an address", "an address"], found

    files = sorted(pathlib.Path(folder).glob("*.log"))
    if not files:
        print("no function ran, so that there are no logs to look through")
        return
    lines = [(file, line) for file in files for line in file.read_text(errors="replace").splitlines()]
    told = [(file.name, what, word) for file, line in lines for what, word in faults(line)]
    for file, what, word in sorted(set(told)):
        print(f"{file}: {what} was logged: {word}", file=sys.stderr)
    if not lines:
        sys.exit(f"the functions wrote nothing to {folder}, where each invocation writes its metrics")
    if told:
        sys.exit(f"{len(told)} of {len(lines)} lines hold what may not be logged")
    print(f"{len(lines)} lines of {len(files)} processes hold no secret and no payload")


if __name__ == "__main__":
    main(sys.argv[1])
