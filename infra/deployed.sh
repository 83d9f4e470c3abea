#!/usr/bin/env bash
# Deploys Weir to an emulator with the real functions, by the SAM template and by what CDK synthesises, and holds it to
# what the guide says: alerts by SQS and HTTP, settings, suppressions, redrive, history.
# Needs Rust, Python 3 and Node 20; what it installs stays under target/ and infra/cdk/node_modules.
# Takes five minutes beside the build. WEIR_BINARIES names a folder with the functions and weirctl, built already.
# Usage: infra/deployed.sh [sam|cdk]
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
tests/install.sh "$target/infra/venv" infra/requirements.txt
home=$target/ministack-1.5.33
tests/install.sh "$home" tests/lambda/ministack.txt
if [ -z "${WEIR_BINARIES:-}" ]; then
  cargo build --workspace --bins
  export WEIR_BINARIES=$target/debug
fi
if [ "${1:-cdk}" = cdk ] && ! cmp -s infra/cdk/package-lock.json infra/cdk/node_modules/installed; then
  npm ci --prefix infra/cdk --no-fund --no-audit --loglevel=error
  cp infra/cdk/package-lock.json infra/cdk/node_modules/installed
fi
for template in ${1:-sam cdk}; do
  PATH=$target/infra/venv/bin:$PATH "$home/bin/python" infra/deployed/main.py "$template" "$target/infra/deployed-$template"
done
