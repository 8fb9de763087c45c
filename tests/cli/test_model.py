"""`model seal|sign|verify|open`: what people are told, what programs read, and what is left when it fails."""

import json
from pathlib import Path

import pytest
import yaml

from provisioner import sealing_wiring
from provisioner.sealing_wiring import Models
from tests.sealing.sealed import FakeTransit, made

DIGEST = "sha256:" + "1" * 64
SETTINGS = {
    "name": "prod",
    "cloud": "local",
    "owner": "ml@example.com",
    "region": "us-east-1",
    "network": {"cidr": "10.20.0.0/14"},
    "registry": {"repositories": ["serving"]},
    "encryption": {
        "vault": {
            "address": "https://127.0.0.1:8200",
            "transit": ["model-ranker", {"name": "signing", "purpose": "sign"}],
        }
    },
    "model_store": {"sealed_by": "vault", "signed_by": "vault"},
}


@pytest.fixture
def vault(monkeypatch):
    transit = FakeTransit("model-ranker", "signing")
    monkeypatch.setattr(Models, "_ask_vault", lambda self, *asked: transit(*asked))
    return transit


@pytest.fixture
def written(tmp_path):
    """Writes the environment's file, with changes of its section about models."""

    def written(**changes):
        store = {name: each for name, each in {**SETTINGS["model_store"], **changes}.items() if each}
        (tmp_path / "prod.yaml").write_text(yaml.safe_dump({**SETTINGS, "model_store": store}))
        return "prod.yaml"

    return written


@pytest.fixture
def env(vault, written):
    made(Path(), model__weights=bytes(3000), **{"model__config.json": b"{}"})
    return written()


def told(text, *replaced):
    for long, short in replaced:
        text = text.replace(long, short)
    return text


def sealed(cli, env):
    return json.loads(cli("model", "seal", env, "ranker", "17", "model", "--to", "store", "--json").out)


def test_a_model_is_sealed_and_what_to_write_is_told(cli, env, golden):
    ended = cli("model", "seal", env, "ranker", "17", "model", "--to", "store")
    assert ended.code == 0
    (file,) = Path("store").rglob("model.sealed")
    digest = file.parent.name.removeprefix("sha256-")
    signature = json.loads((file.parent / "signature.json").read_text())["signatures"][0]["sig"]
    golden(told(ended.out, (digest, "DIGEST"), (signature, "SIGNATURE")))


def test_programs_read_the_same(cli, env):
    done = sealed(cli, env)
    assert done["schema"] == "provisioner/model/1"
    assert (done["model"], done["version"], done["sealed"], done["files"]) == ("ranker", 17, True, 2)
    assert done["key"] == "prod/transit/model-ranker"
    assert done["bytes"] == Path(done["uri"]).stat().st_size


def test_a_key_that_the_file_knows_is_not_told_again(cli, env, written):
    key = sealed(cli, env)["signingKey"]
    written(signing_keys=[key])
    assert key not in cli("model", "sign", env, "ranker", "17", DIGEST).out


def test_a_signature_is_verified_without_asking_anybody(cli, env, written, vault):
    done = sealed(cli, env)
    written(signing_keys=[done["signingKey"]])
    vault.names = ()
    asked = len(vault.asked)
    ended = cli("model", "verify", env, "ranker", "17", done["uri"])
    assert (ended.code, ended.out) == (0, f"{done['digest']} is ranker 17: signed by {done['signingKey']}.\n")
    by_digest = cli(
        "model", "verify", env, "ranker", "17", done["digest"], "--signature", done["signature"], "--json"
    )
    assert json.loads(by_digest.out)["envelope"]["signatures"] == [{"sig": done["signature"]}]
    assert len(vault.asked) == asked


@pytest.mark.parametrize(
    "words",
    [
        ["verify", "prod.yaml", "ranker", "18", "FILE"],
        ["verify", "prod.yaml", "triage", "17", "FILE"],
        ["verify", "prod.yaml", "ranker", "17", "model"],
        ["verify", "prod.yaml", "ranker", "17", DIGEST, "--signature", "AAAA"],
        ["verify", "prod.yaml", "ranker", "17", DIGEST, "--signature", "ünlesbar"],
    ],
)
def test_a_signature_of_something_else_ends_with_1(cli, env, written, words):
    done = sealed(cli, env)
    written(signing_keys=[done["signingKey"]])
    Path("signature.json").write_text((Path(done["uri"]).with_name("signature.json")).read_text())
    ended = cli("model", *[done["uri"] if word == "FILE" else word for word in words])
    assert ended.code == 1
    assert "error[RUN-172]" in ended.err


def test_without_a_key_nothing_is_verified(cli, env):
    ended = cli("model", "verify", env, "ranker", "17", DIGEST, "--signature", "AAAA")
    assert ended.code == 1
    assert "No key is known" in ended.err


def test_a_sealed_model_is_opened(cli, env):
    done = sealed(cli, env)
    ended = cli("model", "open", env, "ranker", "17", done["uri"], "--to", "out", "--digest", done["digest"])
    assert (ended.code, ended.out) == (0, "Opened ranker 17 into out: 2 files.\n")
    assert Path("out/weights").read_bytes() == bytes(3000)


@pytest.mark.parametrize("digest", [DIGEST, "", "sha256:"])
def test_a_digest_that_is_given_counts_whatever_it_is(cli, env, digest):
    """Also an empty one: a script's variable may never have been set."""
    done = sealed(cli, env)
    ended = cli("model", "open", env, "ranker", "17", done["uri"], "--to", "out", "--digest", digest)
    assert ended.code == 1
    assert done["digest"] in ended.err
    assert not Path("out").exists()


def test_what_was_changed_leaves_no_folder(cli, env, golden):
    done = sealed(cli, env)
    content = bytearray(Path(done["uri"]).read_bytes())
    content[-1] ^= 1
    Path("model.sealed").write_bytes(content)
    ended = cli("model", "open", env, "ranker", "17", "model.sealed", "--to", "out")
    assert ended.code == 1
    assert not Path("out").exists()
    golden(ended.err)


@pytest.mark.parametrize("name", ["Ranker", "-a", "a" * 31, "a_b"])
def test_a_name_that_no_model_has_is_refused(cli, env, name):
    ended = cli("model", "seal", env, "--", name, "1", "model")
    assert ended.code == 1
    assert "1 to 30 lower-case letters" in ended.err


@pytest.mark.parametrize(("setting", "words"), [("sealed_by", ["seal", "prod.yaml", "ranker", "17", "model", "--to", "store"]), ("signed_by", ["sign", "prod.yaml", "ranker", "17", DIGEST])])  # fmt: skip
def test_an_environment_that_says_nothing_of_keys_is_told_what_to_write(cli, env, written, setting, words):
    written(**{setting: None})
    ended = cli("model", *words)
    assert ended.code == 1
    assert f"model_store: {{{setting}: vault}}" in ended.err


def test_a_vault_that_is_left_out_on_a_desk_is_not_asked(cli, written, monkeypatch):
    file = written()
    Path(file).write_text(
        Path(file).read_text().replace("https://127.0.0.1:8200", "https://vault.example.com:8200")
    )
    monkeypatch.setattr(sealing_wiring, "Scope", None)
    ended = cli("model", "sign", file, "ranker", "17", DIGEST)
    assert ended.code == 1
    assert "Vault is left out" in ended.err
