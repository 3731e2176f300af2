#!/usr/bin/env bash
# A sweep on Ray on this machine: a worker killed mid-way, its task tried again, and the same bytes as a local run.
source "$(dirname "$0")/common.sh"

end() {
    [ -z "${driver:-}" ] || kill "$driver" 2>/dev/null || true
    if [ -n "${KEEP:-}" ]; then echo "kept $folder"; else rm -rf "$folder"; fi
}
trap end EXIT

python=${RAY_PYTHON:-}
if [ -z "$python" ]; then
    venv=${XDG_CACHE_HOME:-$HOME/.cache}/rainier/ray
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    "$venv/bin/python" -c 'import ray' 2>/dev/null || "$venv/bin/pip" install -q ray
    python=$venv/bin/python
fi

local_run
"$program" sweep sweep.ron --out shared --plan ray --shards 4
export RAY_USAGE_STATS_ENABLED=0 RAY_DEDUP_LOGS=0
"$python" shared/plan/sweep.py >driver.txt 2>&1 &
driver=$!
wait_for 180 "a few runs" some_results shared

# One worker and the share that it runs.
share=$(pgrep -f "^$program sweep .*--out $folder/shared .*--shard" | head -1)
worker=$(ps -o ppid= "$share" | tr -d ' ')
echo "kills $(ps -o args= "$worker" | cut -c1-40) and $(ps -o args= "$share" | grep -o -- '--shard [0-9/]*')"
kill -9 "$worker" "$share"
sleep 0.5
stamps shared >before.all
(($(wc -l <before.all) < 48)) || fail "all was done before the kill"
mv before.all before

status=0
wait "$driver" || status=$?
driver=
grep -v "^$" driver.txt | tail -12
# The sweep has failed runs, and says so.
((status == 5)) || fail "the driver ends with $status, not 5"
compare shared before
echo "Ray $("$python" -c 'import ray; print(ray.__version__)'): done"
