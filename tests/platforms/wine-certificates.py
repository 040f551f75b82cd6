"""Lets Wine 8 take what rustls-platform-verifier gives it: its crypt32.dll compares the size of an engine's configuration with
64 and 80 bytes, and Windows has 88 since Windows 8. The field that Wine does not know is 0.

    python wine-certificates.py crypt32.dll
"""

from __future__ import annotations

import sys
from pathlib import Path

# mov eax, [rsi]; and eax, ~0x10; cmp eax, 64; je
KNOWS_TWO_SIZES = bytes.fromhex("8b06 83e0ef 83f840 74")
# and eax, ~0x18
KNOWS_88_BYTES = bytes.fromhex("8b06 83e0e7 83f840 74")


def main(path: str) -> int:
    library = Path(path)
    code = library.read_bytes()
    if KNOWS_88_BYTES in code:
        return 0
    if code.count(KNOWS_TWO_SIZES) != 1:
        print(f"{path} is not that of Wine 8; wine-certificates.c says whether it has to be changed", file=sys.stderr)
        return 0
    library.write_bytes(code.replace(KNOWS_TWO_SIZES, KNOWS_88_BYTES))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
