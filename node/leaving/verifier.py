"""Making the verifier that runs alone: one file for any Python from 3.11 on, with no package beside it.

It holds our own sources, those that verifying needs, found by following their imports; and in the place of the three
compiled packages (coincurve, pysha3, cryptography) the plain ones of `node.leaving.alone`. The same bytes each time.
"""

from __future__ import annotations

import ast
import io
import zipfile
from pathlib import Path

_START = "node.leaving.checking"
_OURS = ("node", "contracts", "storage")
_SOURCES = Path(__file__).parents[2]
_EPOCH = (1980, 1, 1, 0, 0, 0)
_STAND_INS = {
    "coincurve/__init__.py": "from node.leaving.alone.secp256k1 import PublicKey",
    "eth_hash/__init__.py": "",
    "eth_hash/backends/__init__.py": "",
    "eth_hash/backends/pysha3.py": "from node.leaving.alone.keccak import keccak256",
    "cryptography/__init__.py": "",
    "cryptography/hazmat/__init__.py": "",
    "cryptography/hazmat/primitives/__init__.py": "",
    "cryptography/hazmat/primitives/hashes.py": "from node.leaving.alone.sm3 import SM3, Hash",
    "__main__.py": f"import sys\n\nfrom {_START} import main\n\nsys.exit(main())",
}
_ALONE = ("node.leaving.alone.secp256k1", "node.leaving.alone.keccak", "node.leaving.alone.sm3")


def make_verifier() -> bytes:
    """Give the bytes of the program."""
    files = {name: text.encode() + b"\n" for name, text in _STAND_INS.items()}
    for module, path in _closure([_START, *_ALONE]).items():
        package = "/__init__" if path.name == "__init__.py" else ""
        files[module.replace(".", "/") + package + ".py"] = path.read_bytes()
    stream = io.BytesIO(b"#!/usr/bin/env python3\n")
    stream.seek(0, io.SEEK_END)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, files[name])
    return stream.getvalue()


def _closure(waiting: list[str]) -> dict[str, Path]:
    """Give the modules of ours that some modules import, and these again, each with its file."""
    found: dict[str, Path] = {}
    while waiting:
        module = waiting.pop()
        if module in found or module.partition(".")[0] not in _OURS:
            continue
        plain = _SOURCES.joinpath(*module.split("."))
        path = plain / "__init__.py" if plain.is_dir() else plain.with_name(plain.name + ".py")
        if path.is_file():
            found[module] = path
            waiting.append(module.rpartition(".")[0])
            waiting += _imports(ast.parse(path.read_bytes()))
    return found


def _imports(tree: ast.AST) -> list[str]:
    """Give what a module imports when it runs, in functions too; a name that is no module is sorted out later."""
    found: list[str] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            found += [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
        else:
            found += _imports(node)
    return found
