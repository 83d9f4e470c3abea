#!/usr/bin/env python3
"""Takes single conditions out of detection and measures what each was worth.

No setting reaches these conditions, and no knob for them is in what is shipped: this copies the sources to a temporary
folder, puts a switch before each condition there, builds `weir-eval` from the copy, and runs it with one condition off at
a time. Arguments are those of `weir-eval run`; with `--check` it only says whether every condition is still where it
was. Needs Python 3.11 and cargo.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DETECTION = "shared/detection/src/"

# A name, the file, what is there once, and what takes its place: `off` holds while the condition of that name is off.
CONDITIONS = [
    ("the relay kernel", "an0084.rs", "verdicts.extend(relay::relay(view));", "if !{off} {{ {found} }}"),
    ("the served relay kernel", "an0084.rs", "verdicts.extend(served::served(view));", "if !{off} {{ {found} }}"),
    ("the dormant kernel", "an0084.rs", "verdicts.extend(dormant::dormant(view));", "if !{off} {{ {found} }}"),
    ("the slow growth kernel", "an0084.rs", "verdicts.extend(growth::growth(view));", "if !{off} {{ {found} }}"),
    ("the forward law", "kernels/relay/laws.rs", None, None),
    ("the reverse law", "kernels/relay/laws.rs", None, None),
    ("coupling and overlap of push and pull", "kernels/relay/laws.rs", None, None),
    ("the shape of requests", "kernels/relay/laws.rs", None, None),
    ("the sizes of requests", "kernels/relay/laws.rs", None, None),
    ("forward law and coupling", "kernels/relay/laws.rs", None, None),
    ("reverse law and shape of requests", "kernels/relay/laws.rs", None, None),
    ("all relay laws", "kernels/relay/laws.rs", None, None),
    ("headers taken from bytes", "observation.rs", "    let ip = if key.remote.is_ipv6() { 40 } else { 20 };",
     "    if {off} {{ return 0; }}\n{found}"),
    ("looser laws for new gateways", "an0084/relay.rs", "let novel = if old {", "let novel = if old && !{off} {{"),
    ("novelty of gateways", "step/cell.rs", "!state.known.contains(address_hash(push.ip))", "({off} || {found})"),
    ("new ports told apart", "step/cell.rs", "if bucket - first < NEW_PORT {", "if {off} || bucket - first < NEW_PORT {{"),
    ("laws for clients of new ports", "an0084/served.rs", "let new = if old && browses {", "let new = if !{off} && old && browses {{"),
    ("renewal of a proxy's origins", "an0084/served.rs", "let browses = view.state.origins.renewed() >= RENEWED;",
     "let browses = {off} || view.state.origins.renewed() >= RENEWED;"),
    ("balance of a mesh", "an0084/served.rs", ".or_else(|| mesh(view))?",
     ".or_else(|| if {off} {{ None }} else {{ mesh(view) }})?"),
    ("ports that answered", "step/initiator.rs", "if !rows.iter().any(wrong) {", "if {off} || !rows.iter().any(wrong) {{"),
    ("strangers among the silent, in five minutes", "an0084/scan.rs",
     "view.fresh_misses.saturating_mul(2) >= worst.failed.min(MANY)", "({off} || {found})"),
    ("strangers among the silent, in an hour", "an0084/scan.rs", "&& are_strangers(view.state)", "&& ({off} || are_strangers(view.state))"),
    ("one attempt a host", "an0084/scan.rs", "    packets <= u64::from(hosts) * 7", "    {off} || packets <= u64::from(hosts) * 7"),
    ("attack-sized packets of floods", "kernels/bucket.rs", "(size > 80 || sums.flags_out & 16 != 0)", "!{off} && {found}"),
    ("unanswered packets of floods", "an0084/flood.rs", "&& rush.answered <= 0.05", "&& ({off} || rush.answered <= 0.05)"),
    ("datagrams among peers", "an0084/torrent.rs", "&& udp >= 0.2)", "&& ({off} || udp >= 0.2))"),
    ("silence before a wake-up", "an0084/dormant.rs", "let silent = silent(&past, sent);", "let silent = {off} || silent(&past, sent);"),
    ("trickle or bulk", "an0084/dormant.rs", "if is_trickle(", "if {off} || is_trickle("),
    ("what usually leaves, for uploads", "an0084/upload.rs", "&& rate >= usual_rate(view, &usual, entry.first).saturating_mul(2)",
     "&& ({off} || rate >= usual_rate(view, &usual, entry.first).saturating_mul(2))"),
    ("novelty of an upload's destination", "an0084/upload.rs", "&& !view.state.known.contains(address_hash(entry.ip))",
     "&& ({off} || !view.state.known.contains(address_hash(entry.ip)))"),
    ("growth day by day", "an0084/growth.rs", "&& grows(entry, today)", "&& ({off} || grows(entry, today))"),
]

# What the laws are told of a balance while one of them is off: that it is kept.
KEPT = """
fn kept(balance: &Balance) -> Balance {
    let off = |names: &[&str]| names.iter().any(|name| crate::off::is(name));
    let mut kept = *balance;
    if off(&["the forward law", "forward law and coupling", "all relay laws"]) {
        kept.forward = kept.reverse.clamp(1.0, 1.25);
        kept.forward_most = kept.forward;
    }
    if off(&["the reverse law", "reverse law and shape of requests", "all relay laws"]) {
        kept.reverse = kept.forward.clamp(0.97, 1.25);
    }
    if off(&["coupling and overlap of push and pull", "forward law and coupling", "all relay laws"]) {
        (kept.coupling, kept.coupling_rest, kept.overlap, kept.overlap_rest) = (1.0, 1.0, 1.0, 1.0);
    }
    if off(&["the shape of requests", "reverse law and shape of requests", "all relay laws"]) {
        (kept.requests, kept.request_overlap, kept.lasting_overlap, kept.sizes) = (1.0, 1.0, 1.0, 1.0);
    }
    if off(&["the sizes of requests"]) {
        kept.sizes = 1.0;
    }
    if off(&["all relay laws"]) {
        (kept.forward, kept.forward_most, kept.reverse) = (1.0, 1.0, 1.0);
    }
    kept
}
"""

LAWS = [
    ("pub(super) fn score(balance: &Balance, limits: &Limits) -> f64 {\n", "    let balance = &kept(balance);\n"),
    ("pub(super) fn buffered(balance: &Balance, smeared: f64, limits: &Limits) -> f64 {\n",
     "    let balance = &kept(balance);\n"),
]

SWITCH = """//! The condition that is off.

