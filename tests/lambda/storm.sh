#!/usr/bin/env bash
# Kills `flow-logs` at random points for more than a thousand batches while DynamoDB, SNS, SSM and S3 fail at random, and
# compares every document and every alert with a run without faults. It takes ten to twenty minutes.
# Usage: tests/lambda/storm.sh [BATCHES [SEED]]; windows in which an interface was silent make no batch.
set -euo pipefail
export WEIR_TEST_BATCHES=${1:-1100} WEIR_TEST_SEED=${2:-1}
exec "$(dirname "$0")/emulated.sh" --no-capture -E 'package(weir-flow-logs) and test(killed_at_random)'
