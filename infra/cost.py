#!/usr/bin/env python3
"""What Weir and the flow logs that it reads cost a month.

    python3 infra/cost.py --interfaces 200
    python3 infra/cost.py --interfaces 200 --records 167 --delivery s3

Prices are those of us-east-1 and change: look at yours. `--table` prints the table of docs/cost.md.
"""

import argparse
import math

# USD. GB are 10^9 bytes.
LOGS_GB = 0.50  # vended logs to CloudWatch Logs, first 10 TB
LOGS_TO_S3_GB = 0.25  # vended logs to S3, first 10 TB
LOGS_KEPT_GB = 0.03  # a month, compressed
S3_KEPT_GB = 0.023  # a month
LAMBDA_REQUEST = 0.20e-6
LAMBDA_GB_SECOND = 0.0000133334  # arm64
WRITE, READ = 0.625e-6, 0.125e-6  # DynamoDB on demand
METRIC, ALARM, MATH_ALARM = 0.30, 0.10, 0.30
TRACE, TRACES_FREE = 5e-6, 100_000
QUEUE_REQUEST = 0.40e-6
STREAM_HOUR, STREAM_IN_GB, STREAM_OUT_GB = 0.04, 0.08, 0.04

HOURS = 730
MINUTES = 60 * HOURS
SECONDS = 60 * MINUTES
COMPRESSED = 0.15  # of plain flow logs
OVERHEAD = 26  # bytes that CloudWatch Logs adds to an event
OWN_LINE = 430  # bytes of metrics that an invocation logs, with the overhead
METRICS, ALARMS = 18, 29
MEMORY_GB = 0.25
WAIT = 0.025  # seconds of an invocation that wait for DynamoDB
CPU = 0.4e-6 * 1769 / 256  # seconds a record at this memory's share of a processor
LOADED = 3  # items that a payload reads: the document, what led to it, what its host suspects
ITEMS = 1.2  # items that a payload writes: the document, and now and then what others look up


def main():
    options = parser().parse_args()
    if options.table:
        return print_table()
    lines = bill(options.interfaces, options.records, options.bytes, options.delivery, options.minutes, options.stream)
    sources = sum(usd for name, _, usd in lines if name.startswith("flow logs"))
    total = sum(usd for _, _, usd in lines)
    for name, quantity, usd in lines:
        print(f"{name:34} {quantity:>22} {usd:>10,.2f} USD")
    print(f"{'flow logs, with or without Weir':34} {'':>22} {sources:>10,.2f} USD")
    print(f"{'Weir':34} {'':>22} {total - sources:>10,.2f} USD")


def parser():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--interfaces", type=positive, default=100, help="network interfaces, 100")
    options.add_argument("--records", type=positive, default=20, help="flow log records of one interface a minute, 20")
    options.add_argument("--bytes", type=positive, default=240, help="bytes of a record, 240 in the recommended format")
    options.add_argument("--delivery", choices=["cloud-watch-logs", "s3"], default="cloud-watch-logs")
    options.add_argument(
        "--minutes", type=positive, default=1, help="minutes of records in a payload of CloudWatch Logs, 1"
    )
    options.add_argument("--stream", action="store_true", help="through the Kinesis stream for other accounts")
    options.add_argument("--table", action="store_true", help=argparse.SUPPRESS)
    return options


def positive(text):
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number above 0, found {text}")
    return number


def bill(interfaces, records, size, delivery, minutes=1, stream=False):
    """Name, quantity and USD of each thing that costs."""
    total = interfaces * records * MINUTES
    by_s3 = delivery == "s3"
    # Each payload of CloudWatch Logs is one interface's; an object of S3 is five minutes of all of them.
    updates = interfaces * MINUTES / (5 if by_s3 else minutes)
    invocations = max(12 * HOURS, total * size / 75e6) if by_s3 else updates / (10 if stream else 1)
    logged = total * (size + (0 if by_s3 else OVERHEAD)) / 1e9
    kept = logged * COMPRESSED
    busy = records * (5 if by_s3 else minutes) >= 20
    writes = updates * ITEMS * (2 if busy else 1)
    seconds = updates * WAIT / (16 if by_s3 else 1) + total * CPU
    traces = min(invocations, SECONDS + 0.05 * invocations)
    own = invocations * OWN_LINE / 1e9
    lines = [
        ("flow logs, delivered", f"{logged:,.1f} GB", logged * (LOGS_TO_S3_GB if by_s3 else LOGS_GB)),
        ("flow logs, kept for a month", f"{kept:,.1f} GB", kept * (S3_KEPT_GB if by_s3 else LOGS_KEPT_GB)),
        ("DynamoDB, writes", f"{writes / 1e6:,.2f} M units", writes * WRITE),
        ("DynamoDB, reads", f"{updates * LOADED / 1e6:,.2f} M units", updates * LOADED * READ),
        ("Lambda, requests", f"{invocations / 1e6:,.2f} M", invocations * LAMBDA_REQUEST),
        ("Lambda, time", f"{seconds * MEMORY_GB:,.0f} GB-s", seconds * MEMORY_GB * LAMBDA_GB_SECOND),
        ("own log", f"{own:,.2f} GB", own * LOGS_GB),
        ("traces", f"{traces / 1e6:,.2f} M", max(0, traces - TRACES_FREE) * TRACE),
        ("metrics and alarms", f"{METRICS} and {ALARMS}", METRICS * METRIC + ALARMS * ALARM + MATH_ALARM),
    ]
    if by_s3:
        requests = 3 * invocations
        lines.append(("SQS and S3, requests", f"{requests / 1e6:,.2f} M", requests * QUEUE_REQUEST))
    if stream:
        usd = HOURS * STREAM_HOUR + kept * (STREAM_IN_GB + STREAM_OUT_GB)
        lines.append(("Kinesis", f"{HOURS} hours", usd))
    return lines


def print_table():
    print("| interfaces | records a minute | delivery | flow logs, USD | Weir, USD |")
    print("| ---: | ---: | --- | ---: | ---: |")
    for interfaces, records in [(10, 20), (100, 2), (100, 20), (100, 167), (1_000, 20), (1_000, 167), (10_000, 20)]:
        for delivery in ["cloud-watch-logs", "s3"]:
            lines = bill(interfaces, records, 240, delivery)
            sources = sum(usd for name, _, usd in lines if name.startswith("flow logs"))
            own = sum(usd for _, _, usd in lines) - sources
            print(f"| {interfaces:,} | {records} | {delivery} | {sources:,.0f} | {own:,.0f} |")


if __name__ == "__main__":
    main()
