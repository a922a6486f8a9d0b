"""The tables of the journal, format 4."""

FORMAT = 4
"""3 counted by walking over everything; 2 had neither the table ``earlier`` nor a version's lot as a column; 1 had no
matters."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- the last serial given in a project year; a serial is never given twice
CREATE TABLE serial (period INTEGER PRIMARY KEY, last INTEGER NOT NULL);

-- a matter is one thing that the institution wants to stand on chain, and that a reviewer can approve
CREATE TABLE matter (
    id        INTEGER PRIMARY KEY,
    code      INTEGER NOT NULL,         -- as on chain: 1 register, 2 commit units, 3 amend, 4 supersede, 5 withdraw
    subject   TEXT NOT NULL,            -- registration number, or the object of the unit list
    version   INTEGER NOT NULL,         -- that it makes; 0 for units, the newest for withdraw
    reason    INTEGER NOT NULL,         -- reason code of amend, supersede and withdraw, else 0
    document  BLOB NOT NULL,            -- SHA-256 of the paper behind it, or zeros
    stage     TEXT NOT NULL,            -- numbered, draft, submitted, approved, returned, recalled, stored, confirmed
    note      TEXT NOT NULL DEFAULT '', -- why it was returned
    act       INTEGER REFERENCES act (id),
    log_index INTEGER,                  -- place of its event in the transaction receipt
    created   INTEGER NOT NULL          -- UTC seconds, this machine's clock
);
CREATE INDEX matter_subject ON matter (subject);
CREATE INDEX matter_act ON matter (act);
CREATE INDEX matter_open ON matter (stage, id) WHERE stage NOT IN ('confirmed', 'recalled');

-- the approval that a matter has now; an edit, a return or its expiry takes it away
CREATE TABLE approval (
    matter   INTEGER PRIMARY KEY REFERENCES matter (id),
    content  BLOB NOT NULL,             -- keccak-256 that was approved
    expires  INTEGER NOT NULL,          -- UTC second after which it is void
    r        BLOB NOT NULL,
    vs       BLOB NOT NULL,
    reviewer BLOB NOT NULL,             -- address that signed
    created  INTEGER NOT NULL
);

-- what people did with a matter before the chain, in order
CREATE TABLE step (
    matter INTEGER NOT NULL REFERENCES matter (id),
    time   INTEGER NOT NULL,
    stage  TEXT NOT NULL,               -- that it came to
    note   TEXT NOT NULL
);
CREATE INDEX step_matter ON step (matter);

-- where a matter became final on an earlier chain of this home
CREATE TABLE earlier (
    matter    INTEGER PRIMARY KEY REFERENCES matter (id),
    act       INTEGER NOT NULL REFERENCES act (id),
    log_index INTEGER NOT NULL
);
CREATE INDEX earlier_act ON earlier (act);

CREATE TABLE resource (
    number     TEXT PRIMARY KEY,
    client_key TEXT NOT NULL UNIQUE,    -- what makes a re-run a re-run
    version    INTEGER NOT NULL,        -- newest version that is final; 1 before any is
    withdrawn  INTEGER NOT NULL,        -- 1 when the withdrawal is final
    frozen     INTEGER NOT NULL         -- 1 while governors hold it frozen
) WITHOUT ROWID;

CREATE TABLE version (
    number          TEXT NOT NULL REFERENCES resource (number),
    version         INTEGER NOT NULL,
    matter          INTEGER NOT NULL REFERENCES matter (id),
    source_path     TEXT NOT NULL,
    kind            INTEGER NOT NULL,
    content_digest  BLOB NOT NULL,
    cid             BLOB NOT NULL,
    size            INTEGER NOT NULL,   -- bytes of payload
    files           INTEGER NOT NULL,
    metadata        BLOB NOT NULL,      -- canonical JSON with its salt
    metadata_digest BLOB NOT NULL,
    title           TEXT NOT NULL,
    client_ref      TEXT NOT NULL,
    period          INTEGER NOT NULL,
    lot             TEXT NOT NULL,      -- name of the lot that it came in, or ''
    payload_at      INTEGER NOT NULL,   -- version of the stored object that brought its payload
    metadata_at     INTEGER NOT NULL,   -- version of the stored object that brought its metadata
    earlier_receipt BLOB NOT NULL,      -- SHA-256 of its receipt on an earlier chain, or zeros
    created         INTEGER NOT NULL,   -- UTC seconds, this machine's clock
    PRIMARY KEY (number, version)
) WITHOUT ROWID;
CREATE INDEX version_content ON version (content_digest);
CREATE INDEX version_cid ON version (cid);
CREATE INDEX version_matter ON version (matter);
CREATE INDEX version_lot ON version (lot) WHERE lot <> '';

-- a lot is what a contractor delivers and is paid for; resources and unit batches name it, the chain has its digest
CREATE TABLE lot (
    name       TEXT PRIMARY KEY,        -- SHA-256 of its UTF-8 is the digest on chain
    contract   TEXT NOT NULL,           -- number of the contract
    contractor TEXT NOT NULL,
    disk       TEXT NOT NULL,           -- name of the medium that it came on
    delivered  TEXT NOT NULL,           -- ISO date
    note       TEXT NOT NULL,
    created    INTEGER NOT NULL         -- UTC seconds, this machine's clock
) WITHOUT ROWID;

-- resources whose payload was destroyed; the record, its proofs and what the tombstone keeps stay
CREATE TABLE purge (
    number      TEXT PRIMARY KEY REFERENCES resource (number),
    list_digest BLOB NOT NULL,          -- SHA-256 of the list 销毁清册 that two people signed
    tombstone   TEXT NOT NULL,          -- object that stays in the storage root
    content     BLOB NOT NULL,          -- content digest of the tombstone, a tree
    stage       TEXT NOT NULL,          -- begun, purged
    created     INTEGER NOT NULL        -- UTC seconds, this machine's clock
) WITHOUT ROWID;

-- objects to which a version is being added: a crash leaves the row, and the next start takes the object back
CREATE TABLE growing (object_id TEXT PRIMARY KEY, keep INTEGER NOT NULL) WITHOUT ROWID;

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
    earlier_receipt BLOB NOT NULL,          -- SHA-256 of its proof on an earlier chain, or zeros
    matter        INTEGER NOT NULL REFERENCES matter (id),
    created       INTEGER NOT NULL
);
CREATE INDEX unit_batch_matter ON unit_batch (matter);

CREATE TABLE unit (
    resource_id   TEXT NOT NULL,
    unit_id       TEXT NOT NULL,
    source_digest BLOB NOT NULL,            -- SHA-256 of the unsalted line
    batch         INTEGER NOT NULL REFERENCES unit_batch (id) DEFERRABLE INITIALLY DEFERRED,
    position      INTEGER NOT NULL,         -- line of the list, from 0
    PRIMARY KEY (resource_id, unit_id)
) WITHOUT ROWID;
CREATE INDEX unit_batch_of ON unit (batch);

-- how many units each resource has, kept with the units: counting 190,000 of one takes time; meta counts the resources
CREATE TABLE unit_count (resource_id TEXT PRIMARY KEY, units INTEGER NOT NULL) WITHOUT ROWID;

-- an act is one intended transaction; every signed attempt at it is kept
CREATE TABLE act (
    id       INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL,                 -- the registry's function: register, registerMany, withdraw, attest, …
    subject  TEXT NOT NULL,                 -- what it is about, in words for a person
    sender   BLOB NOT NULL,
    calldata BLOB NOT NULL,
    nonce    INTEGER,
    stage    TEXT NOT NULL,                 -- planned, signed, confirmed, refused
    tx_hash  BLOB UNIQUE,                   -- of the attempt that was confirmed or refused
    height   INTEGER,
    time     INTEGER,                       -- header time, UTC seconds
    reason   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX act_subject ON act (subject);
CREATE INDEX act_open ON act (id) WHERE stage IN ('planned', 'signed');
CREATE INDEX act_height ON act (height, tx_hash) WHERE stage = 'confirmed';

CREATE TABLE attempt (
    tx_hash BLOB PRIMARY KEY,
    act     INTEGER NOT NULL REFERENCES act (id),
    nonce   INTEGER NOT NULL,
    raw     BLOB NOT NULL,
    created INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX attempt_act ON attempt (act, created);
"""
