#!/usr/bin/env bash
# Holds what a browser downloads of a page to a limit, packed: 7 MB a module.
#
# usage: tests/weight.sh FOLDER
set -euo pipefail
limit=7000000
found=0
for packed in "$1"/*.wasm.br; do
    bytes=$(stat -c %s "$packed")
    echo "$(basename "$packed"): $bytes bytes of $limit"
    ((bytes <= limit)) || { echo "$packed is over $limit bytes"; exit 1; }
    found=$((found + 1))
done
((found == 2)) || { echo "$1 has $found packed modules, not 2"; exit 1; }
