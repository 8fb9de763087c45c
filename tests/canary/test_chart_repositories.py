"""What `helm` is told of a repository with a password: files that are gone afterwards, and words without it."""

import base64
import json
import stat
from pathlib import Path

from provisioner.providers.kubernetes.helm_repository import without_password

KNOWN = {"username": "ann", "password": "canary-21cd", "caFile": "ca.pem"}


def after(words, option):
    return Path(words[words.index(option) + 1])


def test_a_repository():
    called = []
    inputs = {"chart": "shop", "repositoryOpts": {**KNOWN, "repo": "https://charts.example.com"}}
    with without_password(inputs, called.append) as (plain, words):
        file = after(words, "--repository-config")
        (said,) = json.loads(file.read_text())["repositories"]
        assert (said["url"], said["password"], said["caFile"]) == (
            "https://charts.example.com",
            "canary-21cd",
            "ca.pem",
        )
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert plain == {"chart": f"{said['name']}/shop", "repositoryOpts": {}}
    assert called == [["repo", "update", said["name"], *words]]
    assert "canary" not in f"{plain}{words}"
    assert not file.exists()


def test_a_registry():
    inputs = {"chart": "shop", "repositoryOpts": {**KNOWN, "repo": "oci://registry.example.com:5000/charts"}}
    with without_password(inputs, lambda words: None) as (plain, words):
        said = json.loads(after(words, "--registry-config").read_text())["auths"]["registry.example.com:5000"]
        assert base64.b64decode(said["auth"]) == b"ann:canary-21cd"
    assert plain["repositoryOpts"] == {"repo": "oci://registry.example.com:5000/charts", "caFile": "ca.pem"}
    assert "canary" not in f"{plain}{words}"


def test_without_a_password_nothing_changes():
    inputs = {"chart": "shop", "repositoryOpts": {"repo": "https://charts.example.com", "username": "ann"}}
    with without_password(inputs, lambda words: None) as (plain, words):
        assert (plain, words) == (inputs, [])
