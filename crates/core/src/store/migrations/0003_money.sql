-- What money needs: what each attempt may cost and did cost, how a submit whose answer was lost is found again, when a job may try again, what
-- the catalogue of models knows, and what was wished before. Money is whole millionths of a US dollar.

-- An attempt is also the ledger's line, which stays when its job is gone for good.
ALTER TABLE attempt ADD COLUMN model TEXT;           -- whose price it was
ALTER TABLE attempt ADD COLUMN mark TEXT;            -- what only this attempt's body holds (the URL of its upload), to find it in fal's list
ALTER TABLE attempt ADD COLUMN looks INTEGER NOT NULL DEFAULT 0;   -- how often fal's list was searched for it
ALTER TABLE attempt ADD COLUMN looked_at INTEGER;
ALTER TABLE attempt ADD COLUMN charged TEXT;         -- NULL: nothing was sent; 'maybe' from the intent on; 'yes', 'no'
ALTER TABLE attempt ADD COLUMN estimate INTEGER;     -- what was said before the click; NULL: unknown
ALTER TABLE attempt ADD COLUMN basis TEXT;           -- how the estimate was known
ALTER TABLE attempt ADD COLUMN units REAL;           -- fal's X-Fal-Billable-Units
ALTER TABLE attempt ADD COLUMN cost INTEGER;         -- units at the unit's price; NULL: not reconciled
ALTER TABLE attempt ADD COLUMN seed TEXT;            -- the seed the model used, in digits (it can be past 2^63)
ALTER TABLE attempt ADD COLUMN flagged TEXT;         -- JSON: for each output, whether the model's safety check named it

UPDATE attempt SET model = (SELECT model FROM job WHERE id = job_id), charged = CASE
    WHEN intended_at IS NULL THEN NULL
    WHEN outputs IS NOT NULL THEN 'yes'
    ELSE 'maybe' END;
-- Holds all that a sum asks for, so that a month of many thousands is read from here alone.
CREATE INDEX attempt_by_time ON attempt (intended_at, job_id, number, charged, cost, estimate, model) WHERE intended_at IS NOT NULL;

ALTER TABLE job ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;   -- times in a row that it could not be sent, or was told to wait
ALTER TABLE job ADD COLUMN tried_since INTEGER;      -- when the first of them was
ALTER TABLE job ADD COLUMN not_before INTEGER;       -- queued: it may begin from then on; NULL: at once
ALTER TABLE job ADD COLUMN shrink INTEGER NOT NULL DEFAULT 0;  -- 1: inputs over the model's limit are made to fit
ALTER TABLE job ADD COLUMN wish TEXT;                -- BLAKE3 of model, prompt, parameters and inputs: the same wish, the same hash
ALTER TABLE job ADD COLUMN seeded INTEGER NOT NULL DEFAULT 0;  -- 1: the wish names its seed, so its result may be given again
ALTER TABLE job ADD COLUMN cached_from TEXT;         -- the job whose result this one was given, for nothing
CREATE INDEX job_by_wish ON job (wish, created_at DESC) WHERE wish IS NOT NULL;

-- The other pictures of an edit, after its input, in their order.
CREATE TABLE reference (
    job_id     TEXT    NOT NULL,
    ordinal    INTEGER NOT NULL,
    version_id TEXT    NOT NULL,
    PRIMARY KEY (job_id, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX reference_by_version ON reference (version_id);

-- What is known of models: fal's list as it was read last, and what this person did with them.
CREATE TABLE model (
    id         TEXT    PRIMARY KEY,
    name       TEXT,
    hint       TEXT,
    category   TEXT,
    listed_at  INTEGER,                              -- when fal's list had it; NULL: it has not
    schema     TEXT,                                 -- fal's OpenAPI document
    schema_at  INTEGER,
    max_inputs INTEGER,                              -- what the document says, for lists
    takes_mask INTEGER,
    unit       TEXT,                                 -- what fal counts: images, megapixels, …
    unit_price INTEGER,
    history    INTEGER,                              -- what such calls really cost on average
    price_at   INTEGER,
    favourite  INTEGER NOT NULL DEFAULT 0,
    used_at    INTEGER,
    parameters TEXT                                  -- JSON: what was set last time
) STRICT, WITHOUT ROWID;

-- The other pictures of an unsent edit, in order: a JSON array of version ids.
ALTER TABLE draft ADD COLUMN reference_ids TEXT NOT NULL DEFAULT '[]';
