"""Compiles the examples of the reference in C and C++: `python3 tests/spec/compiled.py REFERENCE WORK`.

REFERENCE is what `mspkit-codegen --reference` wrote, WORK a folder for the programs. Each example is the body of a function with
a client. Nothing is linked. CC and CXX are the compilers.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STRICT = ["-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{ROOT / 'bindings-c/include'}"]
# How the examples of a service are compiled, by the language of their blocks.
PROGRAMS = {
    "c": (os.environ.get("CC", "cc"), "-std=c99", "#include <mspkit/{0}.h>\n#include <stdio.h>\n", "mspkit_{0} *client"),
    "cpp": (
        os.environ.get("CXX", "c++"),
        "-std=c++17",
        "#include <mspkit/{0}.hpp>\n#include <iostream>\n",
        "mspkit::{0} &client",
    ),
}


def program(language: str, service: str, examples: list[str]) -> str:
    _, _, includes, client = PROGRAMS[language]
    lines = [includes.format(service)]
    for number, example in enumerate(examples):
        argument = f"const {client.format(service)}"
        lines.append(f"void example_{number}({argument});\nvoid example_{number}({argument})\n{{\n{example}}}\n")
    return "\n".join(lines)


def main(reference: Path, work: Path) -> int:
    work.mkdir(parents=True, exist_ok=True)
    examples: dict[tuple[str, str], list[str]] = {}
    for page in sorted(reference.glob("*.md")):
        for language, code in re.findall(r"^```(c|cpp)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
            examples.setdefault((language, page.name.split(".")[0]), []).append(code)
    failed = 0
    for (language, service), codes in examples.items():
        compiler, standard, *_ = PROGRAMS[language]
        file = work / f"{service}.{language}"
        file.write_text(program(language, service, codes), encoding="utf-8")
        failed += subprocess.run([*compiler.split(), standard, *STRICT, file]).returncode != 0
    counts = {language: sum(len(codes) for (of, _), codes in examples.items() if of == language) for language in PROGRAMS}
    if not all(counts.values()) or len(set(counts.values())) != 1:
        print(f"every operation should have an example in each language: {counts}")
        return 1
    if not failed:
        print(f"{counts['c']} examples compile as C and {counts['cpp']} as C++")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
