"""The command `provisioner` as a person runs it: a process of its own, in a folder of its own."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.census import CENSUS, Cloud

ROOT = Path(__file__).parents[2]
IN_A_ROW = """
import gc, sys
from provisioner.__main__ import run
for line in sys.argv[1:]:
    if code := run(line.split()):
        sys.exit(f"`{line}` ended with {code}")
gc.freeze()
"""
"""Several command lines, until one of them does not end with 0."""

SMALL = """\
extends: base.yaml
name: small
cloud: local
region: us-east-1
network: {cidr: 10.10.0.0/16, zones: 2, nat: single}
"""
"""An environment with one stack, for tests that would learn nothing from a larger one."""

PATIENCE = 120
"""Seconds after which a command hangs."""

JOURNALS = Path(".provisioner/state/.pulumi/journals")
LAYERS = ("foundation", "cluster", "platform", "serving")
"""Of an environment with one region, in the order in which they are applied."""

AMBIENT = {
    "AWS_PROFILE": "nonsense",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wrong",
    "AWS_SESSION_TOKEN": "expired",
    "AWS_REGION": "eu-north-1",
    "AWS_DEFAULT_REGION": "eu-north-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_CA_BUNDLE": "/nowhere/bundle.pem",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}
"""A shell in which nothing about AWS is right."""


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self):
        return self.out + self.err

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def documents(self):
        """The JSON documents that were written one after the other, such as one for each stack."""
        decoder, text, found = json.JSONDecoder(), self.out.strip(), []
        while text:
            document, end = decoder.raw_decode(text)
            found.append(document)
            text = text[end:].lstrip()
        return found


@dataclass
class Product:
    """A checkout with environment files of its own, and the commands in it."""

    folder: Path
    variables: dict = field(default_factory=dict)
    """Environment variables of every command; nothing of the test's own process is passed on but the path."""

    def __post_init__(self):
        (self.folder / "environments").mkdir(parents=True)
        for name in ("base.yaml", "local.yaml", "on-prem.yaml"):
            shutil.copy(ROOT / "environments" / name, self.folder / "environments")
        self.written("small", SMALL)

    def __call__(self, command, *, code=0):
        """Run a command, which has to end with this exit code."""
        ran = self.ended(self.started(command))
        assert ran.code == code, f"`{command}` ended with {ran.code}, not {code}:\n{ran.said}"
        return ran

    def in_a_row(self, *commands):
        """Run commands that all have to end with 0 in one process: it starts once."""
        ran = self.ended(self._process("-c", IN_A_ROW, *commands))
        assert ran.code == 0, ran.said

    def python(self, code, *arguments):
        """Run some lines of Python in the checkout, which have to end with 0."""
        ran = self.ended(self._process("-c", code, *arguments))
        assert ran.code == 0, ran.said

    def started(self, command):
        """The process of a command, without a terminal."""
        return self._process("-m", "provisioner", *command.split())

    def _process(self, *arguments):
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.surroundings(),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def ended(self, process):
        """How a started command ended."""
        try:
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
        return Ran(process.returncode, out or "", err or "")

    def surroundings(self):
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return {**kept, "HOME": str(self.folder), "PYTHONPATH": str(ROOT), **self.variables}

    def setting(self, old, new, file="small"):
        """Change the text of an environment file in one place."""
        path = self.folder / "environments" / f"{file}.yaml"
        text = path.read_text()
        assert text.count(old) == 1, f"`{old}` is not once in {path}"
        path.write_text(text.replace(old, new))

    def written(self, name, text):
        """A new environment file."""
        (self.folder / "environments" / f"{name}.yaml").write_text(text)

    @property
    def cloud(self):
        """The local cloud of this checkout, to look into past the product."""
        return Cloud(self("local status --json").json["endpoint"])

    def begin(self):
        """Start the local cloud, and note what is in it: AWS gives every account a network of its own."""
        self("local start")
        self._before = Counter(counts(self.cloud.census()))

    def made(self):
        """Type -> how many objects the local cloud has now that it had not at the beginning."""
        return dict(Counter(counts(self.cloud.census())) - self._before)

    def recorded(self, environment):
        """Type -> how many objects the state of an environment holds, without components and providers."""
        resources = self(f"state list {environment} --json").json["resources"]
        custom = [one["type"] for one in resources if one["custom"]]
        return dict(Counter(type for type in custom if type in CENSUS))

    def rendered(self, folder=".provisioner/gitops"):
        """What was written for clusters: the text of each file by its path."""
        root = self.folder / folder
        return {str(file.relative_to(root)): file.read_text() for file in root.rglob("*") if file.is_file()}

    def progress(self, environment="local"):
        """How far an apply is: which layer, and how large its journal is in bytes; (0, 0) before and after.

        A journal exists while its stack is applied, and the layers come one after the other.
        """
        for number, layer in reversed([*enumerate(LAYERS)]):
            with contextlib.suppress(FileNotFoundError):
                return number, (
                    self.folder / JOURNALS / layer / f"{environment}.us-east-1.jsonl"
                ).stat().st_size
        return 0, 0

    def wait_for_progress(self, process, progress, environment="local"):
        """Wait until the command has come this far; False if it ended before."""
        limit = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < limit:
            if self.progress(environment) >= progress:
                return True
            time.sleep(0.001)
        return False

    def close(self):
        """End the local cloud, however the test went."""
        record = self.folder / ".provisioner/local/server.json"
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError):
            pid = json.loads(record.read_text())["pid"]
            record.unlink()
            os.kill(pid, signal.SIGKILL)


def counts(census):
    """Type -> how many there are."""
    return {type: len(names) for type, names in census.items()}
