"""Runs a sweep on Ray: one share for each task, then the table.

RAY_ADDRESS names a cluster (ray://HOST:10001, or auto on its nodes); without it, this machine is one. OUT must be on a
file system that all nodes share. A task whose worker is lost is tried again and goes on where it ended.
"""

import subprocess
import sys

import ray

PROGRAM = @PROGRAM@
SWEEP = [PROGRAM, "sweep", @FILE@, "--out", @OUT@]
HERE = @HERE@
SHARDS = @SHARDS@


@ray.remote(num_cpus=1, max_retries=20, retry_exceptions=True)
def share(index):
    flags = ["--shard", f"{index}/{SHARDS}", "--threads", "1", "--quiet"]
    subprocess.run(SWEEP + flags, cwd=HERE, check=True)
    return index


def main():
    ray.init()
    left = [share.remote(index) for index in range(SHARDS)]
    while left:
        ended, left = ray.wait(left)
        print(f"share {ray.get(ended[0])} done, {len(left)} left", flush=True)
    sys.exit(subprocess.run(SWEEP + ["--collect"], cwd=HERE).returncode)


if __name__ == "__main__":
    main()
