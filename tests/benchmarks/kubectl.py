"""The same 700 manifests by `provisioner engine run up` and by `kubectl apply --server-side`, in a real cluster.

    .venv/bin/python -m tests.benchmarks.kubectl

500 ConfigMaps and 200 Deployments, none of which anybody waits for. Every command is a process of its own; rounds
take turns, each in a namespace of its own. Both are measured twice: doing it at once (`up --skip-preview`, and kubectl
as it is), and with everything tried on the server first (`up`, which plans; kubectl with `--dry-run=server` before).
The API server and kubectl are built if they are missing.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.terraform import machine, tell
from tests.servers.api_server import ApiServer
from tests.servers.build import COMPARED, build_missing, program

RESULTS = Path(__file__).with_name("results") / "kubectl.json"
CONFIG_MAPS, DEPLOYMENTS = 500, 200
APPLY, AGAIN = "apply", "apply again, nothing to do"

KUBECTL = ("apply", "--server-side", "--field-manager=other", "-f", "manifests")
PROGRAM = """\
import json
import pathlib
import pulumi_kubernetes as kubernetes

MAKE = {"ConfigMap": kubernetes.core.v1.ConfigMap, "Deployment": kubernetes.apps.v1.Deployment}
for file in sorted(pathlib.Path("manifests").glob("*.json")):
    body = json.loads(file.read_text())
    del body["apiVersion"]
    MAKE[body.pop("kind")](file.stem, **body)
"""


def manifests(namespace):
    """Name of a file -> the object in it."""
    for number in range(CONFIG_MAPS):
        name = f"config-{number}"
        data = {f"key-{row}": f"value {row} of {number}" for row in range(10)}
        yield (
            name,
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": _named(name, namespace), "data": data},
        )
    for number in range(DEPLOYMENTS):
        name = f"web-{number}"
        yield name, _deployment(name, namespace)


def _deployment(name, namespace):
    labels = {"app": name}
    container = {
        "name": "web",
        "image": "registry.example/web:1",
        "ports": [{"containerPort": 8080}],
        "env": [{"name": "PLACE", "value": name}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": _named(name, namespace), "spec": spec}


def _named(name, namespace):
    # kubectl waits for nothing either
    return {"name": name, "namespace": namespace, "annotations": {"pulumi.com/skipAwait": "true"}}


class Contender:
    """One way to apply a folder of manifests, and how long each phase took."""

    def __init__(self, name, folder, server):
        self.name = name
        self.folder = folder
        self.server = server
        self.seconds = {APPLY: [], AGAIN: []}

    def round(self, number):
        namespace = self.server.make_namespace(f"{self.name}-{number}")
        place = self.folder / str(number)
        (place / "manifests").mkdir(parents=True)
        for name, body in manifests(namespace):
            (place / "manifests" / f"{name}.json").write_text(json.dumps(body))
        command = self.command(place)
        for phase in (APPLY, AGAIN):
            self.seconds[phase].append(self._timed(command, place))
            self._must_be_there(namespace)

    def _timed(self, command, place):
        around = {**os.environ, "KUBECONFIG": str(self.server.kubeconfig), "PULUMI_CONFIG_PASSPHRASE": "one"}
        around.pop("PYTHONDONTWRITEBYTECODE", None)  # ours is compiled where people install it
        begun = time.perf_counter()
        ended = subprocess.run(command, cwd=place, env=around, capture_output=True, text=True, check=False)
        took = time.perf_counter() - begun
        assert not ended.returncode, f"{self.name}: {ended.stdout[-2000:]}{ended.stderr[-2000:]}"
        return round(took, 2)

    def _must_be_there(self, namespace):
        for root, plural, count in (
            ("/api/v1", "configmaps", CONFIG_MAPS),
            ("/apis/apps/v1", "deployments", DEPLOYMENTS),
        ):
            there = self.server.get(f"{root}/namespaces/{namespace}/{plural}")["items"]
            assert len(there) == count, f"{self.name}: {len(there)} {plural}"

    def command(self, place):
        raise NotImplementedError


class Ours(Contender):
    options = ("--skip-preview",)

    def command(self, place):
        (place / "Pulumi.yaml").write_text("name: many\nruntime: python\n")
        (place / "__main__.py").write_text(PROGRAM)
        return [sys.executable, "-m", "provisioner", "engine", "run", "up", "--stack", "dev", *self.options]


class OursPlannedFirst(Ours):
    options = ("--yes",)


class Kubectl(Contender):
    def command(self, place):
        return [program("kubectl"), *KUBECTL]


class KubectlTriedFirst(Contender):
    """As ours: everything is tried on the server before anything is changed."""

    def command(self, place):
        words = shlex.join([str(program("kubectl")), *KUBECTL])
        return ["/bin/sh", "-c", f"{words} --dry-run=server && {words}"]


def compare(rounds):
    build_missing()
    build_missing(COMPARED)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "server").mkdir()
        server = ApiServer(place / "server")
        try:
            kinds = {
                "ours": Ours,
                "kubectl": Kubectl,
                "ours-planned-first": OursPlannedFirst,
                "kubectl-tried-first": KubectlTriedFirst,
            }
            contenders = [kind(name, place / name, server) for name, kind in kinds.items()]
            for number in range(rounds):
                for each in contenders:
                    each.round(number)
                    tell(
                        f"round {number + 1}, {each.name}: {each.seconds[APPLY][-1]} s, again {each.seconds[AGAIN][-1]} s"
                    )
        finally:
            server.close()
    return {each.name: each.seconds for each in contenders}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS)
    arguments = parser.parse_args()
    seconds = compare(arguments.rounds)
    middle = {
        name: {phase: statistics.median(took) for phase, took in phases.items()}
        for name, phases in seconds.items()
    }
    ratios = {
        f"{ours} / {name}": {
            phase: round(middle[ours][phase] / middle[name][phase], 2) for phase in middle[ours]
        }
        for ours, name in (("ours", "kubectl"), ("ours-planned-first", "kubectl-tried-first"))
    }
    found = {
        "objects": {"ConfigMap": CONFIG_MAPS, "Deployment": DEPLOYMENTS},
        "machine": machine(),
        "seconds": seconds,
        "median": middle,
        "ratios": ratios,
    }
    arguments.results.write_text(json.dumps(found, indent=2) + "\n")
    tell(json.dumps({"median": middle, "ratios": ratios}, indent=2))


if __name__ == "__main__":
    main()
