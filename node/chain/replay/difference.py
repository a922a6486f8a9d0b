"""What a replay finds wrong: at which height, in which field, what it should be and what it is."""

from __future__ import annotations

from node.errors import Doubtful, Words


class Difference(Doubtful):
    """Something of the chain is not what its rules or its transactions make of it.

    Args:
        height: of the header concerned.
        field: the header's field as JSON-RPC names it, or a transaction's, such as ``transactions[3].chainId``.
        expected: what it should be: words, or a value of the chain that has no language.
        found: what the endpoint gave.
        sealed: a quorum of the validators in force sealed this header: the fault is theirs and not the endpoint's,
            and no other endpoint can make it good.
    """

    code = "replay-difference"

    def __init__(self, height: int, field: str, *, expected: object, found: object, sealed: bool = False) -> None:
        should, is_ = _words(expected), _words(found)
        zh = f"高度 {height} 的 {field}:应为 {should.zh},实为 {is_.zh}"
        en = f"height {height}, {field}: expected {should.en}, found {is_.en}"
        super().__init__(zh, en, mend=_SEALED if sealed else _NOT_SEALED)
        self._facts = {"expected": expected, "found": found}
        self.height = height
        self.name = field
        self.expected = should
        self.found = is_
        self.sealed = sealed

    def blamed(self) -> Difference:
        """Give the same as a fault of the validators."""
        return Difference(self.height, self.name, **self._facts, sealed=True)


_SEALED = Words(
    "这个区块头有法定多数验证节点的封签:保存它,报告给联盟治理方",
    "a quorum of the validators sealed this header: keep it and tell the governors of the consortium",
)
_NOT_SEALED = Words(
    "这不能证明是链的错:端点所给的与封签过的历史不符,换一个端点再试",
    "this proves no fault of the chain: what the endpoint gave is not the sealed history; try another endpoint",
)


def _words(value: object) -> Words:
    return value if isinstance(value, Words) else Words(_text(value), _text(value))


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return str(value)
