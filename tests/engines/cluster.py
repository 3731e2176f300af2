#!/usr/bin/env python3
"""A stand-in for `kubectl` and a cluster of one machine: checks Jobs against Kubernetes' published schema and carries
them out as the Job controller is documented to, with every pod a real container of `runc` whose root is read-only.

What is not here is not proven: scheduling, images, storage classes, quotas, and a real API server's other checks.

CLUSTER is its folder: `rootfs` is the image, `claims/NAME` are volumes. A file `pods/NAME.disrupted` makes a pod's end a
disruption, as the eviction of a pod from a drained node is."""

import json, os, pathlib, re, shutil, subprocess, sys, threading, time

CLUSTER = pathlib.Path(os.environ["CLUSTER"])
# The controller waits 10 s before the first new try, and twice as long each time.
FIRST_DELAY_S = 0.2


def refused(why):
    sys.exit(f"The Job is invalid: {why}")


def checked(path):
    """The Job of a file, if the API server would take it."""
    import kubernetes_validate, yaml

    job = yaml.safe_load(path.read_text())
    kubernetes_validate.validate(job, os.environ.get("KUBERNETES_VERSION", "1.31"), strict=True)
    spec, pod = job["spec"], job["spec"]["template"]["spec"]
    name = job["metadata"]["name"]
    # What the schema leaves to the server's own validation.
    if not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name) or len(f"{name}-{spec.get('completions', 1)}") > 63:
        refused(f"metadata.name: {name}")
    if pod.get("restartPolicy") not in ("Never", "OnFailure"):
        refused("restartPolicy is Never or OnFailure")
    indexed = spec.get("completionMode") == "Indexed"
    if "backoffLimitPerIndex" in spec and not (indexed and pod["restartPolicy"] == "Never"):
        refused("backoffLimitPerIndex is for Indexed jobs with restartPolicy Never")
    if "podFailurePolicy" in spec and pod["restartPolicy"] != "Never":
        refused("podFailurePolicy asks for restartPolicy Never")
    names = [container["name"] for container in pod["containers"]]
    for rule in spec.get("podFailurePolicy", {}).get("rules", []):
        if ("onExitCodes" in rule) == ("onPodConditions" in rule):
            refused("a rule has one of onExitCodes and onPodConditions")
        codes = rule.get("onExitCodes", {})
        values = codes.get("values", [])
        if codes and (codes.get("containerName", names[0]) not in names or values != sorted(set(values))):
            refused(f"onExitCodes: {codes}")
        if codes.get("operator") == "In" and 0 in values:
            refused("onExitCodes: 0 is no failure")
    volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
    for container in pod["containers"]:
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in volumes or ":" in mount["mountPath"]:
                refused(f"volumeMounts: {mount}")
    return job


def expanded(text, env):
    """`$(NAME)` stands for a variable that is known, `$$` for a dollar sign; all else stands for itself."""

    def one(match):
        if match[0] == "$$":
            return "$"
        return env.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([-._a-zA-Z][-._a-zA-Z0-9]*)\)", one, text)


def bundle(folder, pod, env):
    """The OCI bundle of a pod's only container."""
    (container,) = pod["containers"]
    volumes = {volume["name"]: volume["persistentVolumeClaim"]["claimName"] for volume in pod["volumes"]}
    mounts = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=64k"]},
    ]
    for mount in container.get("volumeMounts", []):
        source = CLUSTER / "claims" / volumes[mount["name"]]
        if not source.is_dir():
            raise RuntimeError(f"no claim {source}")
        mounts.append({"destination": mount["mountPath"], "type": "bind", "source": str(source), "options": ["rbind", "rw"]})
        # Where it is mounted must be there in an image that is read-only.
        (CLUSTER / "rootfs" / mount["mountPath"].lstrip("/")).mkdir(parents=True, exist_ok=True)
    config = {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": 0, "gid": 0},
            "args": [expanded(text, env) for text in container["command"] + container["args"]],
            "env": ["PATH=/usr/bin"] + [f"{name}={value}" for name, value in env.items()],
            "cwd": container.get("workingDir", "/"),
        },
        "root": {"path": str(CLUSTER / "rootfs"), "readonly": True},
        "hostname": folder.name,
        "mounts": mounts,
        "linux": {"namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "network")]},
    }
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))


