"""Changes the crypt32.dll of Wine 8 where it refuses what rustls-platform-verifier asks of Windows.

    python wine-certificates.py crypt32.dll

wine-certificates.c says whether the first change is needed, the tests of TLS whether the second is.
"""

from __future__ import annotations

import sys
from pathlib import Path

CHANGES = (
    # The configuration of an engine has 88 bytes since Windows 8; Wine takes 64 and 80: and eax, ~0x10; cmp eax, 64.
    ("8b06 83e0ef 83f840 74", "8b06 83e0e7 83f840 74"),
    # A revocation status that is unknown is ignored on request, CERT_CHAIN_POLICY_IGNORE_ALL_REV_UNKNOWN_FLAGS, which Wine does
    # not know: test eax, CERT_TRUST_IS_OFFLINE_REVOCATION; je.
    ("a900000001 0f84", "a900000000 0f84"),
)


def main(path: str) -> int:
    library = Path(path)
    code = library.read_bytes()
    for known, changed in CHANGES:
        before, after = bytes.fromhex(known), bytes.fromhex(changed)
        if code.count(before) + code.count(after) != 1:
            print(f"{path} is not that of Wine 8: {known} is not in it once", file=sys.stderr)
            return 1
        code = code.replace(before, after)
    library.write_bytes(code)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