use std::cell::RefCell;

thread_local! {
    static OFF: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Switches one condition off, and all others on.
pub fn set(name: &str) {
    OFF.with_borrow_mut(|off| {
        if off != name {
            name.clone_into(off);
        }
    });
}

/// Whether a condition is off.
pub fn is(name: &str) -> bool {
    OFF.with_borrow(|off| off == name)
}
"""


def replace(folder, path, found, by):
    """Replaces what is in a file exactly once."""
    file = folder / path
    text = file.read_text()
    if text.count(found) != 1:
        sys.exit(f"ablation: {path} holds {text.count(found)} times what it should hold once; mend CONDITIONS: {found!r}")
    file.write_text(text.replace(found, by))


def copy(folder):
    """Copies the workspace without what is built, downloaded or only read."""
    for source in ROOT.glob("Cargo.*"):
        shutil.copy(source, folder)
    for part in ("benches", "functions", "shared", "tests"):
        ignore = shutil.ignore_patterns("target", "node_modules", "venv", "__pycache__")
        shutil.copytree(ROOT / part, folder / part, ignore=ignore)


def switch(folder):
    for name, file, found, by in CONDITIONS:
        if found:
            off = f'crate::off::is("{name}")'
            replace(folder, DETECTION + file, found, by.format(off=off, found=found))
    laws = "kernels/relay/laws.rs"
    for found, more in LAWS:
        replace(folder, DETECTION + laws, found, found + more)
    file = folder / DETECTION / laws
    file.write_text(file.read_text() + KEPT)
    (folder / DETECTION / "off.rs").write_text(SWITCH)
    replace(folder, DETECTION + "lib.rs", "pub mod observation;", "pub mod observation;\npub mod off;")
    name = 'self.variant.name.trim_start_matches("without ")'
    found = "        let resident = if self.variant.alone {"
    replace(folder, "tests/src/eval/weir.rs", found, f"        weir_detection::off::set({name});\n{found}")
    names = ", ".join(f'"{name}"' for name, *_ in CONDITIONS)
    replace(folder, "tests/src/eval/ablation.rs", "    for (what, values) in OFF {",
            f"    let conditions = [{names}];\n    variants.extend(conditions.map(without));\n    for (what, values) in &OFF[..0] {{")
    replace(folder, "tests/src/eval/ablation.rs", "        Variant { lists: false, ..without(\"address lists\") },\n", "")
    replace(folder, "tests/src/eval/ablation.rs", "        Variant { alone: true, ..without(\"prevalence and peers\") },\n", "")


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        copy(folder)
        switch(folder)
        if sys.argv[1:] == ["--check"]:
            print(f"{len(CONDITIONS)} conditions are where they were")
            return
        build = ["cargo", "build", "--release", "--offline", "-p", "weir-tests", "--bin", "weir-eval"]
        target = ROOT / "target"
        subprocess.run([*build, "--target-dir", str(target)], cwd=folder, check=True)
        binary = folder / "weir-eval"
        binary.write_bytes((target / "release/weir-eval").read_bytes())
        binary.chmod(0o755)
        sys.exit(subprocess.run([binary, "run", "--ablate", *sys.argv[1:]], check=False).returncode)


main()
