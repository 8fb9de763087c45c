"""A moto server in this process, with our additions and settings: the one way a test starts one."""

import contextlib
import functools
import logging


@functools.cache
def remember():
    """Make moto look once at which services and which operations it has, and not at every call."""
    from moto import backends
    from moto.core import responses

    services = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)


@contextlib.contextmanager
def moto_server(wrap=lambda app: app):
    """The address of a server on loopback; `wrap` may stand between it and those who call."""
    from provisioner.local import additions

    additions.install()
    from moto.server import ThreadedMotoServer  # only here: it takes a second to import

    remember()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    server._server.app = wrap(server._server.app)
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()
