#!/usr/bin/env bash
# The table of a sweep in pandas, Polars and DuckDB, and the job files of Kubernetes as YAML.
source "$(dirname "$0")/common.sh"
trap 'rm -rf "$folder"' EXIT

python=${READERS_PYTHON:-}
if [ -z "$python" ]; then
    venv=${XDG_CACHE_HOME:-$HOME/.cache}/rainier/readers
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    "$venv/bin/python" -c 'import duckdb, pandas, polars, pyarrow, yaml' 2>/dev/null \
        || "$venv/bin/pip" install -q duckdb pandas polars pyarrow pyyaml
    python=$venv/bin/python
fi

local_run
"$program" sweep sweep.ron --out "it's \$HOME" --plan kubernetes --shards 3
"$python" - "$folder" "$program" <<'PYTHON'
import json, pathlib, sys
import duckdb, pandas, polars, yaml

folder = pathlib.Path(sys.argv[1])
table = folder / "local" / "sweep.parquet"
listed = [json.loads(line) for line in __import__("subprocess").check_output(
    [sys.argv[2], "sweep", "sweep.ron", "--list", "--json"], cwd=folder, text=True).splitlines()]

first = pandas.read_parquet(table)
assert list(first.columns[:7]) == ["run", "warmer_k", "tdp_w", "site", "seed", "digest", "error"], first.columns
assert list(first.run) == list(range(1, 49)) and first.run.dtype == "int64"
assert first.warmer_k.dtype == "float64" and first.pue.dtype == "float64"
for name in ["warmer_k", "tdp_w", "site"]:
    assert list(first[name]) == [run["axes"][name] for run in listed], name
assert list(first.pue.isna()) == list(first.error.notna()) == [site == "nowhere.ron" for site in first.site]

second = polars.read_parquet(table)
assert second.shape == first.shape and second["pue"].null_count() == 24
assert second["tdp_w"].to_list() == list(first.tdp_w)

third = duckdb.sql(f"select count(*), count(error), count(pue), max(hottest_chip_c) from '{table}'").fetchall()[0]
assert third == (48, 24, 24, first.hottest_chip_c.max()), third
# Numbers are those of the runs, to the last bit.
for run, pue in zip(listed, first.pue):
    kept = json.loads((folder / "local" / "runs" / run["key"][:2] / f"{run['key']}.json").read_text())
    assert (kept["numbers"] or {}).get("pue", pue) == pue or pue != pue

plan = folder / "it's $HOME" / "plan"
job, collect = (yaml.safe_load((plan / name).read_text()) for name in ["sweep.yaml", "collect.yaml"])
spec = job["spec"]
assert (job["kind"], spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Job", "Indexed", 3, 3)
container = spec["template"]["spec"]["containers"][0]
out = str(folder / "it's $$HOME")
assert container["args"] == ["sweep", str(folder / "sweep.ron"), "--out", out, "--shard", "$(JOB_COMPLETION_INDEX)/3",
                             "--threads", "1", "--quiet"], container["args"]
assert collect["spec"]["template"]["spec"]["containers"][0]["args"][-2:] == [out, "--collect"]
print("pandas, Polars and DuckDB read 48 runs; Kubernetes' files are YAML and say what they should")
PYTHON
