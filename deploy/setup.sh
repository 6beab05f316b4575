#!/usr/bin/env bash
# Puts CoordBfaas on Fly: an app of coordinators, and one of workers on a network of its own. What is there already is left as it
# is, so it may be run again, after a failure too.
#
#   deploy/setup.sh [--dry-run] [--org ORG] [--worker-org ORG] [--network NAME] [--region CODE] APP [WORKER_APP]
#
# --dry-run prints the commands of a first run, and calls nothing. The names must be free in all of Fly. BFAAS is the program that
# makes the key, bin/bfaas unless given.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/common.bash
. deploy/common.bash

dry_run=no
org=personal
worker_org=
network=
region=
label=setup
bfaas=${BFAAS:-bin/bfaas}
policy_name=coordbfaas
policy_url=${FLY_API_HOSTNAME:-https://api.machines.dev}

# Deny by default: the first rule of a direction closes the rest of it. Ports are all that a policy knows, so what stays open is
# open to private addresses too; the guest's firewall closes those (docs/security.md). Flycast comes through Fly's proxy, which
# no policy touches.
policy_call=(curl --config - --silent --show-error)
policy='{"name":"coordbfaas","selector":{"all":true},"rules":[{"action":"allow","direction":"ingress","ports":[{"protocol":"tcp","port":8001}]},{"action":"allow","direction":"egress","ports":[{"protocol":"udp","port":53},{"protocol":"tcp","port":53},{"protocol":"tcp","port":80},{"protocol":"tcp","port":443}]}]}'

read_arguments() {
  while [[ ${1:-} == -* ]]; do
    case $1 in
      --dry-run) dry_run=yes ;;
      --org | --worker-org | --network | --region)
        [[ -n ${2:-} ]] || usage "$1: without a value"
        case $1 in
          --org) org=$2 ;;
          --worker-org) worker_org=$2 ;;
          --network) network=$2 ;;
          *) region=$2 ;;
        esac
        shift
        ;;
      *) usage "$1: unknown" ;;
    esac
    shift
  done
  [[ $# -ge 1 && $# -le 2 ]] || usage "expected the names of one or two apps, and got $#"
  app=$1
  worker=${2:-$1-workers}
  worker_org=${worker_org:-$org}
  network=${network:-$worker}
  require_app_name APP "$app"
  require_app_name WORKER_APP "$worker"
  token_call=(fly tokens create deploy -a "$worker" --name "$app" --expiry 8760h)
  policy_token_call=(fly tokens create deploy -a "$worker" --name "$app-policy" --expiry 15m)
  [[ $app != "$worker" ]] || usage "$worker: both apps (expected: two, or strangers' scripts run beside the coordinator's secrets)"
  [[ $network =~ ^[a-z][a-z0-9-]*$ && $network != default ]] ||
    usage "--network: $network (expected: a network of the workers' own; letters, digits and dashes, a letter first)"
  [[ -z $region || $region =~ ^[a-z]{3}$ ]] || usage "--region: $region (expected: a code of three letters, see fly platform regions)"
  [[ $org =~ ^[a-z0-9-]+$ && $worker_org =~ ^[a-z0-9-]+$ ]] || usage "--org: expected the organization's slug, see fly orgs list"
}

# It wants a JDK, and builds the program first: better known before there is an app than after.
require_key_maker() {
  if has_app "$app" && has_secret "$app" PRIVATE; then return; fi
  "$bfaas" genkey >/dev/null || die 69 "$(quoted "$bfaas") genkey: failed (it wants a JDK 21 or later, and Maven)"
}

create_apps() {
  has_app "$app" || run fly apps create "$app" --org "$org"
  has_app "$worker" || run fly apps create "$worker" --org "$worker_org" --network "$network"
}

# The address under which the coordinators' network, and no other, reaches the workers: not even their own.
allocate_address() {
  there_is '"private_v6"' ips list --json -a "$worker" || run fly ips allocate-v6 --private --org "$org" -a "$worker"
  if has_public_address "$worker"; then
    die 78 "$worker has a public address (expected: none; fly ips list -a $worker, fly ips release ADDRESS -a $worker)"
  fi
}

# A call of the Machines API. The token goes to curl on its stdin, as the rest of its command line. A macaroon brings the word that
# stands before it along ("FlyV1 fm2_…").
machines_api() {
  local token=$1
  shift
  [[ $token == *' '* ]] || token="Bearer $token"
  printf 'header = "Authorization: %s"\n' "$token" | "${policy_call[@]}" "$@"
}

# Its token is good for this app and a quarter of an hour.
set_policy() {
  local url=$policy_url/v1/apps/$worker/network_policies token answer
  local post=(--fail-with-body -H 'Content-Type: application/json' --data "$policy" "$url")
  if [[ $dry_run == no ]]; then
    token=$("${policy_token_call[@]}") || die 70 "$(quoted "${policy_token_call[@]}"): failed"
    [[ -n $token ]] || die 70 "$(quoted "${policy_token_call[@]}"): printed nothing"
    answer=$(machines_api "$token" --write-out '\n%{http_code}' "$url/") || die 70 "the network policies of $worker cannot be read: $answer"
    case ${answer##*$'\n'} in
      200) if grep -Eq "\"name\": *\"$policy_name\"" <<<"$answer"; then return; fi ;;
      404) ;; # none yet
      *) die 70 "the network policies of $worker cannot be read: $answer" ;;
    esac
  fi
  printf "%s | sed 's/.*/header = \"Authorization: &\"/' | %s\n" \
    "$(quoted "${policy_token_call[@]}")" "$(quoted "${policy_call[@]}" "${post[@]}")"
  if [[ $dry_run == no ]]; then
    answer=$(machines_api "$token" "${post[@]}") || die 70 "the network policy of $worker cannot be set: $answer"
  fi
}

