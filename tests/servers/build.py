"""Real servers for the integration tests, built once from Go modules and kept under the user's cache folder.

    python -m tests.servers.build

Which version it is stands in each server's go.mod, with go.sum beside it; nothing but modules is downloaded.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
USUAL_GO = Path("/usr/local/go/bin/go")
"""Where Go's own archive is unpacked to, often without being on the PATH."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
"""The person's own; each test has an empty one."""


@dataclass(frozen=True)
class Server:
    """A program to build: its folder here holds go.mod and go.sum."""

    name: str
    module: str
    package: str
    lasts: str
    """How long the first build takes on two cores."""
    named: dict = field(default_factory=dict)
    """Variables of the program that say which version it is -> a pattern of the module's version."""

    @property
    def folder(self):
        return HERE / self.name

    @property
    def version(self):
        found = re.search(rf"\b{re.escape(self.module)} v(\S+)", (self.folder / "go.mod").read_text())
        return found[1]

    @property
    def linked(self):
        """Flags of the linker: no symbols, and a version that clients can read."""
        major, minor, _ = self.version.split(".", 2)
        words = {"version": self.version, "major": major, "minor": minor}
        return " ".join(
            ["-s -w", *(f"-X {name}={text.format(**words)}" for name, text in self.named.items())]
        )

    @property
    def program(self):
        """Where the built program is kept; another version is another folder."""
        pinned = [(self.folder / name).read_bytes() for name in ("go.mod", "go.sum")]
        key = hashlib.sha256(b"\0".join([*pinned, self.package.encode(), self.linked.encode()])).hexdigest()[
            :16
        ]
        return kept() / f"{self.name}-{key}" / self.name


VERSIONED = {
    f"k8s.io/component-base/version.{name}": text
    for name, text in {"gitVersion": "v{version}", "gitMajor": "{major}", "gitMinor": "{minor}"}.items()
}
SERVERS = (
    Server("etcd", "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", "a minute"),
    Server(
        "kube-apiserver",
        "k8s.io/kubernetes",
        "k8s.io/kubernetes/cmd/kube-apiserver",
        "six minutes",
        VERSIONED,
    ),
    Server(
        "helm",
        "helm.sh/helm/v3",
        "helm.sh/helm/v3/cmd/helm",
        "three minutes",
        {"helm.sh/helm/v3/internal/version.version": "v{version}"},
    ),
    Server("vault", "github.com/hashicorp/vault", "github.com/hashicorp/vault", "ten minutes"),
)
COMPARED = (
    Server("kubectl", "k8s.io/kubernetes", "k8s.io/kubernetes/cmd/kubectl", "two minutes", VERSIONED),
)
"""What a benchmark runs beside us; no test needs it."""


def program(name):
    """Where a server's program is kept, built or not."""
    return next(server.program for server in SERVERS + COMPARED if server.name == name)


def kept():
    """The folder of everything that tests keep from one run to the next."""
    return CACHE / "provisioner-tests"


def go():
    """The Go compiler; ends the program where there is none."""
    if found := shutil.which("go") or (USUAL_GO.exists() and str(USUAL_GO)):
        return found
    names = ", ".join(server.name for server in SERVERS)
    sys.stderr.write(
        f"There is no Go on this machine, and the integration tests need real servers that are built with it\n"
        f"({names}).\n\n"
        f"  fix: install Go 1.26 or later so that `go` is on the PATH or in {USUAL_GO.parent}, then\n\n"
        f"      make integration\n"
    )
    raise SystemExit(2)


@contextlib.contextmanager
def alone():
    """Never two builds at once on a machine: each takes all its cores, and some gigabytes of memory."""
    kept().mkdir(parents=True, exist_ok=True)
    with (kept() / "building.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another build of these servers is running; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(server):
    """Build one server; the program appears under its name only when it is whole."""
    say(f"Building {server.name} {server.version} (once; about {server.lasts} on two cores) ...")
    begun, program = time.monotonic(), server.program
    program.parent.mkdir(parents=True, exist_ok=True)
    unfinished = program.with_suffix(".unfinished")
    ended = subprocess.run(
        [go(), "build", "-mod=readonly", "-ldflags", server.linked, "-o", unfinished, server.package],
        cwd=server.folder,
        env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"},
        check=False,
    )
    if ended.returncode:
        say(f"{server.name} {server.version} could not be built; Go says above why.")
        raise SystemExit(1)
    unfinished.replace(program)
    say(f"  {server.name} is built, {time.monotonic() - begun:.0f} s: {program}")


def build_missing(servers=SERVERS):
    """Build what is missing; where nothing is, no Go is needed."""
    if all(server.program.exists() for server in servers):
        return
    with alone():
        for server in servers:
            if not server.program.exists():
                build(server)


def say(line):
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    build_missing()
