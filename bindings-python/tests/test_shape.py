"""Fields read from the bytes of a page equal those of Python's JSON reader, whatever the
formatting."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

import mspkit
from conftest import Clients
from simulator import Simulator

TEXTS = (
    "plain",
    "",
    "Åse Ødegård",
    "日本語",
    "\U0001f600",
    'a "quoted" \\ text',
    "tab\tand\nline",
    "x" * 300,
    "[{,:}]",
)
NAMES = (
    "customerName",
    "city",
    "contactEmail",
    "externalId",
    "street1",
    "phone",
    "country",
    "unknownField",
    "another",
)
SPACES = ("", "", "", " ", "\n  ", "\t")
ITEMS = 8


def written(value: Any, dice: random.Random) -> str:
    """A value as some server might write it: needless escapes, white space anywhere."""

    def space() -> str:
        return dice.choice(SPACES)

    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=dice.random() < 0.5)
        if value[:1].isalpha() and value.isascii() and dice.random() < 0.2:
            text = f'"\\u{ord(value[0]):04x}{json.dumps(value)[2:]}'
        return text
    if isinstance(value, dict):
        return written_object(list(value.items()), dice)
    if isinstance(value, list):
        return "[" + ",".join(space() + written(entry, dice) + space() for entry in value) + "]"
    return json.dumps(value)


def written_object(members: list[tuple[str, Any]], dice: random.Random) -> str:
    def space() -> str:
        return dice.choice(SPACES)

    def member(name: str, value: Any) -> str:
        return space() + written(name, dice) + space() + ":" + space() + written(value, dice) + space()

    return "{" + ",".join(member(*pair) for pair in members) + "}"


def value(dice: random.Random) -> Any:
    kinds: list[Any] = [
        dice.choice(TEXTS),
        None,
        dice.choice(TEXTS),
        {"deep": [{"x": "}"}, "]"]},
        [1, "a", None],
    ]
    return dice.choice(kinds[:3])


def item(number: int, dice: random.Random) -> list[tuple[str, Any]]:
    """The members of an item: in any order, some repeated, some unknown, some missing."""
    members = [(name, value(dice)) for name in NAMES if dice.random() < 0.7]
    members += [(dice.choice(NAMES), value(dice)) for _ in range(dice.randrange(3))]
    members.append(
        ("extraNested", {"deep": [{"x": "}"}, "]", dice.choice(TEXTS)], "n": 12345678901234567890123})
    )
    members.append(("customerId", str(number)))
    dice.shuffle(members)
    return members


@pytest.mark.parametrize("seed", range(40))
def test_fields_equal_those_of_the_json_module(seed: int, sim: Simulator, clients: Clients) -> None:
    dice = random.Random(seed)
    items = [written_object(item(number, dice), dice) for number in range(1, ITEMS + 1)]
    page = f'{{"data":[{",".join(items)}],"totalItems":{ITEMS},"totalPages":1,"pageSize":{ITEMS}}}'
    answer = {"match": "ncentral.customers.list", "text": page, "content_type": "application/json"}
    sim.control("script", {"answers": [answer]})
    with clients.sync() as client:
        read = list(client.customers.list(page_size=ITEMS))
    assert len(read) == ITEMS
    for model, text in zip(read, items, strict=True):
        truth = json.loads(text)
        for name, attribute in mspkit.ncentral.Customer._by_wire.items():
            assert getattr(model, attribute.name) == truth.get(name), (name, text)
            assert model.is_set(name) == (name in truth), (name, text)
        assert model.extra == {
            name: held for name, held in truth.items() if name not in mspkit.ncentral.Customer._by_wire
        }
        assert model.to_dict(by_wire_name=True) == truth
