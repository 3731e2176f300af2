#!/usr/bin/env bash
# A sweep by Kubernetes' job files: held to the published schemas, then carried out by a stand-in for a cluster
# (cluster.py), with a container killed and one evicted mid-way, and the same bytes as a local run.
source "$(dirname "$0")/common.sh"
install_packages runc
tests=$root/tests/engines

end() {
    for id in $(runc --root "$folder/cluster/runc" list -q 2>/dev/null); do
        runc --root "$folder/cluster/runc" kill --all "$id" KILL 2>/dev/null || true
    done
    if [ -n "${KEEP:-}" ]; then echo "kept $folder"; else sleep 0.2; rm -rf "$folder"; fi
}
trap end EXIT

python=${KUBERNETES_PYTHON:-}
if [ -z "$python" ]; then
    venv=${XDG_CACHE_HOME:-$HOME/.cache}/rainier/kubernetes
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    "$venv/bin/python" -c 'import kubernetes_validate' 2>/dev/null || "$venv/bin/pip" install -q kubernetes-validate
    python=$venv/bin/python
fi

local_run

# The image holds the program and the libraries that it is linked with; the claim holds the sweep's files.
export CLUSTER=$folder/cluster
mkdir -p "$CLUSTER"/rootfs/{usr/bin,proc,dev} "$CLUSTER/claims/rainier-sweep" bin
cp "$program" "$CLUSTER/rootfs/usr/bin/rainier"
ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$CLUSTER/rootfs$(dirname "$library")"
    cp -L "$library" "$CLUSTER/rootfs$library"
done
printf '#!/bin/bash\nexec "%s" "%s" "$@"\n' "$python" "$tests/cluster.py" >bin/kubectl
chmod 755 bin/kubectl
PATH=$folder/bin:$PATH

# A folder whose name holds what Kubernetes takes for a variable; it is the claim's, seen from a container.
place="$folder/it costs \$(HOME)"
mkdir "$place"
cp sweep.ron "$CLUSTER/claims/rainier-sweep"
cp sweep.ron "$place"
(cd "$place" && "$program" sweep sweep.ron --out shared --plan kubernetes --shards 4)
for version in 1.29 1.31 1.33 1.35; do
    for file in sweep collect; do
        "$python" -m kubernetes_validate --strict -k "$version" "$place/shared/plan/$file.yaml" >/dev/null \
            || fail "$file.yaml is not what Kubernetes $version takes"
    done
done

shared=$CLUSTER/claims/rainier-sweep/shared
bash "$place/shared/plan/submit.sh" >submit.txt 2>&1 &
submit=$!
containers() { runc --root "$CLUSTER/runc" list -q 2>/dev/null; }
under_way() { [ "$(containers | wc -l)" -ge 2 ] && some_results "$shared"; }
wait_for 60 "a few runs" under_way
# Its process is killed, as for want of memory; another pod is evicted, as from a node that is drained.
read -r killed evicted _ <<<"$(containers | tr '\n' ' ')"
touch "$CLUSTER/pods/$evicted.disrupted"
for id in "$killed" "$evicted"; do
    runc --root "$CLUSTER/runc" kill --all "$id" KILL || fail "$id was not there to be killed"
done
echo "killed $killed, evicted $evicted"
sleep 0.2
stamps "$shared" >before
(($(wc -l <before) < 48)) || fail "all was done before the kill"
status=0
wait "$submit" || status=$?
# The sweep has failed runs, and says so.
((status == 5)) || fail "submit.sh ends with $status, not 5: $(tail -5 submit.txt)"
grep -q "24 of 48 runs have no result" submit.txt || fail "submit.sh does not say what failed: $(tail -5 submit.txt)"
"$python" - "$CLUSTER" "$killed" "$evicted" <<'PYTHON'
import json, pathlib, sys
(sweep,) = pathlib.Path(sys.argv[1], "jobs").glob("rainier-sweep-*.json")
pods = json.loads(sweep.read_text())["pods"]
ended = {pod["name"]: (pod["code"], pod["disrupted"]) for pod in pods}
assert ended[sys.argv[2]] == (137, False) and ended[sys.argv[3]] == (137, True), ended
# Every index has ended well once; the two that did not at first have another pod.
assert sorted(pod["index"] for pod in pods if pod["code"] == 0) == [0, 1, 2, 3] and len(pods) == 6, pods
PYTHON
compare "$shared" before

# Again: nothing is left to do, and the jobs of before are in nobody's way.
stamps "$shared" >before
status=0
bash "$place/shared/plan/submit.sh" >again.txt 2>&1 || status=$?
((status == 5)) || fail "submit.sh called again ends with $status, not 5: $(tail -5 again.txt)"
compare "$shared" before

# A sweep that is wrong fails at once instead of ten times over.
sed -i 's/tick_s: 2/tick_s: -2/' "$CLUSTER/claims/rainier-sweep/sweep.ron"
status=0
bash "$place/shared/plan/submit.sh" >wrong.txt 2>&1 || status=$?
((status == 1)) || fail "submit.sh of a wrong sweep ends with $status, not 1: $(tail -5 wrong.txt)"
grep -q 'sweep.ron:.*tick_s' wrong.txt || fail "nobody is told what is wrong: $(tail -5 wrong.txt)"
echo "Kubernetes' job files and $(runc --version | head -1): done"
