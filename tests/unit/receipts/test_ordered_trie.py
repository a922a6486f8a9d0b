"""The trie over indexes, held to py-trie: equal roots and paths; the walk accepts these paths and no others."""

from __future__ import annotations

import contextlib

import pytest
import rlp
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from node.receipts import strict_rlp
from node.receipts.errors import BadProof
from node.receipts.keccak import keccak
from node.receipts.ordered_trie import OrderedTrie, root_of, walk

values_of_any_size = st.lists(st.binary(min_size=1, max_size=90), min_size=1, max_size=40)
EMPTY_ROOT = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")


def reference(values: list[bytes]) -> HexaryTrie:
    trie = HexaryTrie({})
    for index, value in enumerate(values):
        trie[rlp.encode(index)] = value
    return trie


def path_in(trie: HexaryTrie, index: int) -> tuple[bytes, ...]:
    """Give py-trie's proof as an engine would: without the nodes that travel inside their parents."""
    nodes = [rlp.encode(node) for node in trie.get_proof(rlp.encode(index))]
    return tuple(node for place, node in enumerate(nodes) if place == 0 or len(node) >= 32)


@settings(deadline=None)
@given(values_of_any_size)
def test_roots_and_paths_are_those_of_py_trie(values: list[bytes]) -> None:
    trie, ours = reference(values), OrderedTrie(values)
    assert ours.root == trie.root_hash
    for index, value in enumerate(values):
        assert ours.path(index) == path_in(trie, index)
        assert walk(trie.root_hash, index, ours.path(index)) == value


@pytest.mark.parametrize("count", [127, 128, 129, 255, 256, 257, 600])
@pytest.mark.parametrize("size", [3, 60])
def test_indexes_around_the_changes_of_their_encoding(count: int, size: int) -> None:
    values = [keccak(str(index).encode())[:1] * size for index in range(count)]
    trie, ours = reference(values), OrderedTrie(values)
    assert ours.root == trie.root_hash
    for index in (0, 1, 126, 127, 128, 129, 255, 256, count - 1):
        if index < count:
            assert walk(ours.root, index, ours.path(index)) == values[index]


def test_no_values_give_the_empty_root() -> None:
    assert root_of([]) == EMPTY_ROOT == HexaryTrie({}).root_hash


@settings(deadline=None)
@given(values_of_any_size, st.data())
def test_a_path_serves_no_other_index_root_or_length(values: list[bytes], data: st.DataObject) -> None:
    trie = OrderedTrie(values)
    index = data.draw(st.integers(0, len(values) - 1))
    path = trie.path(index)
    other = data.draw(st.integers(0, 70_000).filter(lambda number: number != index))
    with contextlib.suppress(BadProof):
        # nodes with small values embed their neighbours: then the walk gives the truth about those
        assert walk(trie.root, other, path) == values[other]
    for root, nodes in (
        (keccak(b"other"), path), (trie.root, path[:-1]), (trie.root, (*path, path[-1])),
        (trie.root, (path[0], *path)), (trie.root, ()),
    ):  # fmt: skip
        with pytest.raises(BadProof):
            walk(root, index, nodes)


@settings(deadline=None)
@given(st.lists(st.binary(min_size=40, max_size=60), min_size=2, max_size=20), st.data())
def test_a_changed_byte_breaks_the_path(values: list[bytes], data: st.DataObject) -> None:
    trie = OrderedTrie(values)
    index = data.draw(st.integers(0, len(values) - 1))
    path = list(trie.path(index))
    node = data.draw(st.integers(0, len(path) - 1))
    place = data.draw(st.integers(0, len(path[node]) - 1))
    changed = bytearray(path[node])
    changed[place] ^= data.draw(st.integers(1, 255))
    path[node] = bytes(changed)
    with pytest.raises(BadProof):
        walk(trie.root, index, path)


def embedded(child: strict_rlp.Item) -> bytes:
    """Give a branch whose child 8, on the way to index 0 (key 80), is this node."""
    return strict_rlp.encode([*[b""] * 8, child, *[b""] * 8])


@pytest.mark.parametrize(
    ("node", "says"),
    [
        (strict_rlp.encode([b"\x20\x80", b""]), "leaf without a value"),
        (strict_rlp.encode([b"\x20\x80", [b"v"]]), "leaf without a value"),
        (strict_rlp.encode([b"\x20\x81", b"v"]), "leads to another key"),
        (strict_rlp.encode([b"\x40\x80", b"v"]), "prefix is not canonical"),
        (strict_rlp.encode([b"\x2f\x80", b"v"]), "prefix is not canonical"),
        (strict_rlp.encode([b"\x00", b"v" * 32]), "prefix is not canonical"),
        (strict_rlp.encode([b"", b"v"]), "prefix is not canonical"),
        (strict_rlp.encode([[b"\x20"], b"v"]), "prefix is not canonical"),
        (strict_rlp.encode([b"\x00\x80", [b""] * 17]), "stops at a branch"),
        (strict_rlp.encode([b"\x20\x80", b"v", b""]), "not a trie node"),
        (strict_rlp.encode(b"v"), "not a trie node"),
        (embedded(b"short"), "no value under this key"),
        (embedded(b""), "no value under this key"),
        (embedded([b"\x30", b"v" * 40]), "embedded node is too long"),
        (embedded([b"\x30", b"v"]) + b"\x00", "bytes after the end"),
    ],
)
def test_nodes_that_are_none_are_refused(node: bytes, says: str) -> None:
    with pytest.raises(BadProof, match=says):
        walk(keccak(node), 0, [node])


def test_a_short_node_must_travel_inside_its_parent() -> None:
    leaf = strict_rlp.encode([b"\x30", b"v"])
    branch = embedded(keccak(leaf))
    with pytest.raises(BadProof, match="inside its parent"):
        walk(keccak(branch), 0, [branch, leaf])
    whole = embedded([b"\x30", b"v"])
    assert walk(keccak(whole), 0, [whole]) == b"v"
