#!/usr/bin/env bash
# Release notes: what CHANGELOG.md says of a version, of the one in Cargo.toml if none is given.
#   deploy/release/notes.sh 0.1.0
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${1:-$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)}
notes=$(awk -v version="$version" '
  /^## / { isOf = $2 == version || $2 == version "," ; next }
  isOf' CHANGELOG.md)
if [[ -z $notes ]]; then
  echo "CHANGELOG.md says nothing of $version" >&2
  exit 1
fi
echo "$notes"
