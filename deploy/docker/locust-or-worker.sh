#!/bin/sh
# A worker where the operator asks for one, else Locust itself. $TARGETS names what the workers run.
for word in "$@"; do
  if [ "$word" = --worker ]; then
    # Several targets are several words.
    # shellcheck disable=SC2086
    exec perfloop worker "$@" $TARGETS
  fi
done
exec locust "$@"
