#!/usr/bin/env bash
# A Locust master and three workers of perfloop, as processes of this machine: ten seconds, thirty users.
#   examples/locust/run.sh http://127.0.0.1:5000/json
# Needs perfloop and locust (pip install locust) in the PATH.
set -euo pipefail
target=${1:?give a URL or a Hurl file}
port=${PORT:-5557}
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$folder"' EXIT

perfloop locustfile "$target" > "$folder/locustfile.py"
for number in 1 2 3; do
  perfloop worker --master-host 127.0.0.1 --master-port "$port" \
    --wait 100ms --quiet --json "$folder/worker$number.json" "$target" > "$folder/worker$number.txt" &
done
locust --master -f "$folder/locustfile.py" --master-bind-host 127.0.0.1 --master-bind-port "$port" \
  --headless --expect-workers 3 --users 30 --spawn-rate 15 --run-time "${TIME:-10s}" --enable-rebalancing --only-summary
wait

# Each worker's own part is exact: together they are what the master was told, with the kernel's times.
perfloop merge "$folder"/worker*.json
