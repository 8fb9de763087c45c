"""The configuration that a program reads: the stack's own file, and the project's types and defaults."""

import json

import pytest

from provisioner.engine.embedded.secrets import PassphraseSealer
from provisioner.engine.failures import PassphraseMissing, PassphraseWrong
from provisioner.engine.project_failures import BadConfiguration, MissingConfiguration, NotAProject
from provisioner.projects.project import project_in
from provisioner.projects.stack_config import StackFile, configuration, stack_file
from provisioner.projects.state import keys_for


def read(shop, stack="dev"):
    """The configuration as a run reads it."""
    shop.program("")
    project = project_in(shop.folder)
    file = stack_file(project, stack)
    return configuration(project, stack, file, keys_for(project, stack, file).sealer(stack, None).open)


def projects(shop, config):
    shop.write("Pulumi.yaml", json.dumps({"name": "shop", "runtime": "python", "config": config}))


def stacks(shop, **said):
    shop.write("Pulumi.dev.yaml", json.dumps(said))


def test_plain_values_are_texts_as_pulumi_writes_them(shop):
    shop.write(
        "Pulumi.dev.yaml",
        """
        config:
          shop:word: yes
          shop:number: 80
          shop:half: 1.50
          shop:truth: true
          shop:day: 2024-01-02
          shop:nothing:
          shop:list: [1, two]
          shop:map: {b: 1, a: {c: true}}
          aws:config:region: eu-west-1
        """,
    )
    assert read(shop).values == {
        "shop:word": "yes",
        "shop:number": "80",
        "shop:half": "1.5",
        "shop:truth": "true",
        "shop:day": "2024-01-02",
        "shop:nothing": "",
        "shop:list": '[1,"two"]',
        "shop:map": '{"a":{"c":true},"b":1}',
        "aws:region": "eu-west-1",
    }


def test_a_stack_without_a_file_has_what_the_project_says(shop):
    projects(
        shop,
        {
            "size": 3,
            "words": ["a", "b"],
            "tier": {"type": "string", "default": "small"},
            "aws:region": "eu-west-1",
            "aws:defaultTags": {"value": {"tags": {"owner": "me"}}},
        },
    )
    assert read(shop).values == {
        "shop:size": "3",
        "shop:words": '["a","b"]',
        "shop:tier": "small",
        "aws:region": "eu-west-1",
        "aws:defaultTags": '{"tags":{"owner":"me"}}',
    }


def test_the_stack_counts_more(shop):
    projects(shop, {"size": 3, "aws:region": "eu-west-1"})
    stacks(shop, config={"shop:size": "4", "aws:region": "eu-west-2"})
    assert read(shop).values == {"shop:size": "4", "aws:region": "eu-west-2"}


def test_everything_that_is_missing_is_told_at_once(shop):
    projects(shop, {"name": {"type": "string"}, "size": {"description": "how many"}, "other:x": {"value": 1}})
    with pytest.raises(MissingConfiguration) as caught:
        read(shop)
    assert caught.value.keys == ("name", "size")


@pytest.mark.parametrize(
    ("said", "value", "is_fine"),
    [
        ({"type": "string"}, "x", True),
        ({"type": "integer"}, "12", True),
        ({"type": "integer"}, "-3", True),
        ({"type": "integer"}, "a dozen", False),
        ({"type": "boolean"}, "true", True),
        ({"type": "boolean"}, "yes", False),
        ({"type": "array", "items": {"type": "string"}}, ["a"], True),
        ({"type": "array", "items": {"type": "string"}}, [["a"]], False),
        ({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}, [[1], []], True),
        ({"type": "array", "items": {"type": "string"}}, "a", False),
        ({"type": "object"}, {"a": 1}, True),
        ({"type": "object"}, "a", False),
    ],
)
def test_types(shop, said, value, is_fine):
    projects(shop, {"key": said})
    stacks(shop, config={"shop:key": value})
    if is_fine:
        assert "shop:key" in read(shop).values
    else:
        with pytest.raises(BadConfiguration) as caught:
            read(shop)
        assert caught.value.reason.startswith("it must be of type `")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"type": "integer", "default": "many"}, "its default must be of type `integer`"),
        ({"tags": {"a": "b"}}, "`tags` says nothing of a key; a structure goes below `default:`"),
    ],
)
def test_a_project_that_contradicts_itself(shop, said, reason):
    projects(shop, {"key": said})
    with pytest.raises(BadConfiguration) as caught:
        read(shop)
    assert caught.value.reason == reason


