-- Times are whole microseconds since 1970, UTC. Ids are UUIDs as text. Booleans are 0 or 1.

CREATE TABLE picture (
    hash       TEXT    PRIMARY KEY,          -- BLAKE3 of the bytes, hex
    media_type TEXT    NOT NULL,
    extension  TEXT    NOT NULL,
    width      INTEGER NOT NULL,             -- as shown: EXIF orientation applied
    height     INTEGER NOT NULL,
    bytes      INTEGER NOT NULL
) STRICT;

CREATE TABLE version (
    id         TEXT    PRIMARY KEY,
    root_id    TEXT    NOT NULL,             -- the original of this history; its own id for an original
    parent_id  TEXT,                         -- what it was made from; NULL for an original
    job_id     TEXT,                         -- what made it; NULL for an original
    ordinal    INTEGER NOT NULL DEFAULT 0,   -- place among the results of one job
    picture    TEXT    NOT NULL REFERENCES picture (hash),
    name       TEXT    NOT NULL,             -- file name of the original
    note       TEXT,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE INDEX version_by_root ON version (root_id, created_at);
CREATE INDEX version_by_parent ON version (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX version_by_job ON version (job_id, ordinal) WHERE job_id IS NOT NULL;
CREATE INDEX version_by_picture ON version (picture);
CREATE INDEX original_by_time ON version (created_at DESC, id DESC) WHERE job_id IS NULL AND deleted_at IS NULL;
CREATE INDEX version_in_trash ON version (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE job (
    id              TEXT    PRIMARY KEY,
    idempotency_key TEXT    UNIQUE,
    input_id        TEXT    NOT NULL REFERENCES version (id),
    root_id         TEXT    NOT NULL,
    prompt          TEXT    NOT NULL,
    model           TEXT    NOT NULL,
    provider        TEXT    NOT NULL,
    state           TEXT    NOT NULL,
    attempt         INTEGER NOT NULL DEFAULT 1,
    cancel_asked    INTEGER NOT NULL DEFAULT 0,
    failure_code    TEXT,
    failure_charged TEXT,
    failure_said    TEXT,
    note            TEXT,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    claimed_at      INTEGER,                 -- when the current attempt began
    deleted_at      INTEGER
) STRICT;
CREATE INDEX job_by_time ON job (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX job_by_root ON job (root_id, created_at);
CREATE INDEX job_by_input ON job (input_id);
-- The runner and the activity panel read only what is unfinished, however many jobs are done. SQLite uses it only for queries that repeat its
-- condition word for word.
CREATE INDEX job_unfinished ON job (state, created_at, id) WHERE state NOT IN ('done', 'cancelled');
CREATE INDEX job_in_trash ON job (deleted_at) WHERE deleted_at IS NOT NULL;

-- One row for each time a job was, or may have been, sent to a provider. Rows are never deleted with their job: they say what was charged.
CREATE TABLE attempt (
    job_id       TEXT    NOT NULL,
    number       INTEGER NOT NULL,
    intended_at  INTEGER,                    -- stored and synced before the first byte of the submit
    submit_url   TEXT,
    body_hash    TEXT,                       -- BLAKE3 of the body we meant to send
    accepted_at  INTEGER,
    protocol     TEXT,
    request_id   TEXT,
    status_url   TEXT,
    response_url TEXT,
    cancel_url   TEXT,
    outputs      TEXT,                       -- JSON: what the provider answered
    ended        INTEGER NOT NULL DEFAULT 0, -- nothing can be looked up or fetched any more
    PRIMARY KEY (job_id, number)
) STRICT, WITHOUT ROWID;

-- The composer's unsent words: one row.
CREATE TABLE draft (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    prompt     TEXT    NOT NULL,
    version_id TEXT
) STRICT;
