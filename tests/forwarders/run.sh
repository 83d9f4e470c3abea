#!/usr/bin/env bash
# Lets real forwarders post to the function `ingest`: syslog-ng and collectd of Debian, the OpenTelemetry SDK of PyPI.
# Usage: tests/forwarders/run.sh [ARGUMENTS OF THE TEST RUNNER]
# Packages are unpacked under target/ and not installed: a running syslog stays as it is. Where Debian's packages
# cannot be had, their tests say that they were skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

home=${CARGO_TARGET_DIR:-$PWD/target}/forwarders
mkdir -p "$home/bin" "$home/debian"
tests/install.sh "$home/venv" tests/forwarders/otlp.txt

# What they link and a small system may lack.
packages=(syslog-ng-core syslog-ng-mod-http collectd-core)
libraries=(libivykis0 libpcre3 libnet1 libwrap0 libjson-c5 libesmtp6 libcurl4 libyajl2 libcurl3-gnutls)
fetch() {
  for package in "${packages[@]}" "${libraries[@]}"; do
    ls "$home/debian/$package"_*.deb >/dev/null 2>&1 && continue
    dpkg -s "$package" >/dev/null 2>&1 && [[ " ${libraries[*]} " == *" $package "* ]] && continue
    (cd "$home/debian" && apt-get download -q "$package" >/dev/null 2>&1) || missing+=("$package")
  done
}
missing=()
if command -v apt-get >/dev/null; then
  fetch
  if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" = 0 ]; then
    apt-get update -q >/dev/null 2>&1 || true
    missing=()
    fetch
  fi
else
  missing=("${packages[@]}")
fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "skipped: these packages of Debian cannot be had here: ${missing[*]}" >&2
  rm -f "$home"/bin/*
else
  for package in "$home"/debian/*.deb; do dpkg -x "$package" "$home/root"; done
  modules=$(dirname "$(find "$home/root" -name libhttp.so)")
  path=$(find "$home/root" -name '*.so.*' -printf '%h\n' | sort -u | paste -sd:)
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s -F --no-caps --module-path %s "$@"\n' \
    "$path:$(dirname "$modules")" "$home/root/usr/sbin/syslog-ng" "$modules" >"$home/bin/syslog-ng"
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$path" "$home/root/usr/sbin/collectd" >"$home/bin/collectd"
  chmod +x "$home/bin/syslog-ng" "$home/bin/collectd"
fi

WEIR_TEST_FORWARDERS=$home WEIR_TEST_TARGET=forwarders tests/lambda/emulated.sh "$@"
