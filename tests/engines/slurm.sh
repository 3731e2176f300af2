#!/usr/bin/env bash
# A sweep as a Slurm array on this machine: a node that dies mid-way, requeued tasks, and the same bytes as a local run.
# Slurm's daemons run from a folder of their own, without systemd or control groups.
source "$(dirname "$0")/common.sh"
install_packages slurm-wlm munge

daemons=()
end() {
    ((${#daemons[@]} == 0)) || kill "${daemons[@]}" 2>/dev/null || true
    [ -z "${slurmd:-}" ] || kill "$slurmd" 2>/dev/null || true
    if [ -n "${KEEP:-}" ]; then echo "kept $folder"; else rm -rf "$folder"; fi
}
trap end EXIT

local_run

host=$(hostname -s)
mkdir -p etc state spool
dd if=/dev/urandom of=etc/munge.key bs=128 count=1 status=none
chmod 400 etc/munge.key
# What is requeued waits until its old credentials have expired, two minutes if nobody says otherwise.
cat >etc/slurm.conf <<CONF
ClusterName=rainier-test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$folder/etc/munge.socket,cred_expire=6
BatchStartTimeout=1
MessageTimeout=3
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/etc/slurmctld.pid
SlurmdPidFile=$folder/etc/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
ReturnToService=2
JobRequeue=1
SchedulerParameters=batch_sched_delay=0,sched_interval=2,requeue_setup_env_fail
SlurmdTimeout=30
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$folder/etc/slurm.conf
munged --foreground --force --socket="$folder/etc/munge.socket" --key-file="$folder/etc/munge.key" \
    --pid-file="$folder/etc/munged.pid" --seed-file="$folder/etc/munged.seed" --log-file="$folder/munged.log" \
    >munged.out 2>&1 &
daemons+=($!)
wait_for 20 "munged's start" test -S etc/munge.socket
PATH=$PATH:/usr/sbin
slurmctld -D >slurmctld.out 2>&1 &
daemons+=($!)
slurmd -D >slurmd.out 2>&1 &
slurmd=$!
ready() { sinfo --noheader --format %T | grep -Eq 'idle|mixed|alloc'; }
wait_for 60 "the node's coming up" ready

"$program" sweep sweep.ron --out shared --plan slurm --shards 4
bash shared/plan/submit.sh
wait_for 120 "a few runs" some_results shared

# The node dies: its daemon, the steps and what they run.
children() { ps -o pid= --ppid "$1" | while read -r child; do echo "$child"; children "$child"; done || true; }
steps=$(pgrep -f "slurmstepd: \[" || true)
victims="$slurmd"
for step in $steps; do
    # Only those of this test's cluster.
    tr '\0' '\n' <"/proc/$step/environ" 2>/dev/null | grep -q "$folder" || continue
    victims="$victims $step $(children "$step")"
done
echo "kills $(echo "$victims" | wc -w) processes of the node"
# shellcheck disable=SC2086 # many numbers
kill -9 $victims 2>/dev/null || true
wait "$slurmd" 2>/dev/null || true
stamps shared >before
(($(wc -l <before) < 48)) || fail "all was done before the kill"
# Tasks younger than this may still be on their way to a node that comes up, and are not missed.
sleep 8
slurmd -D >>slurmd.out 2>&1 &
slurmd=$!

table_there() { [ -e shared/sweep.parquet ] && [ -z "$(squeue --noheader)" ]; }
wait_for 240 "the table" table_there || true
grep -h "equeu" slurmctld.log | tail -4
compare shared before
echo "Slurm $(sinfo --version | cut -d' ' -f2): done"
