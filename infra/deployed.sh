#!/usr/bin/env bash
# Deploys the SAM template to an emulator with the real function, and waits for an alert: log group, subscription,
# function, table, topic, queue. Needs Rust and Python 3; what it installs stays under target/.
# Takes about a minute beside the build. WEIR_BOOTSTRAP names a function that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
tests/install.sh "$target/infra/venv" infra/requirements.txt
home=$target/ministack-1.5.33
tests/install.sh "$home" tests/lambda/ministack.txt
if [ -z "${WEIR_BOOTSTRAP:-}" ]; then
  cargo build -p weir-flow-logs
  export WEIR_BOOTSTRAP=$target/debug/flow-logs
fi
PATH=$target/infra/venv/bin:$PATH exec "$home/bin/python" infra/deployed.py "$target/infra/deployed"
