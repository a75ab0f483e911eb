"""Fills a library that is not open with done jobs, for comparisons of speed: python fill_library.py DATABASE ROWS

The rows are what a year of work leaves, one second apart, all with one small result; their files do not exist, which no list notices.
"""
import datetime
import json
import random
import sqlite3
import sys
import uuid


def main(database, rows):
    start = int(datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc).timestamp() * 1_000_000)
    hash = "ab" * 32
    original = str(uuid.UUID(int=1, version=4))
    versions, jobs, attempts = [(original, original, None, None, hash, "bench.png", start)], [], []
    for n in range(rows):
        job = str(uuid.UUID(int=random.Random(n).getrandbits(128), version=4))
        result = str(uuid.UUID(int=random.Random(-n - 1).getrandbits(128), version=4))
        at = start + n * 1_000_000
        jobs.append((job, original, original, f"replace the background with a sunset beach, take {n:06d}", at, at + 5_000_000, at))
        attempts.append((job, json.dumps([{"stored": hash + ".png"}])))
        versions.append((result, original, original, job, hash, "bench.png", at + 5_000_000))
    with sqlite3.connect(database) as db:
        db.execute("INSERT INTO picture VALUES (?, 'image/png', 'png', 24, 24, 88)", [hash])
        db.executemany(
            "INSERT INTO version (id, root_id, parent_id, job_id, picture, name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)", versions
        )
        db.executemany(
            "INSERT INTO job (id, input_id, root_id, prompt, model, provider, state, created_at, updated_at, claimed_at)"
            " VALUES (?, ?, ?, ?, 'fal-ai/bytedance/seedream/v4/edit', 'fal', 'done', ?, ?, ?)",
            jobs,
        )
        db.executemany("INSERT INTO attempt (job_id, number, outputs, ended) VALUES (?, 1, ?, 1)", attempts)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
