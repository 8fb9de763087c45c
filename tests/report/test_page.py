"""The page of a plan as text; what a browser makes of it is tested in `tests/browser`."""

import re

from provisioner.plan.model import Mode
from provisioner.report.page import html, is_page
from provisioner.report.plan_view import PlanView
from tests.support.large_plan import CANARY, large_view
from tests.support.plans import KEY, plan, step


def test_no_secret_and_no_address_is_in_it():
    text = html(large_view(60))
    assert CANARY not in text
    assert [*re.findall(r'(?:src|href)="([^"#]+)', text)] == []
    assert [*re.findall(r"https?://[^\s\"'<]+", text)] == ["http://www.w3.org/2000/svg"]


def test_the_same_plan_gives_the_same_page():
    assert html(large_view(60)) == html(large_view(60))


def test_a_page_is_known_again():
    assert is_page(html(large_view(4)).encode())
    assert not is_page(b"<!doctype html><title>mine</title>")


def test_a_plan_of_nothing_is_a_page_as_well():
    text = html(PlanView(environment="dev", plans=(plan(),)))
    assert "No changes" in text
    assert "No step of this plan interrupts anything" in text


def test_a_destroy_says_what_is_lost_and_what_agrees_to_it():
    view = PlanView(environment="dev", plans=(plan(step("delete", KEY, "k", id="1"), mode=Mode.DESTROY),))
    text = html(view)
    assert "Destroy dev" in text
    assert view.digest in text
    assert "everything that is encrypted with it" in text
