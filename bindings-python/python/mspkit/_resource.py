"""The base classes of the groups of a client's methods, and how async methods are made from
blocking ones.

A method is written once, for the blocking client. The client makes its return value, which is
awaitable for an async client; documentation and types follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from functools import wraps
from types import FunctionType
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

from mspkit._async_pager import AsyncPager
from mspkit._lazy import home
from mspkit._pager import Pager

if TYPE_CHECKING:
    # Type checkers understand `property` only.
    from builtins import property as resource

    from mspkit._client import AsyncClient, SyncClient
    from mspkit._model import Model
else:

    class resource(property):  # noqa: N801 - it replaces `property`
        """A group of a client's methods; on the class itself, the group's class, for `help()`."""

        def __get__(self, client, owner=None):
            if client is not None:
                return super().__get__(client, owner)
            package, _, name = self.fget.__annotations__["return"].partition(".")
            return getattr(self.fget.__globals__[package], name)


__all__ = ["AsyncResource", "SyncResource", "awaited", "listed", "resource"]

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound="Model")


class SyncResource:
    """A group of a blocking client's methods."""

    __slots__ = ("_client",)

    def __init_subclass__(cls) -> None:
        home(cls)

    def __init__(self, client: SyncClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"


class AsyncResource:
    """A group of an async client's methods."""

    __slots__ = ("_client",)

    def __init_subclass__(cls) -> None:
        home(cls)

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client!r}>"


if TYPE_CHECKING:

    class Awaited(Generic[P, R]):
        """A method of an async client that is awaited."""

        def __get__(self, group: Any, of: Any) -> Callable[P, Coroutine[Any, Any, R]]:
            """The method of one client."""
            raise NotImplementedError

    class Listed(Generic[P, M]):
        """A method of an async client that returns a list."""

        def __get__(self, group: Any, of: Any) -> Callable[P, AsyncPager[M]]:
            """The method of one client."""
            raise NotImplementedError


def awaited(
    method: Callable[Concatenate[Any, P], R],
) -> Callable[[Callable[[Any], None]], Awaited[P, R]]:
    """Makes an async client's method from the blocking client's: it takes the same arguments,
    and is awaited."""

    def make(named: Any) -> Any:
        blocking: Any = method

        @wraps(blocking)
        async def call(self: Any, *given: Any, **options: Any) -> Any:
            waiting = blocking(self, *given, **options)
            # A traceback may show local variables.
            del given, options
            return await waiting

        call.__module__, call.__qualname__ = named.__module__, named.__qualname__
        call.__doc__ = asynchronous(blocking.__doc__)
        return call

    return make


def listed(
    method: Callable[Concatenate[Any, P], Pager[M]],
) -> Callable[[Callable[[Any], None]], Listed[P, M]]:
    """Makes an async client's list from the blocking client's: it takes the same arguments."""

    def make(named: Any) -> Any:
        blocking: Any = method
        pager: Any = AsyncPager
        call = FunctionType(blocking.__code__, blocking.__globals__, blocking.__name__, blocking.__defaults__)
        call.__kwdefaults__ = blocking.__kwdefaults__
        model = blocking.__globals__[blocking.__annotations__["return"][len("Pager[") : -1]]
        call.__annotations__ = {**blocking.__annotations__, "return": pager[model]}
        call.__module__, call.__qualname__ = named.__module__, named.__qualname__
        call.__doc__ = asynchronous(blocking.__doc__)
        return call

    return make


def asynchronous(text: str | None) -> str | None:
    """The documentation of a blocking method with an async example; None without docstrings
    (`-OO`)."""
    if text is None:
        return None
    text = re.sub(r"(>>> (?:\w+ = )?)client\.", r"\1await client.", text)
    return text.replace(">>> for ", ">>> async for ").replace("A pager of", "An async pager of")
