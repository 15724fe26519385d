#!/usr/bin/env bash
# Replacing twemproxy: what was written through nutcracker is read through `keyhome proxy`, with the same nutcracker.yml on
# the same port; and the way back, should you want it.
#
#     ./servers start && ./replace-twemproxy.sh
#
# It needs nutcracker, redis-cli and keyhome (KEYHOME names another one; in a checkout it is target/release/keyhome).
set -euo pipefail
PATH=$PATH:/usr/sbin # where Debian has nutcracker
config=${NUTCRACKER_YML:-$(dirname "$0")/nutcracker.yml}
stats=${STATS_PORT:-22222}
port=$(sed -nE 's/^ *listen: .*:([0-9]+)$/\1/p' "$config")
log=$(mktemp)
pid=

stop() {
  if [[ -n $pid ]]; then kill "$pid" && wait "$pid" || true; fi
  pid=
}
trap 'stop; rm -f "$log"' EXIT

# serve NAME COMMAND...: starts it, and waits until it answers.
serve() {
  local name=$1
  shift
  "$@" -c "$config" -a 127.0.0.1 -s "$stats" >>"$log" 2>&1 &
  pid=$!
  until redis-cli -p "$port" get twemproxy:ready >/dev/null 2>&1; do
    if ! kill -0 "$pid" 2>/dev/null; then echo "$name does not start:"; cat "$log"; exit 1; fi
    sleep 0.05
  done
  echo "$name serves the pool"
}

# Keys from FIRST to LAST, through whoever serves.
write() {
  local keys
  keys=$(seq "$1" "$2" | sed 's/.*/SET twemproxy:& value-& EX 3600/' | redis-cli -p "$port" | grep -c '^OK$')
  echo "  $keys keys written"
}
read_all() {
  local right
  right=$(seq "$1" "$2" | sed 's/.*/GET twemproxy:&/' | redis-cli -p "$port" | paste - <(seq "$1" "$2") |
    awk '$1 == "value-" $2 { right++ } END { print right + 0 }')
  echo "  $right of $(($2 - $1 + 1)) keys read, each with its value"
}

serve nutcracker nutcracker
write 1 500
stop

serve "keyhome proxy" "${KEYHOME:-keyhome}" proxy
read_all 1 500
write 501 1000
echo "  twemproxy:7 lives on $(redis-cli -p "$port" keyhome node twemproxy:7)"
stop

echo "and back:"
serve nutcracker nutcracker
read_all 1 1000
