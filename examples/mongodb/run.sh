#!/usr/bin/env bash
# The users API on a server that speaks MongoDB's protocol, under load: polodb, mock_service, and the example users_api.
#   examples/mongodb/run.sh --users 10 --time 5s --wait 50ms-150ms
# Words are flags of the example. Needs polodb in the PATH: cargo install polodb --locked, a C++ compiler and libclang.
set -euo pipefail
cd "$(dirname "$0")/../.."
port=${PORT:-27117}
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$folder"' EXIT

cargo build --quiet --package perfloop-mock-service --features mongodb
cargo build --quiet --release --example users_api
targets=${CARGO_TARGET_DIR:-target}

# Waits until a file has a line, or its writer has ended.
line_of() {
  until line=$(grep -m 1 "$2" "$folder/$1"); do
    kill -0 "$3" 2>/dev/null || { cat "$folder/$1" >&2; exit 3; }
    sleep 0.05
  done
  echo "${line#*"$2"}"
}

polodb serve --host 127.0.0.1 --port "$port" --path "$folder/db" >"$folder/polodb" 2>&1 &
"$targets/debug/mock_service" --port 0 --db "mongodb://127.0.0.1:$port/shop" >"$folder/service" 2>&1 &
url=$(line_of service "listening on " $!)
PERFLOOP_HOST=$url "$targets/release/examples/users_api" "$@"
