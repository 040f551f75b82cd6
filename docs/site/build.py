"""Builds the site of the documentation.

    python docs/site/build.py build WORK DOCS SCRIPTS REFERENCE   into DOCS, from copies of the pages in WORK
    python docs/site/build.py serve WORK DOCS SCRIPTS REFERENCE   shows it on loopback, and again after every change of a page

A broken link is an error. SCRIPTS is the folder of the packages of package.json, REFERENCE that of the pages of the operations.
The references of the languages stay in DOCS, where each page gets a link to the site; a build has those in its navigation that
are there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import chart
import pages
import reference
import searched

HERE = Path(__file__).resolve().parent
# The references in DOCS, by the title in the navigation.
REFERENCES = {
    "Python API": "python/mspkit.html",
    "Node.js API": "node/index.html",
    "C API": "c/index.html",
    "Rust API": "rust/mspkit/index.html",
}
ADDRESS = "127.0.0.1:8000"
PAUSE = 0.5
# What a browser loads by itself, and the theme's link that asks the repository's host for numbers.
ELSEWHERE = re.compile(
    r"""<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//[^>]*>|<[^>]*data-md-component="?source\b[^>]*>"""
)


def references(docs: Path) -> dict[str, str]:
    """The references of the languages that were built."""
    return {title: place for title, place in REFERENCES.items() if (docs / place).is_file()}


def stage(work: Path, docs: Path | None, scripts: Path, operations: Path) -> Path:
    """Writes the pages, assets and settings that the generator reads, and returns the file of the settings. They lead to the
    references of the languages in `docs`."""
    found = references(docs) if docs else {}
    known = reference.index(operations)
    settings = pages.settings(found, reference.navigation(known))
    settings |= {"docs_dir": "pages", "site_dir": "html", "dev_addr": ADDRESS}
    texts = {**pages.staged(), **reference.staged(operations, docs)}
    texts[reference.OPERATIONS] = reference.operations(texts[reference.OPERATIONS], known)
    wanted = {f"pages/{name}": chart.placed(text).encode() for name, text in texts.items()}
    wanted |= {f"pages/assets/{file.name}": file.read_bytes() for file in (HERE / "assets").iterdir()}
    wanted["pages/assets/iframe-worker.js"] = (scripts / "iframe-worker/shim/index.js").read_bytes()
    wanted |= {str(file.relative_to(HERE)): file.read_bytes() for file in (HERE / "theme").rglob("*.html")}
    # JSON is YAML.
    wanted["site.yml"] = json.dumps(settings, indent=1).encode()
    for folder in ("pages", "theme"):
        for old in (work / folder).rglob("*"):
            if old.is_file() and str(old.relative_to(work)) not in wanted:
                old.unlink()
    for name, content in wanted.items():
        file = work / name
        file.parent.mkdir(parents=True, exist_ok=True)
        # What has not changed is not built again.
        if not file.is_file() or file.read_bytes() != content:
            file.write_bytes(content)
    return work / "site.yml"


def generator(*arguments: str | Path) -> list[str | Path]:
    return [Path(sys.executable).with_name("zensical"), *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}


def build(work: Path, docs: Path, scripts: Path, operations: Path) -> None:
    settings = stage(work, docs, scripts, operations)
    if missing := [title.removesuffix(" API") for title in REFERENCES if title not in references(docs)]:
        print(f"without the references of {', '.join(missing)}, which `make docs` adds", flush=True)
    shutil.rmtree(work / "html", ignore_errors=True)
    subprocess.run(generator("build", "--strict", "--clean", "--config-file", settings), env=environment(), check=True)
    for page in sorted((work / "html").rglob("*.html")):
        for loaded in ELSEWHERE.finditer(page.read_text(encoding="utf-8")):
            raise pages.PageError(f"{page.name} loads something from another host: {loaded[0]}")
    searched.write(work / "html")
    docs.mkdir(parents=True, exist_ok=True)
    kept = {Path(place).parts[0] for place in REFERENCES.values()}
    for old in docs.iterdir():
        if old.name not in kept:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    # The page for missing pages and the map for search engines are those of a site with an address.
    shutil.copytree(work / "html", docs, dirs_exist_ok=True, ignore=shutil.ignore_patterns("404.html", "sitemap.xml"))
    reference.link_back(reference.index(operations), docs, sorted(kept))


def serve(work: Path, scripts: Path, operations: Path) -> int:
    settings = stage(work, None, scripts, operations)
    server = subprocess.Popen(generator("serve", "--config-file", settings), env=environment())
    before = pages.changed()
    try:
        while server.poll() is None:
            time.sleep(PAUSE)
            try:
                if (now := pages.changed()) != before:
                    before = now
                    stage(work, None, scripts, operations)
            except (pages.PageError, OSError) as error:
                # The page is being written.
                print(error, file=sys.stderr)
        return server.returncode
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait()


def main() -> int:
    if len(sys.argv) != 6 or sys.argv[1] not in ("build", "serve"):
        print(__doc__, file=sys.stderr)
        return 2
    work, docs, scripts, operations = (Path(argument).resolve() for argument in sys.argv[2:])
    try:
        if sys.argv[1] == "serve":
            return serve(work, scripts, operations)
        build(work, docs, scripts, operations)
    except pages.PageError as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