class Controller:
    """Carries out one Job."""

    def __init__(self, job):
        self.job, self.spec, self.name = job, job["spec"], job["metadata"]["name"]
        self.pods, self.lock, self.ending = [], threading.Lock(), threading.Event()
        self.save(None)

    def save(self, condition):
        state = {"condition": condition, "pods": self.pods}
        path = CLUSTER / "jobs" / f"{self.name}.json"
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".new").write_text(json.dumps(state))
        path.with_suffix(".new").rename(path)

    def pod(self, index, attempt):
        """Runs a pod; its exit code, and whether the cluster took it away."""
        env = {} if index is None else {"JOB_COMPLETION_INDEX": str(index)}
        pod_name = f"{self.name}-{'' if index is None else f'{index}-'}{attempt}"
        folder = CLUSTER / "pods" / pod_name
        bundle(folder, self.spec["template"]["spec"], env)
        with open(folder / "log", "wb") as log:
            command = ["runc", "--root", CLUSTER / "runc", "run", "--bundle", folder, pod_name]
            code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT).returncode
        disrupted = folder.with_suffix(".disrupted").exists()
        with self.lock:
            self.pods.append({"name": pod_name, "index": index, "code": code, "disrupted": disrupted})
            self.save(None)
        return code, disrupted

    def action(self, code, disrupted):
        """What the first rule that matches says of a pod's failure."""
        for rule in self.spec.get("podFailurePolicy", {}).get("rules", []):
            codes = rule.get("onExitCodes")
            if codes and (code in codes["values"]) == (codes["operator"] == "In"):
                return rule["action"]
            conditions = rule.get("onPodConditions", [])
            if disrupted and any(condition["type"] == "DisruptionTarget" for condition in conditions):
                return rule["action"]
        return "Count"

    def share(self, index, turns, failed):
        """Brings an index to its end: pods that replace each other."""
        limit = self.spec.get("backoffLimitPerIndex", self.spec.get("backoffLimit", 6))
        failures = attempt = 0
        with turns:
            while not self.ending.is_set():
                code, disrupted = self.pod(index, attempt)
                attempt += 1
                if code == 0:
                    return
                action = self.action(code, disrupted)
                failures += action == "Count"
                if action == "FailJob" or (action == "Count" and failures > limit and "backoffLimitPerIndex" not in self.spec):
                    failed.append(index)
                    self.ending.set()
                    # The other pods are ended.
                    subprocess.run(f"for id in $(runc --root {CLUSTER}/runc list -q); do case $id in {self.name}-*) "
                                   f"runc --root {CLUSTER}/runc kill --all $id KILL;; esac; done", shell=True)
                elif action == "FailIndex" or failures > limit:
                    failed.append(index)
                    return
                elif action == "Count":
                    time.sleep(FIRST_DELAY_S * 2 ** (failures - 1))

    def run(self):
        indexed = self.spec.get("completionMode") == "Indexed"
        shares = range(self.spec["completions"]) if indexed else [None]
        turns, failed = threading.Semaphore(self.spec.get("parallelism", 1)), []
        threads = [threading.Thread(target=self.share, args=(index, turns, failed)) for index in shares]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.save("Failed" if failed else "Complete")


def state(name):
    path = CLUSTER / "jobs" / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def main(words):
    if words[:2] == ["apply", "-f"]:
        job = checked(pathlib.Path(words[2]))
        name = job["metadata"]["name"]
        if state(name):
            refused(f"{name} exists, and its fields are immutable")
        controller = Controller(job)
        print(f"job.batch/{name} created", flush=True)
        if os.fork() == 0:
            os.setsid()
            out = os.open(CLUSTER / "controller.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
            for number in (1, 2):
                os.dup2(out, number)
            controller.run()
    elif words[:2] == ["delete", "job"] and words[3:] == ["--ignore-not-found"]:
        if state(words[2]):
            (CLUSTER / "jobs" / f"{words[2]}.json").unlink()
            for pod in (CLUSTER / "pods").glob(f"{words[2]}-*"):
                shutil.rmtree(pod) if pod.is_dir() else pod.unlink()
            print(f'job.batch "{words[2]}" deleted')
    elif words[:2] == ["get", "job"] and words[4].startswith("jsonpath={.status.conditions"):
        found = state(words[2]) or sys.exit(f'jobs.batch "{words[2]}" not found')
        print(found["condition"] or "", end="")
    elif words[:2] == ["get", "pods"] and "exitCode" in words[-1]:
        found = state(words[2].removeprefix("--selector=job-name="))
        print(*(pod["code"] for pod in found["pods"]), end="")
    elif words[:1] == ["logs"]:
        name = words[1].removeprefix("--selector=job-name=")
        for pod in state(name)["pods"]:
            for line in (CLUSTER / "pods" / pod["name"] / "log").read_text().splitlines()[-20:]:
                print(f"[pod/{pod['name']}] {line}")
    else:
        sys.exit(f"kubectl {words}: not in this cluster")


main(sys.argv[1:])
