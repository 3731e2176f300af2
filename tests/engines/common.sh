# What the engine tests share: a sweep, a local run of it, and the comparison. Sourced.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
program=${RAINIER:-${CARGO_TARGET_DIR:-$root/target}/release/rainier}
folder=$(mktemp -d "${TMPDIR:-/tmp}/rainier-engine.XXXXXX")
chmod 755 "$folder"
cd "$folder"

fail() { echo "FAILED: $*" >&2; exit 1; }

# Waits for a command to succeed, so many seconds at most.
wait_for() { # SECONDS WHAT COMMAND...
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < until)) || fail "$what has not happened"
        sleep 0.1
    done
}

install_packages() { # PACKAGE...
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok' || missing+=("$package")
    done
    if ((${#missing[@]})); then
        local sudo
        sudo=$([ "$(id -u)" = 0 ] || echo sudo)
        $sudo apt-get update -qq
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
}

cat >sweep.ron <<'RON'
(
    format: 1,
    name: "Weather and design power of the small site",
    about: "Do all engines give the same answers?",
    base: "builtin:lab-day",
    duration_s: 21600,
    tick_s: 2,
    axes: [
        (name: "warmer_k", path: "scenario:weather_offset_k", of: Range(0, 5, 6)),
        (name: "tdp_w", path: "catalog:chips.trainium2.tdp_w", of: LatinHypercube(Triangular("0.45kW", 500, 550))),
        // One of two is not there; its runs are rows like the others.
        (name: "site", path: "scenario:site", of: Values(["builtin:lab", "nowhere.ron"])),
    ],
    draws: 4,
)
RON

results() { find "$1/runs" -name '*.json' | wc -l; }
some_results() { (($(results "$1") >= 3)); }
# Finished runs and when they were written.
stamps() { (cd "$1" && find runs -name '*.json' -printf '%p %i %T@\n' | sort); }

local_run() {
    local status=0
    "$program" sweep sweep.ron --out local --quiet >local.txt 2>&1 || status=$?
    ((status == 5)) || fail "the local run ends with $status, not 5: $(tail -3 local.txt)"
    [ "$(results local)" = 48 ] || fail "$(results local) local results instead of 48"
}

# The engine's runs and table, beside the local ones; runs finished before the kill must be as they were.
compare() { # FOLDER STAMPS
    diff -r local/runs "$1/runs" || fail "runs differ"
    cmp local/sweep.parquet "$1/sweep.parquet" || fail "tables differ"
    local again
    again=$(comm -23 "$2" <(stamps "$1") | wc -l)
    ((again == 0)) || fail "$again runs that had finished were run again"
    echo "48 runs and the table are the same to the byte; $(wc -l <"$2") had finished before the kill, none of them was run again"
}
