"""`mspkit.testing` and `python -m mspkit.sim`: what users test their scripts with."""

from __future__ import annotations

import asyncio
import ctypes
import doctest
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import pytest

import mspkit
from children import quiet, run, until
from mspkit import testing
from mspkit._platform import program_name
from mspkit.sim import program
from mspkit.testing import FaultKind, Options, Request, Simulator, SimulatorError

KILL = 9
SIM = [sys.executable, "-m", "mspkit.sim"]


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie counts as ended."""
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        synchronize, signalled = 0x100000, 0
        handle = kernel.OpenProcess(synchronize, False, pid)
        ended = handle == 0 or kernel.WaitForSingleObject(handle, 0) == signalled
        kernel.CloseHandle(handle)
        return ended
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_loaded_data_is_visible_to_clients_and_in_the_state() -> None:
    with Simulator(customers=3) as sim, sim.ncentral() as client:
        assert len(client.customers.list().collect()) == 3
        sim.load(
            service_orgs=[{"soName": "Contoso IT", "soId": 60}],
            customers=[{"customerName": "Woodgrove"}, {"customerName": "Fabrikam", "city": None}],
            wiv_customers=[{"customer_name": "Woodgrove"}],
        )
        found = client.service_orgs.list_customers(60).collect()
        assert [customer.customer_name for customer in found] == ["Woodgrove", "Fabrikam"]
        assert (found[0].contact_email or "").endswith("@woodgrove.example")
        assert found[1].city is None
        with sim.wiv() as wiv:
            assert [customer.customer_name for customer in wiv.customers.list()] == ["Woodgrove"]
        state = sim.state()
        assert [org["soId"] for org in state["service_orgs"]] == ["60"]
        with Simulator() as other:
            other.load(**state)
            assert other.state()["customers"] == state["customers"]
        with pytest.raises(SimulatorError, match=r"^customers\[0\]\.cty: unknown field; known are "):
            sim.load(customers=[{"cty": "Bergen"}])
        assert sim.state() == {**state, "open_sessions": sim.state()["open_sessions"]}


def test_responses_can_be_set() -> None:
    with Simulator() as sim, sim.ncentral() as client:
        sim.answer("/api/printers/{x}", json={"printerId": 7}, headers={"X-Own": "1"})
        sim.answer("GET /api/printers", text="[]", times=1)
        sim.answer("ncentral.customers.get", status=404, json={"message": "gone"}, times=2)
        for method in ("GET", "DELETE", "GET"):
            got = client.request(method, "/api/printers/7")
            assert (got.json(), got.headers["x-own"]) == ({"printerId": 7}, "1")
        assert client.request("GET", "/api/printers").json() == []
        with pytest.raises(mspkit.NotFoundError):
            client.request("GET", "/api/printers")
        for _ in range(2):
            with pytest.raises(mspkit.NotFoundError, match="gone"):
                client.customers.get(100)
        assert client.customers.get(100).customer_id == "100"
        wrongs: list[dict[str, Any]] = [
            {"match": "printers"},
            {"match": "*", "status": 1},
            {"match": "*", "json": 1, "text": "1"},
        ]
        for wrong in wrongs:
            with pytest.raises(SimulatorError):
                sim.answer(**wrong)


def test_a_storm_of_refusals_is_over_soon() -> None:
    with Simulator() as sim, sim.ncentral(max_retries=8) as client:
        client.server.info()
        sim.fail("ncentral.customers.get", status=429, retry_after=0, times=6)
        begun = time.monotonic()
        assert client.customers.get(100).customer_id == "100"
        assert time.monotonic() - begun < 1


def test_a_select_that_is_no_expression_is_refused() -> None:
    with Simulator() as sim, sim.ncentral() as client, pytest.raises(mspkit.BadRequestError, match="select"):
        client.customers.list(select="(((").collect()


def test_requests_fail_as_requested() -> None:
    with Simulator() as sim, sim.ncentral() as client:
        listing = "ncentral.customers.list"
        sim.fail(listing, status=429, retry_after=0)
        sim.fail(listing, "close")
        assert len(client.customers.list().collect()) == 10
        assert [request.status for request in sim.requests(listing)] == [429, None, 200]
        sim.fail("GET /api/customers/{x}", status=503, times=0, json={"message": "later"})
        with pytest.raises(mspkit.ServerError, match="later"):
            client.customers.get(100, max_retries=1)
        sim.reset()
        assert client.customers.get(100).customer_id == "100"
        sim.fail("ncentral.customers.get", "html", status=502, nth=[2, 3])
        assert [status_of(client, 100) for _ in range(4)] == [200, 502, 502, 200]
        sim.fail("ncentral.service_orgs.create_customer", "commit_close")
        with pytest.raises(mspkit.OutcomeUnknownError):
            client.service_orgs.create_customer(
                50, customer_name="Contoso", contact_first_name="Ada", contact_last_name="Lovelace"
            )
        assert sim.state()["customers"][-1]["customerName"] == "Contoso"
        for mistake in ({"match": "customers"}, {"match": "*", "kind": "delay"}, {"match": "*", "kind": "x"}):
            with pytest.raises(SimulatorError):
                sim.fail(**mistake)  # type: ignore[arg-type]


def status_of(client: mspkit.NCentral, customer: int) -> int:
    try:
        client.customers.get(customer, max_retries=0)
    except mspkit.APIStatusError as error:
        return error.status
    return 200


def test_requests_are_logged() -> None:
    with Simulator() as sim, sim.ncentral() as client:
        client.customers.list(page_size=20, extra_query={"x": ["1", "2"]}).collect()
        client.service_orgs.create(so_name="Acme", contact_first_name="Ada", contact_last_name="Lovelace")
        login, listed, created = sim.requests()
        assert (login.operation, login.body) == ("ncentral.auth.authenticate", None)
        query = {"pageNumber": "1", "pageSize": "20", "x": ["1", "2"]}
        assert listed == Request("GET", "/api/customers", query, None, "ncentral.customers.list", 200)
        assert (created.method, created.body["soName"]) == ("POST", "Acme")
        assert sim.requests("ncentral.service_orgs.create") == [created]
        assert sim.requests("wiv.customers.list") == []


def test_time_can_be_moved() -> None:
    with Simulator(access_seconds=100) as sim, sim.ncentral() as client:
        client.customers.get(100)
        sim.advance(101)
        client.customers.get(100)
        assert [request.status for request in sim.requests("ncentral.customers.get")] == [200, 401, 200]


def test_clients_are_found_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(customers=2, credentials={"wiv_api_key": "planted"}) as sim:
        assert tuple(sim.env) == (*testing.VARIABLES, "no_proxy", "NO_PROXY")
        assert sim.env["WIV_API_KEY"] == "planted"
        for name, value in sim.env.items():
            monkeypatch.setenv(name, value)
        with mspkit.NCentral() as client, mspkit.Wiv() as wiv, mspkit.Cloudmore() as cloudmore:
            assert len(client.customers.list().collect()) == 2
            assert len(wiv.customers.list().collect()) == 5
            organization = sim.credentials["cloudmore_organization_id"]
            assert len(cloudmore.services.list(organization_id=organization).collect()) == 3
            with sim.cloudmore() as other:
                assert len(other.estore.list(organization_id=organization).collect()) == 8


def test_async_clients_are_made_too() -> None:
    async def main(sim: Simulator) -> int:
        organization = sim.credentials["cloudmore_organization_id"]
        async with sim.async_ncentral() as one, sim.async_cloudmore() as two, sim.async_wiv() as three:
            pages = (
                one.customers.list(),
                two.services.list(organization_id=organization),
                three.customers.list(),
            )
            return sum([len(await page.collect()) for page in pages])

    with Simulator() as sim:
        assert asyncio.run(main(sim)) == 10 + 3 + 5


def test_a_proxy_of_the_machine_is_passed_by() -> None:
    nowhere: dict[str, str] = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    code = """
        import os
        import mspkit
        from mspkit.testing import Simulator
        with Simulator(customers=4) as sim, sim.ncentral() as client, sim.wiv() as wiv:
            print(len(client.customers.list().collect()), len(wiv.customers.list().collect()))
            print(sim.env["NO_PROXY"])
            os.environ.update(sim.env)
            print(mspkit.NCentral().customers.get(100).customer_id)
    """
    assert quiet(code, more=nowhere | {"NO_PROXY": "intra.example"}) == "4 5\nintra.example,127.0.0.1\n100\n"
    command = [
        *SIM,
        "--",
        sys.executable,
        "-c",
        "import mspkit; print(mspkit.NCentral().server.info().version)",
    ]
    assert subprocess.run(command, env=os.environ | nowhere, capture_output=True, check=True).stdout


def test_simulators_do_not_meet() -> None:
    urls: set[str] = set()

    def work(customers: int) -> None:
        with Simulator(customers=customers) as sim, sim.ncentral() as client:
            assert len(client.customers.list().collect()) == customers
            urls.add(sim.url)

    with Simulator() as kept:
        threads = [threading.Thread(target=work, args=(count,)) for count in range(1, 7)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(kept.state()["customers"]) == 10
    assert len(urls) >= 1


def test_an_unknown_option_is_reported_and_no_process_is_left() -> None:
    with pytest.raises(SimulatorError, match="unknown field `customer`, expected"):
        Simulator(customer=3)  # type: ignore[call-arg]
    with Simulator() as sim:
        pid = sim.pid
    assert gone(pid)
    sim.close()


def test_the_types_are_those_of_the_simulator() -> None:
    with Simulator() as sim:
        assert Options.__annotations__.keys() == sim.control("ready")["options"].keys()
        assert testing.State.__annotations__.keys() == sim.state().keys()
        more: dict[str, dict[str, Any]] = {
            "delay": {"ms": 0},
            "truncate": {"bytes": 1},
            "slow": {"bytes_per_step": 9, "step_ms": 0},
            "content_type": {"value": "text/x"},
            "status": {"status": 500},
            "html": {"status": 500},
        }
        for kind in get_args(FaultKind):
            sim.fail("*", kind, **more.get(kind, {}))
        with pytest.raises(SimulatorError) as refused:
            sim.fail("*", "nothing")  # type: ignore[arg-type]
        assert all(f"`{kind}`" in str(refused.value) for kind in get_args(FaultKind))
        assert str(refused.value).count("`") == 2 * (1 + len(get_args(FaultKind)))


def test_it_ends_with_its_process_however_that_ends() -> None:
    start = "from mspkit.testing import Simulator; sim = Simulator(); print(sim.pid, flush=True)"
    for ending in (
        "pass",
        "import os; os._exit(3)",
        f"import os; os.kill(os.getpid(), {KILL})",
    ):
        ended = run(f"{start}\n{ending}")
        until("the simulator is gone", partial(gone, int(ended.stdout)))


def test_ctrl_c_is_not_for_the_simulator() -> None:
    code = """
        import os, signal, time
        from mspkit.testing import Simulator
        os.setsid()
        with Simulator() as sim:
            try:
                os.killpg(0, signal.SIGINT)
                time.sleep(10)
            except KeyboardInterrupt:
                print(len(sim.state()["customers"]))
    """
    assert quiet(code) == "10\n"


def test_a_forked_child_talks_to_it_and_leaves_it_alive() -> None:
    code = """
        import os
        from mspkit.testing import Simulator
        with Simulator() as sim:
            child = os.fork()
            if child == 0:
                sim.load(customers=[])
                sim.close()
                os._exit(0)
            print(os.waitpid(child, 0)[1], len(sim.state()["customers"]))
    """
    assert quiet(code) == "0 0\n"


def test_the_examples_in_its_documentation_work() -> None:
    tried = doctest.testmod(testing)
    assert tried.attempted == 4
    assert tried.failed == 0


def test_the_module_is_the_program() -> None:
    output = subprocess.run([*SIM, "--help"], capture_output=True, text=True, check=True).stdout
    assert "--customers <CUSTOMERS>" in output
    process = subprocess.Popen([*SIM, "--customers", "2"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        ready = json.loads(process.stdout.readline())
        with mspkit.NCentral(ready["url"], jwt=ready["credentials"]["ncentral_jwt"]) as client:
            assert len(client.customers.list().collect()) == 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    refused = subprocess.run([*SIM, "--customer", "2"], capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--customers" in refused.stderr


def test_the_simulator_ends_when_the_module_is_killed() -> None:
    with subprocess.Popen([*SIM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        server = urlsplit(ready["url"])
        host, port = server.hostname or "", server.port or 0
        assert not refuses(host, port)
        process.kill()
    until("it accepts no connections", lambda: refuses(host, port))


def refuses(host: str, port: int) -> bool:
    """Whether nothing listens at an address."""
    try:
        socket.create_connection((host, port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_the_module_runs_a_script_against_it() -> None:
    script = "import mspkit, sys; print(len(mspkit.NCentral().customers.list().collect())); sys.exit(5)"
    command = [*SIM, "--customers", "4", "--", sys.executable, "-c", script]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (5, "4\n", "")


def test_a_missing_or_broken_program_is_reported() -> None:
    env = {**os.environ, "MSPKIT_SIM": "/no/such/program"}
    ran = subprocess.run(SIM, capture_output=True, text=True, env=env, check=False)
    assert (ran.returncode, ran.stderr) == (
        1,
        "mspkit.sim: MSPKIT_SIM names /no/such/program, and there is no such file\n",
    )
    code = """
        from mspkit.testing import Simulator, SimulatorError
        try:
            Simulator()
        except SimulatorError as error:
            print(error)
    """
    assert quiet(code, more={"MSPKIT_SIM": "/bin/false"}) == "/bin/false exited with 1 on start\n"


def test_a_simulator_of_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "mspkit-sim"
    ready = json.dumps({"url": "http://127.0.0.1:9", "credentials": {}, "version": "99.0.0"})
    other.write_text(f"#!/bin/sh\necho '{ready}'\nexec cat\n")
    other.chmod(0o755)
    monkeypatch.setenv("MSPKIT_SIM", str(other))
    with pytest.raises(SimulatorError) as refused:
        Simulator()
    expected = f"this is mspkit {mspkit.__version__}, but {other} has version 99.0.0; install the same one: "
    assert str(refused.value) == f"{expected}pip install mspkit-sim=={mspkit.__version__}"


def test_the_program_is_found_where_installers_put_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = program_name("mspkit-sim")
    places = {"scripts": tmp_path / "scripts", "user": tmp_path / "user", "path": tmp_path / "path"}
    for place in places.values():
        place.mkdir()
        (place / name).touch(0o755)

    def get_path(_: str, scheme: str = "scripts") -> str:
        return str(places["scripts" if scheme == "scripts" else "user"])

    monkeypatch.delenv("MSPKIT_SIM", raising=False)
    monkeypatch.setenv("PATH", str(places["path"]))
    monkeypatch.setattr("sysconfig.get_path", get_path)
    for place in places.values():
        assert program() == place / name
        (place / name).unlink()
    with pytest.raises(FileNotFoundError, match=r"pip install 'mspkit\[sim\]'"):
        program()
