-- What programs that come over HTTP need: parameters, the other side's own answer, counts that are kept instead of counted, and results that
-- also lie in a bucket.

ALTER TABLE job ADD COLUMN parameters TEXT;          -- JSON object of the model's own parameters; NULL: none
ALTER TABLE job ADD COLUMN failure_answer TEXT;      -- JSON: at which step the other side answered what
ALTER TABLE version ADD COLUMN uploaded INTEGER NOT NULL DEFAULT 0;  -- 1: came with a job over HTTP, goes with the last job that uses it
ALTER TABLE version ADD COLUMN object TEXT;          -- its key in the bucket; NULL: it lies only here

CREATE INDEX job_by_state ON job (state, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX version_by_object ON version (object) WHERE object IS NOT NULL;

-- Objects that may lie in the bucket: written down before the first byte goes there, taken away once they are removed.
CREATE TABLE object (
    key    TEXT PRIMARY KEY,
    job_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX object_by_job ON object (job_id);

-- How many jobs of a state, and how many originals, are outside the trash: counting 100,000 rows for each page would cost more than the page.
CREATE TABLE kept_count (
    what  TEXT    PRIMARY KEY,                       -- a state's name, or 'original'
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO kept_count SELECT state, count(*) FROM job WHERE deleted_at IS NULL GROUP BY state;
INSERT INTO kept_count SELECT 'original', count(*) FROM version WHERE job_id IS NULL AND deleted_at IS NULL;

CREATE TRIGGER job_counted AFTER INSERT ON job WHEN NEW.deleted_at IS NULL BEGIN
    INSERT INTO kept_count VALUES (NEW.state, 1) ON CONFLICT (what) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER job_recounted AFTER UPDATE OF state, deleted_at ON job BEGIN
    UPDATE kept_count SET count = count - 1 WHERE what = OLD.state AND OLD.deleted_at IS NULL;
    INSERT INTO kept_count SELECT NEW.state, 1 WHERE NEW.deleted_at IS NULL
        ON CONFLICT (what) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER job_uncounted AFTER DELETE ON job WHEN OLD.deleted_at IS NULL BEGIN
    UPDATE kept_count SET count = count - 1 WHERE what = OLD.state;
END;
CREATE TRIGGER original_counted AFTER INSERT ON version WHEN NEW.job_id IS NULL AND NEW.deleted_at IS NULL BEGIN
    INSERT INTO kept_count VALUES ('original', 1) ON CONFLICT (what) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER original_recounted AFTER UPDATE OF deleted_at ON version WHEN NEW.job_id IS NULL BEGIN
    UPDATE kept_count SET count = count - 1 WHERE what = 'original' AND OLD.deleted_at IS NULL;
    INSERT INTO kept_count SELECT 'original', 1 WHERE NEW.deleted_at IS NULL
        ON CONFLICT (what) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER original_uncounted AFTER DELETE ON version WHEN OLD.job_id IS NULL AND OLD.deleted_at IS NULL BEGIN
    UPDATE kept_count SET count = count - 1 WHERE what = 'original';
END;
