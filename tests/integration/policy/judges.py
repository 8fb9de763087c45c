"""Others that judge: Checkov, and the schemas of forms that others have written, in an environment of their own.

It is made once for each state of `requirements.lock`, in the user's cache folder, and asks the package index that
`pip` is set up for; after that nothing here needs a network.
"""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from tests.servers.build import CACHE

LOCK = Path(__file__).with_name("requirements.lock")

CLOSED = "http://127.0.0.1:9"
"""A port that nobody listens on: a judge that asks the network fails."""


def python():
    """The interpreter of that environment, which is made if it is not there."""
    cache = CACHE / "provisioner" / "judges"
    key = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder, found = cache / key, cache / key / "bin" / "python"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{key}.lock").open("w") as one_at_a_time:
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
        if not (folder / ".installed").exists():
            venv.create(folder, clear=True, with_pip=True)
            install = [found, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
            subprocess.run([*install, "--require-hashes", "--requirement", LOCK], check=True)
            (folder / ".installed").touch()
    return found


def asked(judge, *words, home):
    """What a module of that environment writes when it is run with these words; it knows nothing of its surroundings."""
    surroundings = {"PATH": os.defpath, "HOME": str(home), "LOG_LEVEL": "ERROR"}
    # Otherwise Checkov takes what is known only after apply for what nobody has set.
    surroundings["EVAL_TF_PLAN_AFTER_UNKNOWN"] = "true"
    surroundings |= dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), CLOSED)
    return subprocess.run(
        [judge, *words], env=surroundings, check=True, capture_output=True, text=True, cwd=home
    ).stdout


PLANS, MANIFESTS = "terraform_plan", "kubernetes"
"""What Checkov calls what it reads."""


def checkov(judge, folder, home, frameworks, checks=()):
    """What Checkov says of the files in a folder: file -> check -> `pass` or `fail`; all checks if none are named.

    Of several resources in a file, one that fails counts.
    """
    words = ["-m", "checkov.main", "--directory", folder, "--framework", *frameworks]
    words += ["--skip-download", "--compact", "--soft-fail", "--output", "json"]
    words += ["--check", ",".join(checks)] if checks else []
    said = json.loads(asked(judge, *words, home=home))
    found = {}
    for report in said if isinstance(said, list) else [said]:
        if "results" not in report:  # where no check is about anything in the folder
            continue
        assert not report["results"]["parsing_errors"], report["results"]["parsing_errors"]
        for word, verdict in (("passed", "pass"), ("failed", "fail")):
            for each in report["results"][f"{word}_checks"]:
                found.setdefault(Path(each["file_path"]).stem, {})[each["check_id"]] = verdict
    return found
