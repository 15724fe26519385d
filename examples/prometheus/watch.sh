#!/usr/bin/env bash
# Watching the proxy: it serves nutcracker.yml, and tells Prometheus what it does. Some requests are sent, so that there is
# something to see; then it serves until Ctrl-C.
#
#     ./servers start && prometheus/watch.sh
#
# It needs redis-cli, curl and keyhome (KEYHOME names another one; in a checkout it is target/release/keyhome).
set -euo pipefail
config=${NUTCRACKER_YML:-$(dirname "$0")/../nutcracker.yml}
stats=${STATS_PORT:-22222}
metrics=${METRICS_PORT:-9121} # the port in prometheus.yml
port=$(sed -nE 's/^ *listen: .*:([0-9]+)$/\1/p' "$config")

"${KEYHOME:-keyhome}" proxy -c "$config" -a 127.0.0.1 -s "$stats" --metrics-port "$metrics" &
proxy=$!
trap 'kill "$proxy" 2>/dev/null || true; wait "$proxy" || true' EXIT
until redis-cli -p "$port" ping >/dev/null 2>&1; do
  if ! kill -0 "$proxy" 2>/dev/null; then exit 1; fi # it has said why
  sleep 0.05
done

seq 1 300 | sed 's/.*/SET watched:& value EX 60/' | redis-cli -p "$port" >/dev/null
redis-cli -p "$port" mget watched:1 watched:2 watched:3 watched:4 >/dev/null
redis-cli -p "$port" nonsense >/dev/null || true

echo "Some of http://127.0.0.1:$metrics/metrics:"
curl --silent --show-error --fail "http://127.0.0.1:$metrics/metrics" |
  grep -E '^keyhome_(server_live|pool_fragments_total|pool_errors_total.*"unknown_command")'
echo "It serves until Ctrl-C; point Prometheus at it with prometheus/prometheus.yml."
wait "$proxy"
