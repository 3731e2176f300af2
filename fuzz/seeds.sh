#!/usr/bin/env bash
# Writes what a coverage-guided run begins with to a folder: every built-in file, once for each target that
# reads such files, and a little of what the other targets read. The first byte chooses the target (targets.rs).
set -euo pipefail
out=$1
cd "$(dirname "$0")/.."
mkdir -p "$out"
seed() { # TARGET FILE...
    local target=$1
    shift
    for file in "$@"; do
        { printf "\\x0$target"; head -c 20000 "$file"; } >"$out/$target-$(basename "$file")"
    done
}
seed 0 assets/scenarios/*.ron
seed 1 assets/sites/*.ron
seed 2 assets/*.ron assets/{tariffs,weather,workloads,plans,grids,sites}/*.ron
seed 3 assets/weather/*.epw
printf '\x04; MaxProcs: 64\n1 0 1 60 8 50 -1 8 60 -1 1 1 1 1 1 1 -1 -1\n' >"$out/4-swf"
printf '\x04submit_s,chips,work_s,name\n0,8,60,a\n' >"$out/4-csv"
printf '\x05catalog:chips.trainium2.tdp_w=0.55kW' >"$out/5-change"
printf '\x05site:buildings[1].phase=3' >"$out/5-index"
