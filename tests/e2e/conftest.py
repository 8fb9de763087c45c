"""What tests of the whole product share: a moto server on loopback, and checkouts that end their local cloud."""

import io
import re

import pytest

from tests.e2e.census import Cloud
from tests.e2e.product import Product
from tests.support.moto_server import moto_server

ACTION = re.compile(rb"(?:^|&)Action=(\w+)")


class Recorder:
    """Passes requests on to moto, and notes which operation each is."""

    def __init__(self, app, calls):
        self._app = app
        self._calls = calls

    def __call__(self, environ, start_response):
        self._calls.append(self._operation(environ))
        return self._app(environ, start_response)

    def _operation(self, environ):
        if target := environ.get("HTTP_X_AMZ_TARGET"):
            return target.rsplit(".", 1)[1]
        if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(body)
            return ACTION.search(body)[1].decode()
        return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"


@pytest.fixture(scope="session")
def cloud():
    """A moto server that lives as long as the tests, and clients to look into it; `calls` is what it was asked."""
    calls = []
    with moto_server(lambda app: Recorder(app, calls)) as endpoint:
        cloud = Cloud(endpoint)
        cloud.calls = calls
        yield cloud


@pytest.fixture
def product(tmp_path):
    """A checkout in which nothing was done yet."""
    product = Product(tmp_path / "checkout")
    try:
        yield product
    finally:
        product.close()


@pytest.fixture(scope="module")
def applied(tmp_path_factory):
    """A checkout in which `local` was applied; for tests that change nothing."""
    product = Product(tmp_path_factory.mktemp("applied") / "checkout")
    try:
        product.begin()
        product("apply local --yes")
        yield product
    finally:
        product.close()
