#!/usr/bin/env bash
# Runs the tests of functions as processes, against emulators of AWS of its own.
# Usage: tests/lambda/emulated.sh [ARGUMENTS OF THE TEST RUNNER], such as -E 'package(weir-lambda)'
# Needs Python 3; what it installs stays in the target directory. WEIR_TEST_TARGET names other tests than `process`.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=${CARGO_TARGET_DIR:-$PWD/target}

home=$target/ministack-1.5.33
tests/install.sh "$home" tests/lambda/ministack.txt
# Of EC2 it knows too little; the tests start this one themselves, an account for each.
moto=$target/moto-5.2.5
tests/install.sh "$moto" tests/lambda/moto.txt
export WEIR_TEST_EC2=$moto/bin/moto_server

# All in one build, whichever are wanted: alone each would have the SDKs built with features of its own. Of `cloudtrail`
# the tests are in weir-lambda.
cargo build --workspace --bins --tests
export WEIR_TEST_CLOUDTRAIL=$target/debug/cloudtrail
# What the functions log, to be looked through at the end.
export WEIR_TEST_LOGS=$target/process-logs
rm -rf "$WEIR_TEST_LOGS"
mkdir -p "$WEIR_TEST_LOGS"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export WEIR_TEST_AWS=http://127.0.0.1:$port
AWS_ENDPOINT_URL=$WEIR_TEST_AWS GATEWAY_PORT=$port "$home/bin/ministack" >"$target/ministack.log" 2>&1 &
emulator=$!
trap 'kill "$emulator" 2>/dev/null || true; wait "$emulator" 2>/dev/null || true' EXIT

for _ in $(seq 120); do
  if python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=2)' \
    "$WEIR_TEST_AWS/_ministack/health" 2>/dev/null; then
    ready=yes
    break
  fi
  kill -0 "$emulator" 2>/dev/null || break
  sleep 0.5
done
if [ -z "${ready:-}" ]; then
  echo "the emulator did not start; its log:" >&2
  tail -n 20 "$target/ministack.log" >&2
  exit 1
fi

if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace --test "${WEIR_TEST_TARGET:-process}" --run-ignored all --no-fail-fast "$@"
else
  cargo test --workspace --test "${WEIR_TEST_TARGET:-process}" -- --include-ignored "$@"
fi
# No secret and nothing of a payload is in any of them.
tests/lambda/logs.py "$WEIR_TEST_LOGS"
