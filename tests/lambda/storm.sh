#!/usr/bin/env bash
# Kills `flow-logs` at random points for a thousand batches while DynamoDB, SNS, SSM and S3 fail at random, and compares
# every document and every alert with a run without faults. Usage: tests/lambda/storm.sh [BATCHES [SEED]]
set -euo pipefail
export WEIR_TEST_BATCHES=${1:-1000} WEIR_TEST_SEED=${2:-1}
exec "$(dirname "$0")/emulated.sh" --no-capture -E 'package(weir-flow-logs) and test(killed_at_random)'
