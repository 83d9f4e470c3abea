#!/usr/bin/env bash
# Holds the instructions of weir, as ratios to bare decompression of the same bytes, under what they were and 5 %.
#
# Instructions are the same at every run, on a busy machine as well. What decompresses chooses its code by the processor,
# which moves the ratios a little between machines: a limit that is passed on another kind of machine only may be set anew.
# Without valgrind nothing is measured, and that is said.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null; then
  echo "valgrind is not installed: instructions are not counted"
  exit 0
fi

lines=${LINES_OF_LOG:-200000}
folder=${CARGO_TARGET_DIR:-target}/bench
release=${CARGO_TARGET_DIR:-target}/release
cargo build --release -p weir -p weir-benches
mkdir -p "$folder"
log=$folder/$lines.log.gz
payloads=$folder/$lines.payloads
if [[ ! -e $payloads ]]; then
  "$release/weir-bench" generate "$lines" "$log" "$payloads.part"
  mv "$payloads.part" "$payloads"
fi

count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
    awk '/Collected/ { print $NF; found = 1 } END { exit !found }'
}

failed=0
# What, its instructions, those of bare decompression, and the limit of their ratio.
hold() {
  awk -v what="$1" -v above="$2" -v below="$3" -v limit="$4" -v lines="$lines" 'BEGIN {
    ratio = above / below
    printf "%-32s %7.0f a line %6.2f x  limit %.2f  %s\n", what, above / lines, ratio, limit, ratio <= limit ? "held" : "passed"
    exit ratio > limit
  }' || failed=1
}

inflate=$(count "$release/weir-bench" inflate "$log")
hold "weir baselines" "$(count "$release/weir" baselines --format json "$log")" "$inflate" 1.99
hold "weir replay" "$(count "$release/weir" replay --format json "$log")" "$inflate" 3.59
bare=$(count "$release/weir-bench" inflate-payloads "$payloads")
hold "payloads of CloudWatch Logs" "$(count "$release/weir-bench" detect-payloads "$payloads")" "$bare" 3.11
exit $failed
