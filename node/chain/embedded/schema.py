"""The tables of an embedded chain's database, format 1."""

from __future__ import annotations

FORMAT = 1

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- The head is the highest row. `size` is the length of the block's RLP, as eth_getBlock reports it.
CREATE TABLE headers (
  height INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, header BLOB NOT NULL, size INTEGER NOT NULL
);

CREATE TABLE transactions (
  height INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE,
  sender BLOB NOT NULL, raw BLOB NOT NULL,
  PRIMARY KEY (height, position)
) WITHOUT ROWID;

CREATE TABLE tx_receipts (
  height INTEGER NOT NULL, position INTEGER NOT NULL, succeeded INTEGER NOT NULL, gas_used INTEGER NOT NULL,
  cumulative_gas INTEGER NOT NULL, bloom BLOB NOT NULL, contract BLOB,
  PRIMARY KEY (height, position)
) WITHOUT ROWID;

-- `log_index` counts through the header. One index a topic: a look-up by digest or number reads what it answers.
CREATE TABLE logs (
  height INTEGER NOT NULL, log_index INTEGER NOT NULL, position INTEGER NOT NULL, address BLOB NOT NULL,
  topic0 BLOB, topic1 BLOB, topic2 BLOB, topic3 BLOB, data BLOB NOT NULL,
  PRIMARY KEY (height, log_index)
) WITHOUT ROWID;
CREATE INDEX logs_by_address ON logs (address, height);
CREATE INDEX logs_by_topic0 ON logs (topic0, height);
CREATE INDEX logs_by_topic1 ON logs (topic1, height);
CREATE INDEX logs_by_topic2 ON logs (topic2, height);
CREATE INDEX logs_by_topic3 ON logs (topic3, height);

-- Trie nodes and contract code by their keccak-256; none is ever changed or removed, so every old state can be proved.
CREATE TABLE nodes (hash BLOB PRIMARY KEY, node BLOB NOT NULL) WITHOUT ROWID;
"""
