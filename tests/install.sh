#!/usr/bin/env bash
# Makes a Python environment with pinned packages, once for each list of them.
# Usage: tests/install.sh FOLDER REQUIREMENTS
set -euo pipefail
if ! cmp -s "$2" "$1/installed"; then
  python3 -m venv "$1"
  "$1/bin/pip" install --quiet --disable-pip-version-check -r "$2"
  cp "$2" "$1/installed"
fi
