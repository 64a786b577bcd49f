#!/usr/bin/env bash
# Makes a package for Debian of the release build: binary, manual pages, completions, documents. Prints its path.
set -euo pipefail
cd "$(dirname "$0")/../.."

cargo build --release --locked --features otel --bin perfloop >&2
target=${CARGO_TARGET_DIR:-target}
dist=target/dist
rm -rf "$dist"
mkdir -p "$dist/completions"
"$target/release/perfloop" man "$dist/man"
for shell in bash zsh fish; do
  "$target/release/perfloop" completions "$shell" >"$dist/completions/perfloop.$shell"
done
# What is not newer than the binary is not built again.
cargo deb --no-build --no-strip --locked --output "$dist"
