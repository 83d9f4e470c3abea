#!/usr/bin/env python3
"""Holds `weir baselines` against DuckDB: the same answer, computed exactly by SQL.

    python3 tests/oracle/baselines.py [--weir PATH] [--lines N]

Installs DuckDB into a virtual environment under target/, builds `weir` unless it is given, and compares
sums (exactly) and percentiles (within the sketch's stated error) on the shipped scenario and on a larger
generated file, by share and by start. Then it runs both on the larger file, interleaved, and prints CPU and
peak memory. Exits 1 on any difference.
"""

import argparse
import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUERY = Path(__file__).with_name("baselines.sql")
HOME = ROOT / "target" / "oracle"
ROUNDS = 5

# The sketch's relative error, half a bin of the lowest value in it.
ERROR = 0.0625


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--weir", type=Path, help="a built weir; without it, one is built for release")
    options.add_argument("--lines", type=int, default=1_000_000, help="lines of the generated file")
    options.add_argument("--duckdb", nargs=2, metavar=("BY", "FILES"), help=argparse.SUPPRESS)
    options = options.parse_args()
    if options.duckdb:
        return print_exact(*options.duckdb)
    python = environment()
    weir = options.weir or build()
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        generated = Path(folder) / "generated.log.gz"
        generate(generated, options.lines)
        for what, files in [
            ("shipped scenario", ROOT / "events/scenario/flow-logs/*.log.gz"),
            ("generated file", generated),
        ]:
            for by in ["share", "start"]:
                faults += compare(what, python, weir, by, files)
        measure(python, weir, generated)
    return 1 if faults else 0


def compare(what, python, weir, by, files):
    exact = rows(exact_command(python, by, files))
    found = rows(weir_command(weir, by, files))
    faults = []
    for entity in sorted(exact.keys() ^ found.keys()):
        faults.append(f"{entity}: only {'DuckDB' if entity in exact else 'weir'} knows it")
    worst = 0.0
    for entity in exact.keys() & found.keys():
        want, got = exact[entity], found[entity]
        for name in ["windows", "peak", "total_bytes"]:
            if want[name] != got[name]:
                faults.append(f"{entity}: {name} is {want[name]}, weir says {got[name]}")
        for name in ["p50", "p90", "p95", "p99"]:
            error = abs(got[name] - want[name]) / max(want[name], 1)
            worst = max(worst, error)
            if error > ERROR:
                faults.append(f"{entity}: {name} is {want[name]}, weir says {got[name]}: {error:.2%} off")
    for fault in faults[:20]:
        print(f"  {fault}")
    windows = sum(row["windows"] for row in exact.values())
    if windows == 0:
        faults.append("nothing was compared")
    verdict = f"{len(faults)} differences" if faults else "the same sums"
    print(f"{what}, by {by}: {len(exact)} entities, {windows} windows, {verdict}, percentiles within {worst:.2%}")
    return len(faults)


def measure(python, weir, file):
    commands = {
        "weir": weir_command(weir, "share", file),
        "DuckDB, one thread": exact_command(python, "share", file),
    }
    runs = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            runs[name].append(cost(command))
    medians = {name: [statistics.median(column) for column in zip(*costs)] for name, costs in runs.items()}
    cpu, peak = medians["weir"]
    print(f"\n{file.stat().st_size / 1e6:.0f} MB of gzip, medians of {ROUNDS} interleaved rounds, start-up included:")
    for name, (seconds, megabytes) in medians.items():
        print(f"  {name:<20} {seconds:6.2f} s CPU ({seconds / cpu:4.1f} x) {megabytes:7.1f} MB peak ({megabytes / peak:5.1f} x)")


def cost(command):
    """CPU seconds, and peak megabytes as the kernel last told them before the end."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while True:
        # The peak that wait4 reports is inherited from this interpreter across exec.
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        peak = max_resident(process.pid) or peak
        time.sleep(0.002)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command} failed with status {process.returncode}")
    return usage.ru_utime + usage.ru_stime, peak / 1024


def max_resident(pid):
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0]) if found else None


def rows(command):
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return {row["entity"]: row for row in map(json.loads, output.splitlines())}


def weir_command(weir, by, files):
    paths = sorted(str(path) for path in files.parent.glob(files.name))
    return [str(weir), "baselines", "--format", "json", "--by", by, *paths]


def exact_command(python, by, files):
    return [str(python), __file__, "--duckdb", by, str(files)]


def print_exact(by, files):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    *macros, query = QUERY.read_text().split(";\n\n")
    for macro in macros:
        connection.execute(macro)
    cursor = connection.execute(query, {"files": files, "by_start": by == "start"})
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        print(json.dumps(dict(zip(names, row))))


def generate(path, lines):
    """Two days of 300 interfaces and a NAT gateway, records out of order by a few minutes."""
    dice = random.Random(19)
    address = lambda: ".".join(str(dice.randrange(1, 224)) for _ in range(4))
    remotes = [address() for _ in range(20_000)] + [f"2a01:4f8:{n:x}::1" for n in range(1_000)]
    with gzip.open(path, "wt", compresslevel=6) as out:
        out.write(
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
            "log-status instance-id pkt-srcaddr pkt-dstaddr flow-direction pkt-dst-aws-service\n"
        )
        for line in range(lines):
            number = min(int(dice.expovariate(1 / 60)), 299)
            own, other = f"10.0.{number // 256}.{number % 256}", dice.choice(remotes)
            interface, instance = f"eni-{number:017x}", f"i-{number:017x}" if number % 3 else "-"
            egress = dice.random() < 0.5
            source, target = (own, other) if egress else (other, own)
            packet_source, packet_target = source, target
            if dice.random() < 0.05:
                # What the gateway says of hosts that log too counts at them; the others have no log.
                interface, instance, egress = "eni-gateway", "-", False
                source = packet_source = own if dice.random() < 0.5 else f"10.9.0.{dice.randrange(20)}"
                target, packet_target = "10.0.200.200", other
            packets = int(dice.paretovariate(0.8)) % 1_000_000 + 1
            start = 1_780_000_000 + line * 172_800 // lines + dice.randrange(-200, 200)
            end = start + dice.choice([0, 9, 59, 59, 59, 599])
            service = dice.choice(["-", "-", "-", "EC2", "S3", "CLOUDFRONT"])
            action = "REJECT" if dice.random() < 0.05 else "ACCEPT"
            out.write(
                f"5 123456789010 {interface} {source} {target} {dice.randrange(1024, 65_536)} 443 6 {packets} "
                f"{packets * dice.randrange(40, 1_500)} {start} {end} {action} OK {instance} {packet_source} "
                f"{packet_target} {'egress' if egress else 'ingress'} {service}\n"
            )


def environment():
    python = HOME / "venv" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", HOME / "venv"], check=True)
    have = subprocess.run([python, "-c", "import duckdb"], stderr=subprocess.DEVNULL).returncode == 0
    if not have:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "duckdb"], check=True)
    return python


def build():
    command = ["cargo", "build", "--release", "-p", "weir", "--message-format", "json"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = map(json.loads, output.splitlines())
    return next(message["executable"] for message in messages if message.get("executable"))


if __name__ == "__main__":
    sys.exit(main())
