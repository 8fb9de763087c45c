"""A server that handles one request at a time, as conditional writes of S3 need it."""

import threading


class OneAtATime:
    """S3 looks at a condition and writes in one step; moto's threads would let another in between."""

    def __init__(self, app):
        self._app = app
        self._lock = threading.Lock()

    def __call__(self, environ, start_response):
        with self._lock:
            return list(self._app(environ, start_response))
