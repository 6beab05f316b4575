# What deploy/setup.sh and deploy/update-worker.sh share. Sourced, not run.
# shellcheck shell=bash

: "${dry_run:=no}" "${worker:=}" "${label:=}"

pause_seconds=${DEPLOY_PAUSE:-5} # between two looks
tries_max=24                    # two minutes, if each is refused at once
run_call=(curl --silent --show-error --fail-with-body --max-time 20 -H 'Accept: application/json' -d true)

# Says what is wrong and ends: 64 for a misuse, 69 for what is missing, 75 for what did not come about in time, 77 for who may not.
die() {
  local code=$1
  shift
  echo "${0##*/}: $*" >&2
  exit "$code"
}

# Says how the script is used, from the comment at its head, and what was wrong.
usage() {
  sed -n 's/^#   //p' "deploy/${0##*/}" >&2
  die 64 "$*"
}

# An app's name: part of a host's name, so lower-case letters, digits and inner dashes.
require_app_name() {
  [[ $2 =~ ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ ]] ||
    die 64 "$1: ${2:-missing} (expected: lower-case letters, digits and inner dashes, at most 63)"
}

require_tools() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || die 69 "$tool: not found on the PATH$(where_from "$tool")"
  done
}

where_from() {
  if [[ $1 == fly ]]; then echo ' (https://fly.io/docs/flyctl/install/)'; fi
}

require_login() {
  fly auth whoami >/dev/null 2>&1 || die 77 'fly: not logged in (fly auth login)'
}

# Prints a command, and runs it unless this is a dry run.
run() {
  printf '%s\n' "$(quoted "$@")"
  if [[ $dry_run == no ]]; then "$@"; fi
}

# The same for a command that reads secrets: NAME=VALUE lines on its stdin, of which only the names are printed. The values are
# made by the command that is named first, and are neither an argument, nor in a file, nor in the environment of anything.
# Arguments: the secrets' source (a function), how people are told of it, the command.
run_with_secrets() {
  local source=$1 told=$2 secrets
  shift 2
  printf '%s | %s\n' "$told" "$(quoted "$@")"
  if [[ $dry_run == no ]]; then
    secrets=$("$source")
    [[ -n $secrets ]] || die 70 "$told: printed nothing"
    printf '%s\n' "$secrets" | "$@" # printf is bash's own: no process has the values in its arguments
  fi
}

# The arguments, as one would type them.
quoted() {
  local word line=
  for word in "$@"; do
    if [[ $word =~ ^[A-Za-z0-9_./:=@,+-]+$ ]]; then
      line+=" $word"
    else
      line+=" '${word//\'/\'\\\'\'}'"
    fi
  done
  printf '%s' "${line# }"
}

# Whether fly, asked with the arguments that follow, answers JSON in which the text pattern is found. In a dry run nothing is
# there yet. What is nested in an item is left out: an app's organization has a Name as well.
there_is() {
  local pattern=$1 answer
  shift
  [[ $dry_run == no ]] || return 1
  answer=$(fly "$@") || die 70 "fly $*: failed"
  answer=$(tr '\n' ' ' <<<"$answer" | sed -E -e ':inner' -e 's/"[A-Za-z_]+": *(\{[^{}]*\}|\[[^][]*\])//g' -e 't inner')
  grep -Eiq -- "$pattern" <<<"$answer"
}

has_app() {
  there_is "\"Name\": *\"$1\"" apps list --json
}

has_secret() {
  there_is "\"Name\": *\"$2\"" secrets list --json -a "$1"
}

has_public_address() {
  there_is '"Type": *"(v4|v6|shared_v4|dedicated_v4|public_v6)"' ips list --json -a "$1"
}

# Builds the workers' image and pushes it as LABEL. --update-only makes no machine, and there is none to update: the machines
# that coordinators make bear no mark of fly deploy's.
push_worker_image() {
  run fly deploy -c deploy/fly.toml.basher -a "$1" --update-only --no-public-ips --image-label "$2" --yes
}

worker_image() {
  printf 'registry.fly.io/%s:%s' "$1" "$2"
}

print_worker_image() {
  printf 'WORKER_IMAGE=%s\n' "$(worker_image "$worker" "$label")"
}

# Whether a script is run by an app's coordinator, asked as anybody on the internet may; what it said is left in answer.
is_run() {
  answer=$("${run_call[@]}" "https://$1.fly.dev/run" 2>&1) &&
    grep -Eq '"code": *0[,}]' <<<"$answer" && grep -Eq '"reason": *"exited"' <<<"$answer"
}

# Ends well once a script was run: images, states and lists of machines do not say as much. Who has made the app private is left to
# ask by themselves.
require_run() {
  local answer try
  if [[ $dry_run == no ]] && ! has_public_address "$1"; then
    echo "# $1 has no public address (fly ips list -a $1): whether it runs scripts was not seen"
    return
  fi
  printf '%s\n' "$(quoted "${run_call[@]}" "https://$1.fly.dev/run")"
  [[ $dry_run == no ]] || return 0
  for ((try = 1; try <= tries_max; try++)); do
    if is_run "$1"; then return; fi
    sleep "$pause_seconds"
  done
  die 75 "$1 runs no script, asked $tries_max times; it said: ${answer:-nothing} (fly logs -a $1, fly logs -a $worker say why)"
}
