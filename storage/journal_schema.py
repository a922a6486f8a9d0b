"""The tables of the journal, format 1."""

FORMAT = 1

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- the last serial given in a project year; a serial is never given twice
CREATE TABLE serial (period INTEGER PRIMARY KEY, last INTEGER NOT NULL);

CREATE TABLE resource (
    number          TEXT PRIMARY KEY,
    client_key      TEXT NOT NULL UNIQUE,   -- what makes a re-run a re-run
    source_path     TEXT NOT NULL,
    kind            INTEGER NOT NULL,
    content_digest  BLOB NOT NULL,
    cid             BLOB NOT NULL,
    size            INTEGER NOT NULL,       -- bytes of payload
    files           INTEGER NOT NULL,
    metadata        BLOB NOT NULL,          -- canonical JSON with its salt
    metadata_digest BLOB NOT NULL,
    title           TEXT NOT NULL,
    client_ref      TEXT NOT NULL,
    period          INTEGER NOT NULL,
    stage           TEXT NOT NULL,          -- numbered, stored, confirmed
    act             INTEGER REFERENCES act (id),
    log_index       INTEGER,                -- place of its event in the transaction receipt
    created         INTEGER NOT NULL        -- UTC seconds, this machine's clock
) WITHOUT ROWID;
CREATE INDEX resource_content ON resource (content_digest);
CREATE INDEX resource_cid ON resource (cid);
CREATE INDEX resource_act ON resource (act);
CREATE INDEX resource_waiting ON resource (number) WHERE stage <> 'confirmed';

CREATE TABLE unit_batch (
    id            INTEGER PRIMARY KEY,
    root          BLOB NOT NULL,
    list_digest   BLOB NOT NULL UNIQUE,
    cid           BLOB NOT NULL,
    object_id     TEXT NOT NULL,            -- the list's object in the storage root
    claimed       INTEGER NOT NULL,
    period        INTEGER NOT NULL,
    programme     TEXT NOT NULL,
    lot           TEXT NOT NULL,
    id_field      TEXT NOT NULL,
    source_path   TEXT NOT NULL,
    stage         TEXT NOT NULL,            -- numbered, stored, confirmed
    act           INTEGER REFERENCES act (id),
    log_index     INTEGER,
    created       INTEGER NOT NULL
);
CREATE INDEX unit_batch_act ON unit_batch (act);

CREATE TABLE unit (
    resource_id   TEXT NOT NULL,
    unit_id       TEXT NOT NULL,
    source_digest BLOB NOT NULL,            -- SHA-256 of the unsalted line
    batch         INTEGER NOT NULL REFERENCES unit_batch (id) DEFERRABLE INITIALLY DEFERRED,
    position      INTEGER NOT NULL,         -- line of the list, from 0
    PRIMARY KEY (resource_id, unit_id)
) WITHOUT ROWID;
CREATE INDEX unit_batch_of ON unit (batch);

-- an act is one intended transaction; every signed attempt at it is kept
CREATE TABLE act (
    id       INTEGER PRIMARY KEY,
    sender   BLOB NOT NULL,
    calldata BLOB NOT NULL,
    nonce    INTEGER,
    stage    TEXT NOT NULL,                 -- planned, signed, confirmed, refused
    tx_hash  BLOB UNIQUE,                   -- of the attempt that was confirmed
    height   INTEGER,
    time     INTEGER,                       -- header time, UTC seconds
    reason   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX act_open ON act (id) WHERE stage IN ('planned', 'signed');

CREATE TABLE attempt (
    tx_hash BLOB PRIMARY KEY,
    act     INTEGER NOT NULL REFERENCES act (id),
    nonce   INTEGER NOT NULL,
    raw     BLOB NOT NULL,
    created INTEGER NOT NULL
) WITHOUT ROWID;
"""
