"""N-able N-central, Cloudmore and Wiv for the engineers of managed service providers.

    from mspkit import NCentral

    with NCentral("https://ncentral.example.com", jwt="…") as client:
        for customer in client.customers.list(page_size=200):
            print(customer.customer_name)

The clients are `NCentral`, `Cloudmore` and `Wiv`, and for asyncio `AsyncNCentral`, `AsyncCloudmore` and
`AsyncWiv`. Every error is an `MspError`.
"""

from mspkit import _kinds, _models
from mspkit._cloudmore import AsyncCloudmore, Cloudmore
from mspkit._errors import APIStatusError, MspError
from mspkit._kinds import *  # noqa: F403 - it says itself what it exports
from mspkit._model import Model
from mspkit._models import *  # noqa: F403 - likewise
from mspkit._native import __version__
from mspkit._ncentral import AsyncNCentral, NCentral
from mspkit._pager import AsyncPager, Page, Pager
from mspkit._types import (
    UNSET,
    Attempt,
    FieldError,
    Headers,
    Id,
    LimitStatus,
    RequestEvent,
    Response,
    ResponseEvent,
    ResponseMeta,
    RetryEvent,
    Secret,
    Unset,
)
from mspkit._wiv import AsyncWiv, Wiv

__all__ = [
    "UNSET",
    "APIStatusError",
    "AsyncCloudmore",
    "AsyncNCentral",
    "AsyncPager",
    "AsyncWiv",
    "Attempt",
    "Cloudmore",
    "FieldError",
    "Headers",
    "Id",
    "LimitStatus",
    "Model",
    "MspError",
    "NCentral",
    "Page",
    "Pager",
    "RequestEvent",
    "Response",
    "ResponseEvent",
    "ResponseMeta",
    "RetryEvent",
    "Secret",
    "Unset",
    "Wiv",
    "__version__",
]
__all__ += _kinds.__all__
__all__ += _models.__all__
