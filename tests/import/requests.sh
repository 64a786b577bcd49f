#!/bin/sh
HOST=http://127.0.0.1:5000

# Make a user
curl -sS -X POST "$HOST/echo" \
  -H 'Content-Type: application/json' \
  -d '{"name": "Ann"}' | jq .

# Look
curl -G "$HOST/echo" --data-urlencode 'q=a b' > /dev/null
for n in 1 2 3; do curl "$HOST/fast?n=$n"; done
