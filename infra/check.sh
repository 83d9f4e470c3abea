#!/usr/bin/env bash
# Checks both templates: lints, cdk-nag, snapshots, and the contract between code, SAM and CDK.
# Needs Python 3 and Node 20; what it installs stays under target/ and infra/cdk/node_modules.
# Takes about 45 s of CPU; the first run installs 350 MB besides.
set -euo pipefail
cd "$(dirname "$0")/.."
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1

home=${CARGO_TARGET_DIR:-$PWD/target}/infra
tests/install.sh "$home/venv" infra/requirements.txt
if ! cmp -s infra/cdk/package-lock.json infra/cdk/node_modules/installed; then
  npm ci --prefix infra/cdk --no-fund --no-audit --loglevel=error
  cp infra/cdk/package-lock.json infra/cdk/node_modules/installed
fi

"$home/venv/bin/cfn-lint" infra/sam/template.yaml infra/settings.json
"$home/venv/bin/sam" validate --lint --template infra/sam/template.yaml
npm test --prefix infra/cdk --silent
"$home/venv/bin/python" infra/contract/check.py
python3 infra/cost.py --table | python3 -c 'import sys; sys.exit(sys.stdin.read() not in open("docs/cost.md").read() and
  "docs/cost.md is behind: put in what infra/cost.py --table prints")'
