#!/usr/bin/env bash
# Runs the tests of flow-logs that need SNS, SQS, SSM and S3, against an emulator of its own.
# Needs Python 3; what it installs stays in the target directory.
set -euo pipefail
cd "$(dirname "$0")/../../.."

target=${CARGO_TARGET_DIR:-$PWD/target}
home=$target/ministack-1.5.33
if [ ! -e "$home/installed" ]; then
  python3 -m venv "$home"
  # Pinned together: the translator alone would lift botocore above what the emulator takes.
  "$home/bin/pip" install --quiet --disable-pip-version-check \
    ministack==1.5.33 aws-sam-translator==1.115.0 boto3==1.43.106 botocore==1.43.106
  touch "$home/installed"
fi

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
  cargo nextest run -p weir-flow-logs --test process --run-ignored all --no-fail-fast "$@"
else
  cargo test -p weir-flow-logs --test process -- --include-ignored "$@"
fi
