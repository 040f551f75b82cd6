"""Pages as the site shows them, without its generator: their HTML is made by the Markdown extensions of docs/site/site.yml."""

from __future__ import annotations

import sys
from typing import Any
from xml.etree import ElementTree

import docs
import yaml
from markdown import Markdown

SITE = docs.ROOT / "docs/site"
# The site's own extensions are there.
sys.path.insert(0, str(SITE))


def converted(text: str) -> str:
    """A page's HTML as the generator's Markdown makes it."""
    names: list[str] = []
    settings: dict[str, Any] = {}
    for one in yaml.safe_load((SITE / "site.yml").read_text(encoding="utf-8"))["markdown_extensions"]:
        name, options = next(iter(one.items())) if isinstance(one, dict) else (one, {})
        names.append(name)
        settings[name] = options
    return Markdown(extensions=names, extension_configs=settings, output_format="xhtml").convert(text)


def parsed(content: str) -> ElementTree.Element:
    # The sign at headings is an entity of HTML, which XML does not know.
    return ElementTree.fromstring(f"<div>{content.replace('&para;', '¶')}</div>")  # noqa: S314


def has(element: ElementTree.Element, name: str) -> bool:
    return name in element.get("class", "").split()


def tabs(page: ElementTree.Element) -> list[list[str]]:
    return [[text(one) for one in found.findall("div/label")] for found in page.iter("div") if has(found, "tabbed-set")]


def text(element: ElementTree.Element) -> str:
    return "".join(element.itertext()).strip()
