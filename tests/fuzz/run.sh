#!/usr/bin/env bash
# Runs targets under libFuzzer, each for a time, from their seeds: tests/fuzz/run.sh SECONDS [TARGET…]
# Needs a nightly toolchain, a C++ compiler and `cargo install cargo-fuzz`. What breaks is left under target/fuzz/.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:?seconds for each target}
shift
targets=("$@")
# What links the binary for users would take minutes here, and hide nothing.
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
# Debug assertions and overflow checks are on: what wraps in a release build is a fault here.
cargo +nightly fuzz build --fuzz-dir tests/fuzz --features libfuzzer any
cargo run -q -p weir-fuzz --bin seeds -- target/fuzz/corpus
if [ ${#targets[@]} = 0 ]; then
  mapfile -t targets < <(ls target/fuzz/corpus)
fi
failed=0
for target in "${targets[@]}"; do
  corpus=target/fuzz/corpus/$target found=target/fuzz/found/$target/
  mkdir -p "$corpus" "$found"
  echo "fuzz $target for $seconds s"
  WEIR_FUZZ=$target cargo +nightly fuzz run --fuzz-dir tests/fuzz --features libfuzzer any "$corpus" -- \
    -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=8192 -artifact_prefix="$found" -print_final_stats=1 \
    2> "target/fuzz/$target.log" || { failed=1; echo "fuzz $target: broken; see target/fuzz/$target.log and $found"; }
  grep -E 'stat::number_of_executed_units|^#.*DONE' "target/fuzz/$target.log" || true
done
exit $failed
