"""Writes the pages as HTML, and the index of everything that `make docs` has made: `python
docs/render.py target/docs`."""

from __future__ import annotations

import html
import os
import re
import sys
from pathlib import Path

import markdown2

ROOT = Path(__file__).resolve().parents[1]
REFERENCES = {
    "Rust": "rust/mspkit/index.html",
    "Python": "python/mspkit.html",
    "Node.js": "node/index.html",
    "C": "c/index.html",
}
STYLE = """body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif }
pre { background: #f4f4f4; padding: .8rem; overflow-x: auto } table { border-collapse: collapse }
td, th { border: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top }"""
LINK = re.compile(r'href="([^"#:]+)(#[^"]*)?"')


def page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def rendered(source: Path, into: Path) -> tuple[str, str]:
    """A page's title and its HTML. Links to pages lead to their HTML, others to the files of this checkout."""
    text = re.sub(r"<!-- check: .* -->\n", "", source.read_text())
    extras = [
        "fenced-code-blocks",
        "tables",
        "header-ids",
        "code-friendly",
        "cuddled-lists",
    ]
    body = str(markdown2.markdown(text, extras=extras))

    def link(found: re.Match[str]) -> str:
        target = (source.parent / found[1]).resolve()
        if target.parent == source.parent and target.suffix == ".md":
            return f'href="{target.stem}.html{found[2] or ""}"'
        if not target.exists():
            return found[0]
        return f'href="{os.path.relpath(target, into)}{found[2] or ""}"'

    title = text.partition("\n")[0].removeprefix("# ")
    return title, LINK.sub(link, body)


def main(into: Path) -> None:
    missing = [name for name, place in REFERENCES.items() if not (into / place).exists()]
    if missing:
        sys.exit(f"there is no reference for {', '.join(missing)}")
    pages = into / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    for source in sorted((ROOT / "docs").glob("*.md")):
        title, body = rendered(source, pages)
        (pages / f"{source.stem}.html").write_text(page(title, body))
    links = "".join(f'<li><a href="{place}">{name}</a></li>' for name, place in REFERENCES.items())
    body = f'<h1>mspkit</h1><p><a href="pages/README.html">A page for each job</a></p><p>The reference:</p><ul>{links}</ul>'
    (into / "index.html").write_text(page("mspkit", body))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