def test_what_has_to_be_secret_must_not_be_written_in_clear(shop):
    projects(shop, {"password": {"type": "string", "secret": True}})
    stacks(shop, config={"shop:password": "open"})
    with pytest.raises(BadConfiguration):
        read(shop)


def test_a_default_cannot_be_secret(shop):
    projects(shop, {"password": {"type": "string", "secret": True, "default": "open"}})
    with pytest.raises(BadConfiguration) as caught:
        read(shop)
    assert caught.value.reason == "the project says that it is secret, and its default is in clear"


class TestSecrets:
    """Sealed as `pulumi config set --secret` does it, at any depth."""

    @pytest.fixture
    def sealer(self, quick_passphrase):
        return PassphraseSealer("dev", lambda: "a passphrase")

    def written(self, shop, sealer, **config):
        stacks(shop, encryptionsalt=sealer.state()["state"]["salt"], config=config)

    def test_a_value_and_a_part_of_one(self, shop, sealer):
        self.written(
            shop,
            sealer,
            **{
                "shop:password": {"secure": sealer.seal("s3cret")},
                "shop:login": {"user": "ann", "words": [{"secure": sealer.seal("in")}]},
                "shop:open": {"secure": "x", "other": 1},
            },
        )
        found = read(shop)
        assert found.values == {
            "shop:password": "s3cret",
            "shop:login": '{"user":"ann","words":["in"]}',
            "shop:open": '{"other":1,"secure":"x"}',
        }
        assert found.secret_keys == {"shop:password", "shop:login"}

    def test_the_passphrase_is_only_asked_for_if_there_is_something_to_open(self, shop, sealer, monkeypatch):
        monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")
        sealer.seal("something else")
        self.written(shop, sealer, **{"shop:size": 3})
        assert read(shop).values == {"shop:size": "3"}
        self.written(shop, sealer, **{"shop:password": {"secure": sealer.seal("s3cret")}})
        with pytest.raises(PassphraseMissing):
            read(shop)

    def test_a_wrong_passphrase(self, shop, sealer, monkeypatch):
        self.written(shop, sealer, **{"shop:password": {"secure": sealer.seal("s3cret")}})
        monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "another")
        with pytest.raises(PassphraseWrong):
            read(shop)

    def test_the_passphrase_in_a_file(self, shop, sealer, monkeypatch, tmp_path):
        self.written(shop, sealer, **{"shop:password": {"secure": sealer.seal("s3cret")}})
        monkeypatch.delenv("PULUMI_CONFIG_PASSPHRASE")
        (tmp_path / "phrase").write_text("a passphrase\n")
        monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(tmp_path / "phrase"))
        assert read(shop).values == {"shop:password": "s3cret"}

    def test_a_damaged_value(self, shop, sealer):
        self.written(shop, sealer, **{"shop:password": {"secure": sealer.seal("s3cret")[:-8]}})
        with pytest.raises(BadConfiguration) as caught:
            read(shop)
        assert caught.value.key == "shop:password"

    def test_the_first_secret_of_the_state_is_sealed_as_the_file_says(self, shop, sealer):
        sealer.seal("something")
        self.written(shop, sealer)
        shop.program("")
        project = project_in(shop.folder)
        file = stack_file(project, "dev")
        assert keys_for(project, "dev", file).sealer("dev", None).state() == file.secrets == sealer.state()

    def test_a_key_of_a_cloud(self, shop):
        stacks(shop, secretsprovider="awskms://alias/state?region=eu-west-1", encryptedkey="AQID")
        shop.program("")
        file = stack_file(project_in(shop.folder), "dev")
        url = "awskms://alias/state?region=eu-west-1"
        assert file == StackFile({}, {"type": "cloud", "state": {"url": url, "encryptedkey": "AQID"}}, url)


def test_environments_of_pulumi_cloud_are_refused_by_name(shop):
    stacks(shop, environment=["prod"])
    with pytest.raises(NotAProject):
        read(shop)


def test_a_key_with_too_many_parts(shop):
    stacks(shop, config={"a:b:c:d": 1})
    with pytest.raises(BadConfiguration):
        read(shop)
