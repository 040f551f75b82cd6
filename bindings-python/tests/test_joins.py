"""Lists that are read with another list for each of their rows."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import pytest

import mspkit
from conftest import Clients

BOTH = pytest.mark.parametrize("asynchronous", [False, True], ids=["blocking", "async"])
INNER = "ncentral.devices.list_custom_properties"


async def every(items: Any) -> list[Any]:
    return [item async for item in items] if hasattr(items, "__aiter__") else list(items)


@BOTH
def test_each_device_has_its_properties(clients: Clients, asynchronous: bool) -> None:
    plain = clients.sync()
    devices = plain.devices.list().collect()
    known = {one.device_id: tuple(plain.devices.list_custom_properties(one.device_id)) for one in devices}
    assert len(devices) > 10 and any(known.values())
    client: Any = clients.asynchronous() if asynchronous else plain

    async def main() -> None:
        pager = client.devices.list_with_custom_properties(page_size=7)
        joined = await every(pager)
        assert [one.device_id for one in joined] == [one.device_id for one in devices]
        assert all(one.custom_properties == known[one.device_id] for one in joined)
        assert (pager.total, pager.complete) == (len(devices), True)
        assert all(type(one) is mspkit.ncentral.DeviceWithCustomProperties for one in joined)
        one, device = joined[0], devices[0]
        plainly = one.to_dict()
        assert plainly.pop("custom_properties") == [inner.to_dict() for inner in known[one.device_id]]
        assert plainly == device.to_dict()
        # Without the values of passwords.
        again = pickle.loads(pickle.dumps(one))
        assert again.device_id == one.device_id
        assert len(again.custom_properties) == len(one.custom_properties)
        organization = device.org_unit_id if hasattr(device, "org_unit_id") else device.customer_id
        of_one = await every(client.org_units.list_devices_with_custom_properties(organization))
        assert device.device_id in [one.device_id for one in of_one]
        assert all(one.custom_properties == known[one.device_id] for one in of_one)

    asyncio.run(main())


@BOTH
def test_a_join_that_fails_is_resumed(clients: Clients, asynchronous: bool) -> None:
    every_id = [one.device_id for one in clients.sync().devices.list()]
    client: Any = clients.asynchronous() if asynchronous else clients.sync()
    listing = client.devices.list_with_custom_properties
    clients.sim.answer(f"GET /api/devices/{every_id[8]}/custom-properties", status=403, json={}, times=1)

    async def main() -> None:
        seen: list[str] = []
        pager = listing(page_size=10, concurrency=1)
        with pytest.raises(mspkit.PermissionDeniedError) as caught:
            if asynchronous:
                async for one in pager:
                    seen.append(one.device_id)
            else:
                for one in pager:
                    seen.append(one.device_id)
        assert seen == every_id[: len(seen)] and len(seen) <= 8 and caught.value.operation == INNER
        rest = await every(listing(page_size=10, resume_token=caught.value.resume_token))
        assert seen + [one.device_id for one in rest] == every_id

    asyncio.run(main())


def test_a_device_that_was_deleted_has_no_properties(clients: Clients) -> None:
    client = clients.sync()
    gone = client.devices.list().collect()[3].device_id
    clients.sim.answer(f"GET /api/devices/{gone}/custom-properties", status=404, json={})
    joined = {one.device_id: one for one in client.devices.list_with_custom_properties()}
    assert joined[gone].custom_properties is None and joined[gone].is_set("custom_properties")
    assert sum(one.custom_properties is None for one in joined.values()) == 1


def test_secrets_of_inner_rows_do_not_show(clients: Clients) -> None:
    rows = [
        {"propertyId": 1, "propertyName": "PIN", "propertyType": "PASSWORD", "value": "planted-secret"},
        {"propertyId": 2, "propertyName": "Rack", "propertyType": "TEXT", "value": "B7"},
    ]
    clients.sim.answer(INNER, json=rows)
    for one in clients.sync().devices.list_with_custom_properties(limit=2):
        assert one.custom_properties is not None
        assert [inner.value for inner in one.custom_properties] == ["planted-secret", "B7"]
        again = pickle.loads(pickle.dumps(one))
        assert b"planted" not in pickle.dumps(one) and again.device_id == one.device_id
        assert [inner.value for inner in again.custom_properties] == [None, "B7"]
        for text in (repr(one), str(dict(one)), str({**one}), repr([one])):
            assert "planted" not in text and "***" in text and "B7" in text
        assert "planted-secret" in str(one.to_dict())
