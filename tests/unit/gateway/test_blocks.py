"""Single blocks, and what holds for every request: the MUSTs of Trustless Gateway and Path Gateway, and RFC 9110."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from gateway_shelf import content

from storage.cid import DAG_PB, RAW, Cid
from storage.multibase import BASE36, base58

if TYPE_CHECKING:
    from gateway_shelf import Asking

NOWHERE = Cid(RAW, hashlib.sha256(b"nowhere").digest())
RAW_TYPE = "application/vnd.ipld.raw"


async def test_a_block_comes_with_all_its_headers(ask: Asking) -> None:
    data = content("block", 1000)
    cid = ask.shelf.file(data, chunk=2000)
    for path, headers in ((f"/ipfs/{cid}?format=raw", {}), (f"/ipfs/{cid}", {"Accept": RAW_TYPE})):
        got = await ask(path, **headers)
        assert (got.status, got.body) == (200, data)
        assert hashlib.sha256(got.body).digest() == cid.digest
        expected = {
            "Content-Type": RAW_TYPE, "Content-Length": "1000", "Etag": f'"{cid}.raw"', "X-Ipfs-Roots": str(cid),
            "Cache-Control": "public, max-age=29030400, immutable", "X-Content-Type-Options": "nosniff",
            "X-Ipfs-Path": f"/ipfs/{cid}", "Accept-Ranges": "bytes", "Vary": "Accept",
        }  # fmt: skip
        assert {name: got.headers[name] for name in expected} == expected
        assert got.headers["Content-Disposition"].startswith(f'attachment; filename="{cid}.bin"')
        assert got.headers.get("Content-Location") == (f"/ipfs/{cid}?format=raw" if headers else None)


async def test_head_says_the_same_and_reads_no_block(ask: Asking) -> None:
    cid = ask.shelf.file(content("block", 1000), chunk=2000)
    whole = await ask(f"/ipfs/{cid}?format=raw")
    ask.shelf.asked.clear()
    head = await ask(f"/ipfs/{cid}?format=raw", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert {**head.headers, "Date": ""} == {**whole.headers, "Date": ""}
    assert (await ask(f"/ipfs/{NOWHERE}?format=raw", method="HEAD")).status == 404
    assert not ask.shelf.asked


@pytest.mark.parametrize(
    ("known", "status"),
    [
        ('"{}.raw"', 304), ('W/"{}.raw"', 304), ("*", 304), ('"a", "b",W/"{}.raw"', 304), ('"{}"', 200),
        ('"{}.car"', 200), ("{}.raw", 200), ('""', 200),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_is_known_is_not_sent_again(ask: Asking, known: str, status: int, method: str) -> None:
    cid = ask.shelf.put(RAW, b"known")
    got = await ask(f"/ipfs/{cid}?format=raw", method=method, If_None_Match=known.format(cid))
    assert got.status == status
    assert got.headers["Etag"] == f'"{cid}.raw"'
    if status == 304:
        assert got.body == b""
        assert "immutable" in got.headers["Cache-Control"]
    assert (await ask(f"/ipfs/{NOWHERE}?format=raw", method=method, If_None_Match="*")).status == 404


@pytest.mark.parametrize(
    ("asked", "status", "place"),
    [
        ("bytes=0-3", 206, (0, 4)), ("bytes=6-", 206, (6, 31)), ("bytes=-5", 206, (26, 31)),
        ("bytes=-99", 206, (0, 31)),
        ("bytes=30-99", 206, (30, 31)), ("bytes=6-16,0-4", 206, (6, 17)), ("bytes=99-,2-3", 206, (2, 4)),
        ("bytes=31-", 416, None), ("bytes=99-100", 416, None), ("bytes=-0", 416, None),
        ("bytes=3-2", 200, (0, 31)), ("lines=1-2", 200, (0, 31)), ("bytes=x", 200, (0, 31)), ("bytes=-", 200, (0, 31)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["?format=raw", ""])
async def test_a_range_of_a_block_or_file(
    ask: Asking, asked: str, status: int, place: tuple[int, int] | None, form: str
) -> None:
    data = b"hello application/vnd.ipld.raw\n"
    cid = ask.shelf.put(RAW, data)
    for method in ("GET", "HEAD"):
        got = await ask(f"/ipfs/{cid}{form}", method=method, Range=asked)
        assert got.status == status
        if place is None:
            assert got.headers["Content-Range"] == "bytes */31"
            continue
        assert got.body == (data[slice(*place)] if method == "GET" else b"")
        assert got.headers["Content-Length"] == str(place[1] - place[0])
        told = f"bytes {place[0]}-{place[1] - 1}/31" if status == 206 else None
        assert got.headers.get("Content-Range") == told
    etag = f'"{cid}.raw"' if form else f'"{cid}"'
    if status == 206:
        assert (await ask(f"/ipfs/{cid}{form}", Range=asked, If_Range=etag)).status == 206
        assert (await ask(f"/ipfs/{cid}{form}", Range=asked, If_Range='"other"')).status == 200


async def test_a_name_to_save_under_is_the_callers(ask: Asking) -> None:
    cid = ask.shelf.put(RAW, b"named")
    for given, plain, exact in (
        ("foobar.bin", "foobar.bin", "foobar.bin"), ("%E6%B5%8Bx.pdf", "_x.pdf", "%E6%B5%8Bx.pdf"),
        ("a%22%0D%0Ab", "a___b", "a%22%0D%0Ab"), ("..%2Fx", ".._x", ".._x"),
    ):  # fmt: skip
        got = await ask(f"/ipfs/{cid}?format=raw&filename={given}")
        expected = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"
        assert got.headers["Content-Disposition"] == expected


async def test_every_spelling_of_a_cid_names_its_block(ask: Asking) -> None:
    data = b"\n\2\x08\1"
    cid = ask.shelf.put(DAG_PB, data)
    number, base36 = int.from_bytes(cid.binary, "big"), ""
    while number:
        number, digit = divmod(number, 36)
        base36 = BASE36[digit] + base36
    spellings = [str(cid), str(cid).upper(), "f" + cid.binary.hex(), "z" + base58(cid.binary), "k" + base36,
                 str(Cid(DAG_PB, cid.digest, 0))]  # fmt: skip
    for text in spellings:
        got = await ask(f"/ipfs/{text}?format=raw")
        assert (got.status, got.body) == (200, data)
        assert got.headers["X-Ipfs-Path"] == f"/ipfs/{text}"


@pytest.mark.parametrize("form", ["raw", "car"])
async def test_the_probe_is_there_and_other_blocks_in_their_cids(ask: Asking, form: str) -> None:
    inlined = "bafkqaf3imvwgy3zaneqgc3janfxgy2lomvscay3jmqfa"
    for text, held in (("bafkqaaa", b""), (inlined, b"hello i am inlined cid\n")):
        for method in ("GET", "HEAD"):
            got = await ask(f"/ipfs/{text}?format={form}", method=method)
            assert got.status == 200
            if method == "GET" and form == "raw":
                assert got.body == held
            elif method == "GET":
                assert (str(got.root), got.car) == (text, [])
        assert (await ask(f"/ipfs/{text}")).body == held
    assert not ask.shelf.asked


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ipfs/foo?format=raw", 400), ("/ipfs/", 400), ("/ipfs", 404), ("/", 404), ("/ipns/foo", 404),
        ("/api/v0/id", 404), (f"/ipfs/{NOWHERE}?format=raw", 404), (f"/ipfs/{NOWHERE}?format=car", 404),
        (f"/ipfs/{NOWHERE}", 404), (f"/ipfs/{NOWHERE}/a/b?format=car", 404), (f"/ipfs/{str(NOWHERE)[:-1]}", 400),
        ("/ipfs/bafkrgqa" + "a" * 97, 400), (f"/ipfs/{NOWHERE}/%ff?format=car", 400), (f"/ipfs/{NOWHERE}/../x", 400),
        (f"/ipfs/{NOWHERE}?format=raw&x=" + "y" * 8000, 400), (f"/ipfs/{NOWHERE}?format=foo", 400),
        (f"/ipfs/{NOWHERE}?format=tar", 406), (f"/ipfs/{NOWHERE}?format=ipns-record", 406),
    ],
)  # fmt: skip
async def test_what_is_no_request_or_not_here_is_said_so(ask: Asking, path: str, status: int) -> None:
    got = await ask(path)
    assert got.status == status
    assert got.headers["Content-Type"].startswith("text/plain")
    assert got.headers["Cache-Control"] == "no-store"
    assert got.headers["X-Content-Type-Options"] == "nosniff"


async def test_another_hash_is_well_formed_and_not_here(ask: Asking) -> None:
    text = "z" + base58(bytes((1, RAW, 0x13, 64)) + bytes(range(64)))
    assert (await ask(f"/ipfs/{text}?format=raw")).status == 404


async def test_methods_caches_and_service_workers(ask: Asking) -> None:
    cid = ask.shelf.put(RAW, b"x")
    got = await ask(f"/ipfs/{cid}", method="POST")
    assert (got.status, got.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert (await ask(f"/ipfs/{cid}", method="DELETE")).status == 405
    assert (await ask(f"/ipfs/{cid}", method="OPTIONS")).status == 200
    for form in ("?format=raw", "?format=car", ""):
        for method in ("GET", "HEAD"):
            once = {"method": method, "Cache_Control": "only-if-cached"}
            assert (await ask(f"/ipfs/{cid}{form}", **once)).status == 200
            assert (await ask(f"/ipfs/{NOWHERE}{form}", **once)).status == 412
    assert (await ask(f"/ipfs/{cid}", Service_Worker="script")).status == 400
    assert (await ask(f"/ipfs/{cid}/", Service_Worker="script")).status == 200


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("application/vnd.ipld.raw", "raw"), ("application/vnd.ipld.car", "car"), ("*/*", "file"),
        ("text/html", "file"),
        ("application/vnd.ipld.raw, */*", "raw"), ("*/*, application/vnd.ipld.car", "car"),
        ("text/html, application/vnd.ipld.raw;q=0.9", "file"),
        ("text/html;q=0.5, application/vnd.ipld.raw;q=0.9", "raw"),
        ("application/vnd.ipld.raw;q=0.1, application/vnd.ipld.car;q=0.9", "car"),
        ("application/vnd.ipld.raw;q=0, */*;q=0.1", "file"), ("APPLICATION/VND.IPLD.RAW", "raw"),
        ("application/vnd.ipld.dag-json, application/vnd.ipld.raw;q=0.2", "raw"), ("", "file"), ("image/tiff", "file"),
        ("application/vnd.ipld.car;order=foo, application/vnd.ipld.car;order=dfs;dups=y;q=0.5", "car"),
        ("application/vnd.ipld.car;version=2, application/vnd.ipld.raw;q=0.1", "raw"),
        ("application/vnd.ipld.raw;q=0", None), ("application/vnd.ipld.car;version=2", None),
        ("application/vnd.ipld.car;order=foo", None), ("application/vnd.ipld.car;dups=x", None),
        ("application/vnd.ipld.dag-json", None), ("application/x-tar", None),
        ("application/vnd.ipfs.ipns-record", None),
        ("application/vnd.ipld.raw;q=x", None),
    ],
)  # fmt: skip
async def test_the_header_says_what_is_wanted(ask: Asking, accept: str, form: str | None) -> None:
    cid = ask.shelf.put(RAW, b"wanted")
    got = await ask(f"/ipfs/{cid}", Accept=accept)
    types = {"application/vnd.ipld.raw": "raw", "application/vnd.ipld.car": "car", "text/plain": "file"}
    found = types[got.headers["Content-Type"].partition(";")[0]]
    assert (found if got.status == 200 else None) == form
    assert got.status in (200, 406)
    assert (await ask(f"/ipfs/{cid}?format=raw", Accept=accept)).body == b"wanted"  # the URL goes first


async def test_damaged_bytes_are_never_given(ask: Asking) -> None:
    cid = ask.shelf.put(RAW, b"good")
    ask.shelf.blocks[cid] = b"evil"
    for form, answer in (("?format=raw", (500, False)), ("", (500, False)), ("?format=car", (200, True))):
        got = await ask(f"/ipfs/{cid}{form}")
        assert b"evil" not in got.body
        assert (got.status, got.broken) == answer, form
