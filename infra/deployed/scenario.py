"""Flow logs of the shipped scenario, by the hijack that they hold."""

import gzip
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Seconds before and after a hijack that its interface's records are taken from.
BEFORE, AFTER = 3_600, 1_800

_LABELS = json.loads((ROOT / "events/scenario/labels.json").read_text())
_FILES = sorted((ROOT / "events/scenario/flow-logs").glob("*.log.gz"))


def header():
    with gzip.open(_FILES[0], "rt") as lines:
        return next(lines).split()


def hijack(kind):
    """What the labels say of a hijack, its times in seconds."""
    (found,) = [each for each in _LABELS["hijacks"] if each["kind"] == kind]
    return found | {"start": found["start_ms"] // 1_000, "end": found["end_ms"] // 1_000}


def records(kind):
    """In order, the records of the hijacked interface, each with its start in seconds."""
    what = hijack(kind)
    span = (what["start"] - BEFORE, what["end"] + AFTER)
    found = []
    for path in _FILES:
        with gzip.open(path, "rt") as lines:
            names = next(lines).split()
            interface, start = names.index("interface-id"), names.index("start")
            for line in lines:
                fields = line.split()
                if fields[interface] == what["interface"] and span[0] <= int(fields[start]) <= span[1]:
                    found.append((int(fields[start]), line.rstrip()))
    return sorted(found, key=lambda record: record[0])
