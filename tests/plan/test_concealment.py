"""Secrets are known by their text where nobody marked them."""

import pytest

from provisioner.plan.concealment import masked, remarked, reveals, sealed_outputs, texts_in
from provisioner.plan.values import UNKNOWN, Secret

LONG = "correct-horse"


@pytest.mark.parametrize(
    ("properties", "texts"),
    [
        ({"a": "plain"}, set()),
        ({"a": Secret("x")}, {"x"}),
        ({"a": {"b": [Secret({"c": "x", "d": ["y"]})]}, "e": "plain"}, {"x", "y"}),
        ({"a": Secret(Secret("x"))}, {"x"}),
        ({"a": Secret(5), "b": Secret(None), "c": Secret(""), "d": Secret(UNKNOWN)}, set()),
    ],
)
def test_the_texts_that_are_secret(properties, texts):
    assert texts_in(properties) == texts


@pytest.mark.parametrize(
    ("value", "text", "shows"),
    [
        pytest.param("pw", "pw", True, id="the text itself"),
        pytest.param({"a": ["pw"]}, "pw", True, id="somewhere in it"),
        pytest.param("a pw in it", "pw", False, id="a short one within another is chance"),
        pytest.param(f'{{"password":"{LONG}"}}', LONG, True, id="a long one is not"),
        pytest.param(Secret(LONG), LONG, True, id="it does not matter whether it is marked"),
        pytest.param(5, "5", False, id="a number is no text"),
        pytest.param(UNKNOWN, "pw", False, id="nothing is known"),
        pytest.param({"pw": 1}, "pw", False, id="a key is no value"),
    ],
)
def test_where_a_secret_shows(value, text, shows):
    assert reveals(value, {text}) is shows
    assert reveals(value, set()) is False


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (f"Value '{LONG}' at 'password' is too simple", "Value '[secret]' at 'password' is too simple"),
        (f"{LONG}-and-more is too long", "[secret] is too long"),
        ("nothing of it", "nothing of it"),
        ("a bc", "a bc"),
    ],
)
def test_what_a_cloud_repeats_is_masked(sentence, told):
    properties = {"password": Secret(LONG), "old": Secret(f"{LONG}-and-more"), "short": Secret("bc")}
    assert masked(sentence, properties) == told


def test_a_provider_that_marks_secrets_itself_is_believed():
    told = {"config": {"password": Secret("new value"), "size": 2}}
    assert remarked(told, {"config": {"password": Secret("old value"), "size": 1}}) == told
    assert remarked(
        {"config": {"password": Secret("old value"), "size": 1}}, told | {"other": Secret("x")}
    ) == {"config": {"password": Secret("old value"), "size": 1}}
    inputs = {"config": {"password": Secret("new value")}}
    assert sealed_outputs(told, inputs, ()) == told


def test_what_the_program_calls_secret_is_sealed_whole_with_no_seal_in_a_seal():
    told = {"config": {"password": Secret("new value"), "size": 2}}
    assert sealed_outputs(told, {}, ("config",)) == {"config": Secret({"password": "new value", "size": 2})}
