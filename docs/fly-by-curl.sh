#!/usr/bin/env bash
# A client of Fly's Machines API that knows nothing but Fly: one machine's life by curl, each step with the status that is
# expected and the one that was seen. It ends with 1 at the first difference.
#
#   bin/bfaas local-fly --port 4280 --flycast-port 4281 --create-ms 50 --start-ms 100 --stop-ms 100 &
#   docs/fly-by-curl.sh http://127.0.0.1:4280
set -euo pipefail

base=${1:-http://127.0.0.1:4280}
machines=$base/v1/apps/${2:-workers}/machines
name=curl-$$
id=
nonce=
lease=
answer=$(mktemp)
trap clean EXIT

# A worker of ours does not boot without a coordinator's public key. Nobody has the private half of this one.
public=Wz2U0WQS3gCMP_A1ddNCbEgSyDx45YeTJ9WrtMjiaag
config='{"image":"registry.example/worker:1","env":{"PUBLIC":"'$public'"},"metadata":{"made_by":"curl"},
  "restart":{"policy":"no"},"guest":{"cpu_kind":"shared","cpus":1,"memory_mb":256}}'

# Calls METHOD PATH [BODY], with the nonce if there is one; prints the status and leaves the body in the file $answer.
call() {
  local arguments=(--silent --max-time 90 --request "$1" --output "$answer" --write-out '%{http_code}')
  if [[ -n $nonce ]]; then arguments+=(--header "fly-machine-lease-nonce: $nonce"); fi
  if [[ -n ${3:-} ]]; then arguments+=(--header 'content-type: application/json' --data "$3"); fi
  curl "${arguments[@]}" "$machines$2" || true
}

# Leaves no machine behind.
clean() {
  nonce=$lease
  if [[ -n $id ]]; then call DELETE "/$id?force=true" >/dev/null; fi
  rm -f "$answer"
}

# Prints a step and ends if it went otherwise than expected: WHAT EXPECTED SEEN. Of a refusal only the reason is told: an
# answer may hold a nonce.
step() {
  if [[ $3 == "$2" ]]; then
    printf 'ok    %-45s expected %-12s seen %s\n' "$1" "$2" "$3"
  else
    printf 'FAIL  %-45s expected %-12s seen %s %s\n' "$1" "$2" "$3" "$(grep -o '"error": *"[^"]*"' "$answer")"
    exit 1
  fi
}

# WHAT STATUS LATER METHOD PATH [BODY]: a call that is repeated for up to 10 s while its status is one of LATER.
expect_soon() {
  local what=$1 expected=$2 later="^($3|429)$" seen
  shift 3
  for _ in {1..40}; do
    seen=$(call "$@")
    [[ $seen =~ $later ]] || break
    sleep 0.25
  done
  step "$what" "$expected" "$seen"
}

# WHAT STATUS METHOD PATH [BODY]: one call. Fly lets about one a second through, and means *later* by 429.
expect() {
  expect_soon "$1" "$2" 429 "${@:3}"
}

# The first text of a name in the answer.
field() {
  grep -o "\"$1\": *\"[^\"]*\"" "$answer" | sed -n '1s/^[^:]*: *"\(.*\)"$/\1/p'
}

# NAME VALUE: what the answer has to say.
says() {
  step "  and its $1" "$2" "$(field "$1" || echo nothing)"
}

# NONCE: the one that the answer has to tell.
has_nonce() {
  [[ $(field nonce) == "$1" ]] || step '  and its nonce' 'the same' 'another'
}

expect 'create, leased' 200 POST '' "{\"name\":\"$name\",\"lease_ttl\":60,\"config\":$config}"
id=$(field id)
version=$(field instance_id)
lease=$(field nonce)
says name "$name"
says state created
expect 'create another of that name' 409 POST '' "{\"name\":\"$name\",\"config\":$config}"
expect 'list' 200 GET ''
grep -q "\"id\": *\"$id\"" "$answer" || step '  and the machine in it' "$id" nothing
expect 'list what has our metadata' 200 GET "?metadata.made_by=curl&state=created,starting,started"
expect 'get' 200 GET "/$id"
says instance_id "$version"
expect 'get what is not there' 404 GET /0000000000none
expect 'wait longer than Fly waits' 400 GET "/$id/wait?state=started&timeout=61"
expect 'wait for started' 200 GET "/$id/wait?state=started&timeout=60"

expect 'stop, without the nonce' 409 POST "/$id/stop"
nonce=$lease
expect 'stop' 200 POST "/$id/stop" '{"signal":"SIGTERM","timeout":"5s"}'
expect 'stop again' 200 POST "/$id/stop"
expect 'wait for stopped' 200 GET "/$id/wait?state=stopped&timeout=60&version=$version"
expect 'wait for what does not come' 408 GET "/$id/wait?state=started&timeout=1"
expect_soon 'start' 200 412 POST "/$id/start"
says previous_state stopped
expect 'wait for started' 200 GET "/$id/wait?state=started&timeout=60"

nonce=
expect 'read the lease' 200 GET "/$id/lease"
has_nonce "$lease"
expect 'acquire a lease that another holds' 409 POST "/$id/lease" '{"ttl":30}'
expect 'release it without its nonce' 400 DELETE "/$id/lease"
nonce=$lease
expect 'release it' 200 DELETE "/$id/lease"
nonce=
expect 'read the lease when there is none' 404 GET "/$id/lease"
expect 'acquire a lease' 201 POST "/$id/lease" '{"ttl":30,"description":"by curl"}'
nonce=$(field nonce)
[[ $nonce != "$lease" ]] || step '  and its nonce' 'a new one' 'the old one'
lease=$nonce
expect 'refresh it' 200 POST "/$id/lease" '{"ttl":60}'
has_nonce "$nonce"

nonce=
expect 'set metadata, which no lease guards' 204 POST "/$id/metadata/color" '{"value":"blue"}'
expect 'read it' 200 GET "/$id/metadata/color"
says value blue

expect 'suspend, without the nonce' 409 POST "/$id/suspend"
nonce=$lease
expect 'suspend' 200 POST "/$id/suspend"
expect 'wait for suspended' 200 GET "/$id/wait?state=suspended&timeout=60&version=$version"
expect 'resume' 200 POST "/$id/start"
says previous_state suspended
expect 'wait for started' 200 GET "/$id/wait?state=started&timeout=60"

expect 'cordon' 200 POST "/$id/cordon"
expect 'uncordon' 200 POST "/$id/uncordon"

expect 'restart' 200 POST "/$id/restart?timeout=5s"
expect 'wait for started' 200 GET "/$id/wait?state=started&timeout=60"
expect 'update what has changed since' 409 POST "/$id" "{\"current_version\":\"$id\",\"config\":$config}"
expect 'update' 200 POST "/$id" "{\"current_version\":\"$version\",\"config\":$config}"
[[ $(field instance_id) != "$version" ]] || step '  and its instance_id' 'a new one' "$version"
version=$(field instance_id)
expect_soon 'wait for the new version to be started' 200 '400|408' GET "/$id/wait?state=started&timeout=60&version=$version"
expect 'read its versions' 200 GET "/$id/versions"
says version "$version"
expect 'read its newest events' 200 GET "/$id/events?limit=5"
nonce=
expect 'destroy, by force, without the nonce' 409 DELETE "/$id?force=true"
nonce=$lease
expect 'destroy what runs, without force' 412 DELETE "/$id"
expect 'destroy, by force' 200 DELETE "/$id?force=true"
nonce=
expect_soon 'get what was destroyed' 404 200 GET "/$id"
id=
echo 'Fly answered as expected.'
