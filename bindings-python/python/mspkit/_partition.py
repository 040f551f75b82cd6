"""Partitions of a list: descriptions that other processes read, each on its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from mspkit._errors import refused

if TYPE_CHECKING:
    from mspkit._async_pager import AsyncPager
    from mspkit._client import AsyncClient, SyncClient
    from mspkit._pager import Pager

T = TypeVar("T")


class Partition(Generic[T]):
    """A part of a list: its operation, arguments and pages, without secrets.

    `Pager.partitions` makes them. They can be pickled, so that other processes read them.

    Example:
        >>> for partition in client.customers.list(page_size=50).partitions(4):
        ...     customers = partition.read(client).collect()
    """

    __slots__ = ("_facts", "_model", "_text")

    def __init__(self, text: str, model: type[T]) -> None:
        self._text = text
        self._model = model
        self._facts: dict[str, Any] = json.loads(text)

    @property
    def operation(self) -> str:
        """The id of the operation."""
        operation: str = self._facts["list"].get("operation", {}).get("id", "paginate")
        return operation

    @property
    def first_page(self) -> int | None:
        """Its first page, if the pages of the list are numbered."""
        return self._facts.get("first_page")

    @property
    def last_page(self) -> int | None:
        """Its last page; None if it ends with the list."""
        return self._facts.get("last_page")

    @overload
    def read(self, client: SyncClient | None = None, *, resume_token: str | None = None) -> Pager[T]: ...
    @overload
    def read(self, client: AsyncClient, *, resume_token: str | None = None) -> AsyncPager[T]: ...
    def read(
        self, client: SyncClient | AsyncClient | None = None, *, resume_token: str | None = None
    ) -> Pager[T] | AsyncPager[T]:
        """A pager of its items; nothing is sent yet.

        Args:
            client: A client of the same server; by default one made from the environment.
            resume_token: Where to continue, from an earlier pager of the same partition or from its
                error.

        Raises:
            MspError: `InvalidRequest` if the partition is one of another server.
        """
        from mspkit._client import Client

        if client is None:
            client = self._default_client()
        if not isinstance(client, Client):
            raise refused("client", "must be a client", client)
        return client._read_partition(self.operation, self._text, self._model, resume_token)

    def _default_client(self) -> SyncClient:
        import mspkit

        classes = (mspkit.NCentral, mspkit.Cloudmore, mspkit.Wiv)
        return next(made for made in classes if made._service == self._facts["service"])()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Partition) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        if not hasattr(self, "_facts"):
            return "Partition()"
        pages = (
            "" if self.first_page is None else f", pages {self.first_page} to {self.last_page or 'the end'}"
        )
        return f"<Partition of {self.operation}{pages}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Partition, (self._text, self._model)


Partition.__module__ = "mspkit"
