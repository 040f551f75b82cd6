"""Importing the package is cheap: it takes little time, few modules, no thread and no socket."""

from __future__ import annotations

import json
import sys

import pytest

from children import quiet

REPORT = """
    import sys, time
    before = set(sys.modules)
    begin, begin_cpu = time.perf_counter(), time.process_time()
    import mspkit
    took = (time.perf_counter() - begin) * 1000, (time.process_time() - begin_cpu) * 1000
    import json, os
    def files():
        found = []
        for number in os.listdir("/proc/self/fd"):
            try:
                found.append(os.readlink(f"/proc/self/fd/{number}"))
            except OSError:
                pass  # The one by which they were listed.
        return found
    print(json.dumps({
        "took": took, "modules": sorted(set(sys.modules) - before),
        "threads": len(os.listdir("/proc/self/task")), "files": files(),
    }))
"""


def test_import_is_quick_and_light(tmp_path_factory: pytest.TempPathFactory) -> None:
    # As after an installation: with compiled files.
    kept = {"PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("compiled")), "PYTHONDONTWRITEBYTECODE": ""}
    reports = [json.loads(quiet(REPORT, more=kept)) for _ in range(8)][1:]
    report = reports[0]
    heavy = {"asyncio", "logging", "dataclasses", "inspect", "socket", "ssl", "threading", "urllib", "email"}
    assert not heavy & set(report["modules"])
    assert len(report["modules"]) < 64, report["modules"]
    own = [name for name in report["modules"] if name.startswith("mspkit")]
    assert {name.partition(".")[0] for name in report["modules"]} - {"mspkit"} <= sys.stdlib_module_names
    assert len(own) < 28
    assert report["threads"] == 1
    assert not [name for name in report["files"] if name.startswith(("socket", "anon_inode"))]
    # The time of the processor, which other programs cannot lengthen by much.
    assert min(one["took"][1] for one in reports) < 40, [one["took"] for one in reports]


def test_resources_and_models_are_imported_when_they_are_used() -> None:
    code = """
        import sys
        import mspkit
        def private():
            return sorted(name for name in sys.modules if name.startswith("mspkit.") and name.count(".") == 2)
        client = mspkit.NCentral("http://127.0.0.1:1", jwt="j")
        mspkit.AsyncCloudmore(username="u", password="p", client_secret="s", base_url="http://127.0.0.1:1")
        dir(mspkit.ncentral), mspkit.cloudmore.__all__
        print(private())
        client.customers, client.sites
        print(private())
    """
    used = ["_customers", "_models", "_sites"]
    assert quiet(code) == f"[]\n{[f'mspkit.ncentral.{name}' for name in used]}\n"


def test_a_blocking_client_has_no_threads() -> None:
    code = """
        import os
        import mspkit
        client = mspkit.NCentral("http://127.0.0.1:1", jwt="j", max_retries=0)
        try:
            client.customers.get(1)
        except mspkit.APIConnectionError:
            print(len(os.listdir("/proc/self/task")))
    """
    assert quiet(code) == "1\n"


@pytest.mark.skipif(sys.version_info < (3, 12), reason="up to 3.11 nothing keeps a module out")
def test_sub_interpreters_are_refused() -> None:
    code = """
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        import mspkit
        made = interpreters.create()
        code = "import mspkit._native"
        try:
            run = interpreters.exec if hasattr(interpreters, "exec") else interpreters.run_string
            failed = run(made, code)
        except Exception as error:
            failed = error
        interpreters.destroy(made)
        print("subinterpreters" in str(failed), mspkit.NCentral("http://127.0.0.1:1", jwt="j").base_url)
    """
    assert quiet(code) == "True http://127.0.0.1:1\n"