print_private_key() {
  "$bfaas" genkey | grep '^PRIVATE='
}

# Good for the workers' app alone: its machines, and tokens like it.
print_token() {
  local token
  token=$("${token_call[@]}")
  [[ -z $token ]] || printf 'FLY_TOKEN=%s\n' "$token"
}

print_worker_app() {
  printf 'WORKER_APP=%s\n' "$worker"
}

# Staged: they are there when the first machine starts.
set_secrets() {
  has_secret "$app" PRIVATE ||
    run_with_secrets print_private_key "$(quoted "$bfaas") genkey | grep '^PRIVATE='" fly secrets import --stage -a "$app"
  has_secret "$app" FLY_TOKEN ||
    run_with_secrets print_token \
      "$(quoted "${token_call[@]}") | sed 's/^/FLY_TOKEN=/'" \
      fly secrets import --stage -a "$app"
  has_secret "$app" WORKER_APP ||
    run_with_secrets print_worker_app "echo $(quoted "WORKER_APP=$worker")" fly secrets import --stage -a "$app"
}

# The image's name is set when the image is there.
push_first_image() {
  if ! has_secret "$app" WORKER_IMAGE; then
    push_worker_image "$worker" "$label"
    run_with_secrets print_worker_image "echo $(quoted "$(print_worker_image)")" fly secrets import --stage -a "$app"
  fi
}

# A machine that a deploy made and could not start is no coordinator yet. The addresses come before it: an app that has been
# deployed and has none was made private since.
deploy_coordinator() {
  if there_is '"state": *"started"' machine list --json -a "$app"; then return; fi
  if ! has_public_address "$app"; then
    run fly ips allocate-v4 --shared -a "$app"
    run fly ips allocate-v6 -a "$app"
  fi
  run fly deploy -c deploy/fly.toml -a "$app" ${region:+--primary-region "$region"} --ha=false --yes
}

read_arguments "$@"
if [[ $dry_run == no ]]; then
  require_tools fly curl grep sed
  require_login
  require_key_maker
fi
create_apps
allocate_address
set_policy
set_secrets
push_first_image
deploy_coordinator
require_run "$app"
printf '# ready: curl https://%s.fly.dev/run -d uptime\n' "$app"
