"""A client that was used works in forked and spawned children, while its parent's calls are in flight."""

from __future__ import annotations

from pathlib import Path

import pytest

from children import FORKS, often, quiet
from conftest import Clients

FORK = """
    import os, sys, threading, time, warnings
    warnings.simplefilter("ignore", DeprecationWarning)
    import mspkit
    signal_at = threading.Barrier(6)
    client = mspkit.NCentral(on_request=lambda event: None)
    client.server.info()
    pager = client.customers.list(page_size=3)
    next(pager)
    failed = []
    def work():
        signal_at.wait()
        for turn in range(4):
            if client.customers.get(100).customer_id != "100":
                failed.append("parent")
    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    signal_at.wait()
    def child():
        begin = time.monotonic()
        ids = [client.customers.get(100 + at).customer_id for at in range(10)]
        assert ids == [str(100 + at) for at in range(10)], ids
        assert len(client.customers.list(page_size=3).collect()) == 10
        token = pager.resume_token
        try:
            pager.collect()
        except mspkit.InvalidRequestError as error:
            assert "resume_token" in str(error), error
        else:
            raise AssertionError("the parent's list was read on")
        rest = client.customers.list(page_size=3, resume_token=token).collect()
        assert [item.customer_id for item in rest] == [str(100 + at) for at in range(1, 10)], rest
        assert time.monotonic() - begin < 5
"""
JOIN = """
    pid = os.fork()
    if pid == 0:
        child()
        {end}
    _, status = os.waitpid(pid, 0)
    for thread in threads:
        thread.join()
    assert status == 0 and not failed, (status, failed)
    assert len(list(pager)) == 9
"""


@pytest.mark.parametrize("end", ["os._exit(0)", "sys.exit(0)"])
def test_os_fork_with_calls_in_flight(clients: Clients, end: str) -> None:
    clients.sim.control("options", {"latency_ms": 10})
    code = FORK + JOIN.format(end=end)
    often(code, clients.sim, times=FORKS)


def test_os_fork_from_a_thread(clients: Clients) -> None:
    clients.sim.control("options", {"caps": None})
    code = """
    def forking():
        pid = os.fork()
        if pid == 0:
            child()
            os._exit(0)
        if os.waitpid(pid, 0)[1]:
            failed.append("child")
    thread = threading.Thread(target=forking)
    thread.start()
    for one in [thread, *threads]:
        one.join()
    assert not failed
    """
    quiet(FORK + code, clients.sim)


def test_fork_under_asyncio_and_a_fork_of_a_fork(clients: Clients) -> None:
    clients.sim.control("options", {"latency_ms": 10})
    code = """
        import asyncio, os, time, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        import mspkit
        client = mspkit.AsyncNCentral()
        async def calls():
            got = await asyncio.gather(*(client.customers.get(100 + at % 10) for at in range(20)))
            assert [one.customer_id for one in got] == [str(100 + at % 10) for at in range(20)]
        def fork(work):
            pid = os.fork()
            if pid == 0:
                try:
                    work()
                except BaseException:
                    import traceback
                    traceback.print_exc()
                    os._exit(1)
                os._exit(0)
            return pid
        def child():
            asyncio.run(calls())
            assert os.waitpid(fork(lambda: asyncio.run(calls())), 0)[1] == 0
        async def main():
            await client.server.info()
            flying = asyncio.ensure_future(calls())
            end = time.monotonic() + 10
            while not any(limit.in_flight for limit in client.limits()):
                assert time.monotonic() < end
                await asyncio.sleep(0)
            # A child of a running loop cannot run another one in it, so it forgets that it is in one.
            pid = fork(lambda: (asyncio._set_running_loop(None), child()))
            await flying
            await calls()
            assert os.waitpid(pid, 0)[1] == 0
        asyncio.run(main())
    """
    often(code, clients.sim, times=FORKS)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_multiprocessing(clients: Clients, method: str) -> None:
    code = """
        import warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        from child_work import main
        if __name__ == "__main__":
            main("{method}")
    """
    quiet(code.replace("{method}", method), clients.sim, more={"PYTHONPATH": str(Path(__file__).parent)})


def test_request_ids_of_siblings_differ(clients: Clients) -> None:
    code = """
        import os, warnings
        warnings.simplefilter("ignore", DeprecationWarning)
        import mspkit
        client = mspkit.NCentral()
        client.server.info()
        read, write = os.pipe()
        for _ in range(4):
            if os.fork() == 0:
                os.write(write, client.customers.get(100).response_meta.request_id.encode() + b"\\n")
                os._exit(0)
        for _ in range(4):
            os.wait()
        print(len(set(os.read(read, 4096).split())))
    """
    assert quiet(code, clients.sim) == "4\n"
