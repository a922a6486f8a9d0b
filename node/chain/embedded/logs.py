"""Finding logs by an index: the filter of eth_getLogs as one SQL statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from node.chain.embedded.errors import LIMIT_EXCEEDED, RpcError
from node.chain.embedded.shapes import log_json

if TYPE_CHECKING:
    from node.chain.embedded.store import Store

MOST_LOGS = 200_000
"""Logs of one answer; each takes about a kilobyte of memory on its way out."""
TOPIC_COUNT = 4
_FROM = "FROM logs AS l{indexed} JOIN transactions AS t USING (height, position) JOIN headers AS h USING (height)"
_COLUMNS = "height, l.log_index, position, l.address, l.topic0, l.topic1, l.topic2, l.topic3, l.data, t.hash, h.hash"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What a log must be: in a range of heights (inclusive), from one of the addresses, with the topics.

    An empty tuple of addresses, or at a topic's place, takes any.
    """

    first: int
    last: int
    addresses: tuple[bytes, ...] = ()
    topics: tuple[tuple[bytes, ...], ...] = ()


def find_logs(store: Store, wanted: LogFilter) -> list[dict[str, Any]]:
    """Give the logs in their order; raise RpcError -32005 when there are more than one answer holds."""
    clauses, values = ["height BETWEEN ? AND ?"], [wanted.first, wanted.last]
    choices = [("address", wanted.addresses)]
    choices += [(f"topic{place}", topics) for place, topics in enumerate(wanted.topics)]
    for column, chosen in choices:
        if chosen:
            clauses.append(f"l.{column} IN ({', '.join('?' * len(chosen))})")
            values.extend(chosen)  # type: ignore[arg-type]  # SQLite takes both
    clauses += [f"l.topic{len(wanted.topics) - 1} IS NOT NULL"] if wanted.topics else []
    source = _FROM.format(indexed=_index_for(wanted))
    sql = f"SELECT {_COLUMNS} {source} WHERE {' AND '.join(clauses)} ORDER BY height, l.log_index LIMIT ?"
    rows = store.query(sql, [*values, MOST_LOGS + 1])
    if len(rows) > MOST_LOGS:
        raise RpcError(f"query returned more than {MOST_LOGS} logs; ask for fewer heights", code=LIMIT_EXCEEDED)
    return [log_json(row) for row in rows]


def logs_of(store: Store, height: int, position: int | None = None) -> list[dict[str, Any]]:
    """Give the logs of a header, or of one transaction in it."""
    where, values = ("WHERE height = ?", [height])
    if position is not None:
        where, values = where + " AND position = ?", [height, position]
    sql = f"SELECT {_COLUMNS} {_FROM.format(indexed='')} {where} ORDER BY l.log_index"
    return [log_json(row) for row in store.query(sql, values)]


def _index_for(wanted: LogFilter) -> str:
    """Name the index that leaves least to read.

    SQLite would guess, and without statistics it takes every index for equally good. The later a topic, the rarer its
    values are: topic 0 is the kind of event, topic 1 the institution, topics 2 and 3 a number and a digest.
    """
    for place in reversed(range(len(wanted.topics))):
        if wanted.topics[place]:
            return f" INDEXED BY logs_by_topic{place}"
    if wanted.addresses:
        return " INDEXED BY logs_by_address"
    return ""
