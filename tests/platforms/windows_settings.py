"""Whether a client uses what Windows has: the proxy of the Internet settings and an authority of the user's certificate store,
which this script sets and removes, and a file whose name is not ASCII.

Run by `mspkit-doc-examples around`, whose TLS server and proxy are in the environment. Not for a machine that is in use: its
settings are those of the user.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mspkit

# Not typed on other systems.
winreg: Any = importlib.import_module("winreg")
windows: Any = ctypes
INTERNET = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"
X509, ALWAYS, COMMIT = 1, 4, 3


@contextlib.contextmanager
def proxy(address: str) -> Iterator[None]:
    """The proxy of the Internet settings."""
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, INTERNET) as key:
        winreg.SetValueEx(key, "ProxyEnable", 0, winreg.REG_DWORD, 1)
        winreg.SetValueEx(key, "ProxyServer", 0, winreg.REG_SZ, address)
        try:
            yield
        finally:
            winreg.DeleteValue(key, "ProxyEnable")
            winreg.DeleteValue(key, "ProxyServer")


@contextlib.contextmanager
def authority(pem: str) -> Iterator[None]:
    """An authority of the current user's store."""
    der = ssl.PEM_cert_to_DER_cert(pem)
    crypt = windows.WinDLL("crypt32", use_last_error=True)
    crypt.CertOpenSystemStoreW.restype = ctypes.c_void_p
    added = ctypes.c_void_p()
    store = ctypes.c_void_p(crypt.CertOpenSystemStoreW(None, "ROOT"))
    if not crypt.CertAddEncodedCertificateToStore(store, X509, der, len(der), ALWAYS, ctypes.byref(added)):
        raise windows.WinError(windows.get_last_error())
    # Other processes see it from now on.
    crypt.CertControlStore(store, 0, COMMIT, None)
    try:
        yield
    finally:
        if not crypt.CertDeleteCertificateFromStore(added):
            raise windows.WinError(windows.get_last_error())
        crypt.CertControlStore(store, 0, COMMIT, None)
        crypt.CertCloseStore(store, 0)


def refused(*ca_bundle: str) -> str:
    """Why a call with the settings of now fails, in a process that reads them for the first time."""
    return subprocess.run([sys.executable, __file__, "call", *ca_bundle], capture_output=True, text=True, check=True).stdout


def call(ca_bundle: str | None = None) -> None:
    url, jwt = os.environ["MSPKIT_TLS_URL"], os.environ["MSPKIT_TLS_JWT"]
    with mspkit.NCentral(url, jwt=jwt, max_retries=0, ca_bundle=ca_bundle) as client:
        try:
            client.server.info()
        except mspkit.APIConnectionError as error:
            print(error)


def main() -> None:
    address, pem = urlsplit(os.environ["MSPKIT_TLS_PROXY"]).netloc, os.environ["MSPKIT_TLS_AUTHORITY"]
    assert refused(), "the server is only there behind the proxy"
    with proxy(address):
        message = refused()
        assert "certificate" in message, message
        print("settings: the proxy of the Internet settings is used")
        with authority(pem):
            message = refused()
            assert not message, message
        print("settings: an authority of the user's store is trusted")
        message = refused()
        assert "certificate" in message, message
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "Autorität für mspkit.pem")
            file.write_text(pem, encoding="ascii")
            message = refused(str(file))
            assert not message, message
        print("settings: a file whose name is not ASCII is read")
    print("settings: 3 steps passed")


if __name__ == "__main__":
    if sys.argv[1:2] == ["call"]:
        call(*sys.argv[2:])
    else:
        main()
