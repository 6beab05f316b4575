#!/usr/bin/env bash
# Gives the workers a new image: builds it, pushes it, tells the coordinators, watches until every worker machine has it, and has
# one of them run a script.
#
#   deploy/update-worker.sh [--dry-run] [--label LABEL] [--wait SECONDS] APP [WORKER_APP]
#
# The coordinators restart one by one to learn it, end their runs first, and then replace their machines one at a time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/common.bash
. deploy/common.bash

dry_run=no
label=
wait_seconds=900

read_arguments() {
  while [[ ${1:-} == -* ]]; do
    case $1 in
      --dry-run) dry_run=yes ;;
      --label | --wait)
        [[ -n ${2:-} ]] || usage "$1: without a value"
        if [[ $1 == --label ]]; then label=$2; else wait_seconds=$2; fi
        shift
        ;;
      *) usage "$1: unknown" ;;
    esac
    shift
  done
  [[ $# -ge 1 && $# -le 2 ]] || usage "expected the names of one or two apps, and got $#"
  app=$1
  worker=${2:-$1-workers}
  label=${label:-$(date -u +w%Y%m%d-%H%M%S)}
  require_app_name APP "$app"
  require_app_name WORKER_APP "$worker"
  [[ $label =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || usage "--label: $label (expected: letters, digits, _, . and -)"
  [[ $wait_seconds =~ ^[0-9]{1,6}$ ]] || usage "--wait: $wait_seconds (expected: whole seconds)"
}

occurrences() {
  { grep -Eo -- "$1" <<<"$2" || true; } | wc -l
}

# How many worker machines there are, and how many of them have the image.
count_machines() {
  local machines
  machines=$(fly machine list --json -a "$worker") || die 70 "fly machine list -a $worker: failed"
  all=$(occurrences '"name": *"worker-' "$machines")
  updated=$(occurrences "\"image\": *\"$(worker_image "$worker" "$label")\"" "$machines")
}

# A label names one image for good: a coordinator that is told the name it has already changes nothing.
require_new_label() {
  count_machines
  ((updated == 0)) || die 64 "--label: $label is what $updated of $all worker machines have (expected: one that was never used)"
}

# Two looks in a row must agree. Where there is no machine there is nothing to see: one may be between the end of an old machine and
# its successor, or in a pool that makes them on demand. So a run is asked for.
watch_roll_out() {
  local end=$((SECONDS + wait_seconds)) said='' agreed=0
  echo "# watching: fly machine list --json -a $worker"
  while true; do
    count_machines
    if [[ $said != "$updated/$all" ]]; then
      said=$updated/$all
      echo "# $updated of $all worker machines have it"
    fi
    ((all > 0)) || is_run "$app" || true
    if ((all > 0 && updated == all)); then agreed=$((agreed + 1)); else agreed=0; fi
    if ((agreed == 2)); then return; fi
    ((SECONDS < end)) || die 75 "after $wait_seconds s only $updated of $all machines have it (fly logs -a $app says why)"
    sleep "$pause_seconds"
  done
}

read_arguments "$@"
if [[ $dry_run == no ]]; then
  require_tools fly curl grep sed
  require_login
  has_app "$worker" || die 78 "$worker: no such app (deploy/setup.sh makes it)"
  has_secret "$app" WORKER_IMAGE || die 78 "$app has no WORKER_IMAGE (deploy/setup.sh comes first)"
  require_new_label
fi
push_worker_image "$worker" "$label"
run_with_secrets print_worker_image "echo $(quoted "$(print_worker_image)")" fly secrets import -a "$app"
if [[ $dry_run == no ]]; then watch_roll_out; fi
require_run "$app"
