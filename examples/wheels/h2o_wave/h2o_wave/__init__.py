"""A stand-in for H2O Wave: enough for an app that shows cards of text. Not Wave."""
import json
import os
from base64 import b64encode
from urllib.request import Request, urlopen

__version__ = "0.0.0+standin"
_routes = {}


class ui:
    """Cards."""

    @staticmethod
    def markdown_card(box, title, content):
        return {"box": box, "title": title, "content": content}


class Q:
    """One request of a browser."""

    def __init__(self, user, args):
        self.user = user
        self.args = args
        self.page = {}


def app(route):
    """Registers a handler for a route."""

    def register(handler):
        _routes[route] = handler
        return handler

    return register


async def main(route, user, args):
    """Answers a request; the server calls it."""
    q = Q(user, args)
    await _routes[route](q)
    return q.page


def register():
    """Tells the server where the app is, as Wave apps do at their start."""
    base = os.environ.get("H2O_WAVE_BASE_URL", "/")
    key = os.environ.get("H2O_WAVE_ACCESS_KEY_ID", "access_key_id")
    secret = os.environ.get("H2O_WAVE_ACCESS_KEY_SECRET", "access_key_secret")
    for route in _routes:
        body = {
            "register_app": {
                "route": route,
                "address": os.environ["H2O_WAVE_APP_ADDRESS"],
                "mode": os.environ.get("H2O_WAVE_APP_MODE", "unicast"),
            }
        }
        request = Request(
            os.environ["H2O_WAVE_ADDRESS"] + base,
            json.dumps(body).encode(),
            {
                "content-type": "application/json",
                "authorization": "Basic "
                + b64encode(f"{key}:{secret}".encode()).decode(),
            },
        )
        urlopen(request, timeout=10).close()
