#!/usr/bin/env bash
# Takes the pictures of all walks, or of those that are named, under software rendering, and compares them with those that
# are kept in tests/golden/native. KEEP_PICTURES=1 keeps them instead.
#
# usage: tests/walks.sh VIEW [WALK...]
# VIEW is the program rainier-view, WALK a name such as lab. What differs is shown in the folder that is printed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
view=$1
shift
walks=("$@")
if ((${#walks[@]} == 0)); then
    for file in tests/walks/*.ron; do walks+=("$(basename "$file" .ron)"); done
fi
pictures=${PICTURES:-$(mktemp -d)}
mkdir -p "$pictures"
for walk in "${walks[@]}"; do
    SECONDS=0
    # A folder of scenarios that nobody has written into: the editor's list is the same everywhere.
    xvfb-run -a -s "-screen 0 3840x2160x24" "$view" --walk "tests/walks/$walk.ron" --pictures "$pictures/$walk" \
        --scenarios "$pictures/none" 2>"$pictures/$walk.log" || { cat "$pictures/$walk.log"; exit 1; }
    echo "$walk: walked in $SECONDS s"
done
status=0
for walk in "${walks[@]}"; do
    node tests/web/compare.mjs "$pictures/$walk" tests/golden/native || status=1
done
((status == 0)) || echo "see $pictures"
exit $status
