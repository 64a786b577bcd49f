#!/usr/bin/env bash
# The step of the action: one run, its reports, and what it is against the reports before. Also runs by hand:
#   ARGS='--users 2 --time 5s http://127.0.0.1:5000/json' REPORT=report bash deploy/github/run.sh
set -euo pipefail

report=${REPORT:-perfloop-report}
baseline=${BASELINE:-}
mkdir -p "$report"
json=$report/perfloop.json
html=$report/perfloop.html
if [[ -n ${GITHUB_OUTPUT:-} ]]; then
  printf 'json=%s\nhtml=%s\n' "$json" "$html" >>"$GITHUB_OUTPUT"
fi

# The flags are words of a shell, quotes and all, as on a command line.
declare -a words
eval "words=($ARGS)"
exit=0
perfloop "${words[@]}" --github --json "$json" --html "$html" || exit=$?
# 2 is a wrong command line, 3 a run that could not be carried out: neither says anything of the service.
if ((exit > 1)) || [[ -z $baseline ]]; then
  exit "$exit"
fi

mkdir -p "$baseline"
shopt -s nullglob
known=("$baseline"/*.json)
if ((${#known[@]} > 0)); then
  worse=0
  perfloop compare --base "${known[@]}" --new "$json" --tolerance "${TOLERANCE:-10%}" | tee "$report/compare.txt" || worse=$?
  if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then
    # The fence is longer than any that a name could have.
    { echo; echo '#### Against the base'; echo '~~~~~~~~text'; cat "$report/compare.txt"; echo '~~~~~~~~'; } >>"$GITHUB_STEP_SUMMARY"
  fi
  if ((worse > 0)); then
    echo "::error title=slower than the base::perfloop compare ended with $worse"
    exit=$((exit > worse ? exit : worse))
  fi
fi
# Only a good run is what others are compared with.
if ((exit == 0)); then
  cp "$json" "$baseline/$(date -u +%Y%m%dT%H%M%SZ).json"
  known=("$baseline"/*.json)
  drop=$((${#known[@]} - ${KEEP:-5}))
  for ((n = 0; n < drop; n++)); do rm "${known[n]}"; done
fi
exit "$exit"
