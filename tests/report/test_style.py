"""Colours are for terminals whose owner has nothing against them."""

import io

import pytest

from provisioner.report.naming import short, type_of
from provisioner.report.style import Colour, style_for


class Tty(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "variables", "colours"),
    [
        (Tty(), {"TERM": "xterm"}, True),
        (Tty(), {"NO_COLOR": "1"}, False),
        (Tty(), {"NO_COLOR": ""}, True),
        (Tty(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_when_there_are_colours(stream, variables, colours):
    assert (style_for(stream, variables).paint(Colour.GOOD, "x") != "x") is colours


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("aws:ec2/vpc:Vpc", "aws:ec2:Vpc"),
        ("mlplat:network:PrivateNetwork", "PrivateNetwork"),
        ("pulumi:providers:aws", "pulumi:providers:aws"),
        ("other:Thing", "other:Thing"),
    ],
)
def test_the_short_form_of_a_type(type, text):
    assert short(type) == text


def test_the_type_of_a_urn_is_the_last_of_its_chain():
    assert type_of("urn:pulumi:s::p::mlplat:a:B$aws:ec2/vpc:Vpc::n") == "aws:ec2/vpc:Vpc"
