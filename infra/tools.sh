#!/usr/bin/env bash
# Installs the SAM CLI and cfn-lint under target/, once.
set -euo pipefail
cd "$(dirname "$0")/.."
home=${CARGO_TARGET_DIR:-$PWD/target}/infra
if ! cmp -s infra/requirements.txt "$home/installed"; then
  python3 -m venv "$home/venv"
  "$home/venv/bin/pip" install --quiet --disable-pip-version-check -r infra/requirements.txt
  cp infra/requirements.txt "$home/installed"
fi
