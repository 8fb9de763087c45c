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


AWKWARD = 'K7"é&/ +horse'


@pytest.mark.parametrize(
    "spelt",
    [
        '{"password": "K7\\"\\u00e9&/ +horse"}',
        '{"password": "K7\\"é&/ +horse"}',
        "https://host/?q=K7%22%C3%A9%26%2F%20%2Bhorse&more",
        "password=K7%22%C3%A9%26%2F+%2Bhorse",
        "data: Szci" + "w6kmLyAraG9yc2U=",
        "data: Szci" + "w6kmLyAraG9yc2U",
        "4b3722c3a9262f202b686f727365",
        "KeyError: 'K7\"é&/ +horse'",
    ],
    ids=["JSON", "JSON with letters", "URL", "form", "base64", "base64 without an end", "hex", "Python"],
)
def test_it_is_masked_in_every_spelling(spelt):
    told = masked(spelt, {"password": Secret(AWKWARD)})
    assert "[secret]" in told
    assert "horse" not in told


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ('{"password": "K7\\"horse", "host": "db"}', 'K7"horse is too simple for a password'),
        ('path "teams/horse" { capabilities = ["nonsense"] }', 'path "teams/horse": nonsense'),
    ],
)
def test_a_part_of_a_secret_document_is_masked_but_not_the_names_in_it(document, sentence):
    told = masked(sentence, {"document": Secret(document)})
    assert "[secret]" in told
    assert "horse" not in told
    assert masked("the password is wrong", {"document": Secret(document)}) == "the password is wrong"
