"""The page of a plan in a real browser: it opens quickly, is found in, folds, and asks nobody for anything."""

import pytest

from provisioner.report.page import html
from tests.support.browser import browser
from tests.support.large_plan import CANARY, large_view

SHOWN = "[...document.querySelectorAll('details.step')].filter(step => step.checkVisibility())"
NAMES = f"{SHOWN}.map(step => step.querySelector('b').textContent)"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "plan.html"
    file.write_text(html(large_view()))
    return file


@pytest.fixture(scope="module")
def page(file):
    with browser() as page:
        page.opened = page.open(file)
        yield page


@pytest.fixture(autouse=True)
def afresh(page, file):
    page.ask("location.hash = ''")
    page.asked_for.clear()  # what another test has opened
    page.open(file)


def test_a_thousand_resources_open_in_under_a_second(page, file):
    assert page.ask("document.querySelectorAll('details.step').length") > 900
    # The first time also pays for the start of the browser's own processes: the better of two counts.
    assert min(page.opened, page.open(file)) < 1000


def test_it_asks_nobody_for_anything(page, file):
    assert set(page.asked_for) == {f"file://{file}"}
    policy = page.ask("document.querySelector('meta[http-equiv]').content")
    assert policy.startswith("default-src 'none';")


def test_it_looks_like_a_page(page, tmp_path):
    """The picture is there to be looked at; here it only has to be more than an empty sheet."""
    page.picture(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 20_000
    assert page.ask("getComputedStyle(document.body).maxWidth") == "1216px"


def test_regions_hold_layers_and_layers_hold_components(page):
    outline = "[...document.querySelectorAll('details.group > summary > h3, details.group > summary > h4')]"
    assert page.ask(f"{outline}.map(each => each.textContent)") == [
        *("us-east-1", "foundation", "cluster"),
        *("eu-west-1", "foundation", "cluster"),
    ]
    assert "part-0" in page.ask(NAMES)
    assert "thing-0" not in page.ask(NAMES)


def test_a_click_unfolds_a_component_and_another_folds_it(page):
    page.click("details.step > summary")
    assert "thing-0" in page.ask(NAMES)
    page.click("details.step > summary")
    assert "thing-0" not in page.ask(NAMES)


def test_everything_can_be_unfolded_and_folded_again(page):
    page.click("#unfold")
    assert "thing-248" in page.ask(NAMES)
    page.click("#fold")
    assert not any(name.startswith("thing") for name in page.ask(NAMES))


def test_a_search_leaves_what_fits_and_what_is_around_it(page):
    page.type("#search", "thing-124")
    assert page.ask("document.getElementById('found').textContent") == "4 steps"
    assert set(page.ask(NAMES)) == {"part-12", "thing-124"}
    page.type("#search", "")
    assert page.ask("document.getElementById('found').textContent") == ""
    assert "part-0" in page.ask(NAMES)


def test_a_search_looks_into_properties_and_settings(page):
    page.type("#search", "tags.owner repository")
    kinds = f"new Set({SHOWN}.filter(step => !step.querySelector('.below')).map(step => step.querySelector('.kind').textContent))"
    assert page.ask(f"[...{kinds}]") == ["aws:ecr:Repository"]
    page.type("#search", "prod.yaml:12")
    assert page.ask("document.getElementById('found').textContent").endswith(" steps")


def test_a_search_that_finds_nothing_says_so(page):
    page.type("#search", "no such thing anywhere")
    assert page.ask("document.getElementById('found').textContent") == "0 steps"
    assert page.ask(NAMES) == []


def test_a_slash_goes_to_the_search(page):
    page.press("/")
    assert page.ask("document.activeElement.id") == "search"
    assert page.ask("document.getElementById('search').value") == ""


def test_kinds_of_steps_can_be_left_out(page):
    page.click("input[value=update]")
    page.click("input[value=create]")
    page.click("input[value=replace]")
    ops = f"new Set({SHOWN}.filter(step => !step.querySelector('.below')).map(step => step.dataset.op))"
    assert page.ask(f"[...{ops}]") == ["delete"]


def test_only_steps_with_a_risk(page):
    page.click("#only-risk")
    risks = f"new Set({SHOWN}.filter(step => !step.querySelector('.below')).map(step => step.dataset.risk))"
    assert "none" not in page.ask(f"[...{risks}]")


def test_a_risk_leads_to_its_step_also_when_a_search_hides_it(page):
    page.type("#search", "no such thing anywhere")
    page.click("table.risks a")
    page.wait("document.querySelector('details.step:target')?.checkVisibility()")
    assert page.ask("document.querySelector('details.step:target').open")


def test_the_graph_is_drawn(page):
    assert page.ask("document.querySelectorAll('svg .frame').length") == 4
    assert page.ask("document.querySelectorAll('svg .node').length") == 100
    assert page.ask("document.querySelectorAll('svg .arrow').length") > 50


def test_no_secret_is_in_it(file):
    assert CANARY not in file.read_text()


def test_what_people_wrote_is_text_and_nothing_else(page, tmp_path):
    """A name that is markup runs nothing."""
    view = large_view(40)
    evil = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    (tmp_path / "evil.html").write_text(
        html(view.__class__(environment=evil, plans=view.plans, notices=(evil,)))
    )
    page.open(tmp_path / "evil.html")
    assert page.ask("document.title") == f"Plan of {evil}"
    assert page.ask("document.querySelectorAll('img').length") == 0
