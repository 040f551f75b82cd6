"""Where the server is, and token handling as a script for N-central needs it."""

import os
from time import monotonic

URL = os.environ["NCENTRAL_URL"]
JWT = os.environ["NCENTRAL_JWT"]
WIV_KEY = os.environ["WIV_API_KEY"]
AUTHENTICATE = "/api/auth/authenticate"
CASES = "/v2/cases/msp/search"
AUTHORIZED = {"Authorization": f"Bearer {JWT}"}
WIV_HEADERS = {"X-API-Key": WIV_KEY}

# How many seconds before it expires a token is exchanged for another one.
EARLY = 60


class Token:
    """The current access token: exchanged before it expires, and when it is refused."""

    def __init__(self):
        self.headers = {}
        self._until = 0.0

    def usable(self):
        return monotonic() < self._until

    def keep(self, answer):
        access = answer["tokens"]["access"]
        self.headers = {"Authorization": f"Bearer {access['token']}"}
        self._until = monotonic() + access.get("expirySeconds", 3600) - EARLY

    def drop(self):
        self._until = 0.0
