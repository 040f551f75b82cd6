"""N-able N-central, Cloudmore and Wiv for the engineers of managed service providers.

    from mspkit import NCentral

    with NCentral("https://ncentral.example.com", jwt="…") as client:
        for customer in client.customers.list(page_size=200):
            print(customer.customer_name)

The clients are `NCentral`, `Cloudmore` and `Wiv`, and for asyncio `AsyncNCentral`, `AsyncCloudmore`
and `AsyncWiv`. Every error is an `MspError`. Models, parameters and resources are in a module per
service: `mspkit.ncentral.Customer`.
"""

from typing import TYPE_CHECKING

from mspkit import _kinds, cloudmore, ncentral, wiv
from mspkit._arrow import ArrowStream
from mspkit._async_pager import AsyncPager
from mspkit._cloudmore import AsyncCloudmore, Cloudmore
from mspkit._errors import APIStatusError, MspError
from mspkit._kinds import *  # noqa: F403 - it says itself what it exports
from mspkit._lazy import lazy
from mspkit._model import Model
from mspkit._native import __version__
from mspkit._ncentral import AsyncNCentral, NCentral
from mspkit._options import CallOptions, ListOptions, ScrollOptions
from mspkit._page import Page
from mspkit._pager import Pager
from mspkit._partition import Partition
from mspkit._types import (
    UNSET,
    Attempt,
    Difference,
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

if TYPE_CHECKING:
    from mspkit._changes import (
        ChangedRow,
        Changes,
        ChangesSummary,
        FieldChange,
        ListedRow,
        UnidentifiedRow,
        diff,
    )
    from mspkit._reconcile import (
        AmbiguousRow,
        Candidate,
        MappingProblem,
        Match,
        Reconciliation,
        ReconciliationSummary,
        UnmatchedRow,
        ValueDifference,
        reconcile,
    )
else:
    # What clients do not need is imported on first use.
    __getattr__, _, _later = lazy(
        "mspkit",
        _changes="ChangedRow Changes ChangesSummary FieldChange ListedRow UnidentifiedRow diff",
        _reconcile=(
            "AmbiguousRow Candidate MappingProblem Match Reconciliation ReconciliationSummary UnmatchedRow "
            "ValueDifference reconcile"
        ),
    )

    def __dir__() -> list[str]:
        return sorted({*globals(), *_later})


__all__ = [
    "UNSET",
    "APIStatusError",
    "AmbiguousRow",
    "ArrowStream",
    "AsyncCloudmore",
    "AsyncNCentral",
    "AsyncPager",
    "AsyncWiv",
    "Attempt",
    "CallOptions",
    "Candidate",
    "ChangedRow",
    "Changes",
    "ChangesSummary",
    "Cloudmore",
    "Difference",
    "FieldChange",
    "FieldError",
    "Headers",
    "Id",
    "LimitStatus",
    "ListOptions",
    "ListedRow",
    "MappingProblem",
    "Match",
    "Model",
    "MspError",
    "NCentral",
    "Page",
    "Pager",
    "Partition",
    "Reconciliation",
    "ReconciliationSummary",
    "RequestEvent",
    "Response",
    "ResponseEvent",
    "ResponseMeta",
    "RetryEvent",
    "ScrollOptions",
    "Secret",
    "UnidentifiedRow",
    "UnmatchedRow",
    "Unset",
    "ValueDifference",
    "Wiv",
    "__version__",
    "cloudmore",
    "diff",
    "ncentral",
    "reconcile",
    "wiv",
]
__all__ += _kinds.__all__
