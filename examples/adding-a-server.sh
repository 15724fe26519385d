#!/usr/bin/env bash
# Adding a server, before anything is touched: what would move, from whom to whom, and how even it gets.
#
#     ./adding-a-server.sh
#
# It needs keyhome only (KEYHOME names another one; in a checkout it is target/release/keyhome), and asks no server.
set -euo pipefail
keyhome=${KEYHOME:-keyhome}
now=${NUTCRACKER_YML:-$(dirname "$0")/nutcracker.yml}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The config with a fourth server at its end.
{ cat "$now" && echo "   - 127.0.0.1:7004:1 redis-4"; } >"$folder/four.yml"

echo "What moves, exactly, and how many of a list of real keys:"
seq 1 10000 | sed 's/^/user:/' >"$folder/keys.txt"
"$keyhome" diff "$now" "$folder/four.yml" --keys "$folder/keys.txt"

echo
echo "Each server's share, before and after:"
"$keyhome" balance -c "$now"
"$keyhome" balance -c "$folder/four.yml"

echo
echo "The same with modula, which has no ring:"
sed 's/ketama/modula/' "$now" >"$folder/modula.yml"
sed 's/ketama/modula/' "$folder/four.yml" >"$folder/modula-four.yml"
"$keyhome" diff "$folder/modula.yml" "$folder/modula-four.yml" | tail -1
