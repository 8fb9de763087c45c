"""A state file that is put together of texts is the one that would be written at once."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.embedded import record_texts, secrets
from provisioner.engine.embedded.checkpoint import deployment_json, file_of, lineage_json
from provisioner.engine.embedded.record_texts import RecordTexts, state_file
from provisioner.engine.embedded.secrets import BlindSealer, PassphraseSealer
from provisioner.engine.embedded.state import Began
from provisioner.plan.values import Secret
from tests.support.records import TIME, states, thing

METADATA = lineage_json("a-lineage", 3)
PENDING = (Began(7, "creating", thing("b", inputs={"password": Secret("p")})),)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(secrets, "ROUNDS", 1)


def at_once(records, pending, sealer):
    deployment = {**deployment_json(records, pending, sealer, TIME), "metadata": METADATA}
    return file_of("organization/shop/dev", deployment)


def of_texts(records, pending, texts):
    return state_file("shop/dev", records, pending, texts, (TIME, METADATA))


@settings(deadline=None)
@given(records=st.lists(states(), max_size=4), pending=st.sampled_from([(), PENDING]), kept=st.booleans())
def test_it_is_the_same_to_the_byte(records, pending, kept):
    sealer = PassphraseSealer("dev", lambda: "open sesame")
    texts = RecordTexts(sealer)
    if kept:
        for state in records[::2]:
            texts.kept(state)
    assert of_texts(records, pending, texts) == at_once(records, pending, sealer)


@pytest.mark.parametrize(
    "state", [thing("a", hooks={"BeforeCreate": ("h",)}), thing("a", replace_with=(thing("b").urn,))]
)
def test_a_newer_format_is_named_as_ever(state):
    whole = of_texts([state], (), RecordTexts(BlindSealer()))
    assert whole.startswith(b'{"version":4,"features":')
    assert whole == at_once([state], (), BlindSealer())


def test_what_was_written_once_is_not_written_again(monkeypatch):
    texts, state = RecordTexts(BlindSealer()), thing("a")
    text = texts.kept(state)
    monkeypatch.setattr(record_texts, "record_json", None)
    assert texts.text(state) == text


def test_a_record_that_only_looks_like_one_is_written(monkeypatch):
    texts, state = RecordTexts(BlindSealer()), thing("a")
    texts.kept(state)
    changed = replace(state, protect=True)
    assert '"protect":true' in texts.text(changed)
    assert '"protect"' not in texts.text(state)
