#!/usr/bin/env python3
"""Writes the seeds of fuzz_table_pages: small database files, as SQLite itself makes them."""
import pathlib
import sqlite3
import tempfile


def database(page_size, rows, *more):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "seed.sqlite"
        db = sqlite3.connect(path)
        db.execute(f"PRAGMA page_size={page_size}")
        db.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b REAL, c)")
        db.executemany("INSERT INTO t VALUES(?,?,?,?)", rows)
        for statement in more:
            db.execute(statement)
        db.commit()
        db.close()
        return path.read_bytes()


SEEDS = {
    "one_leaf": database(512, [(1, "a", 1.5, None), (2, "bc", 2, -1), (-3, "", None, "text")]),
    "tree": database(512, [(i * 7, "x" * (i % 60), i / 3, 2 ** (i % 63)) for i in range(40)]),
    "holes": database(512, [(i, "y" * 40, i, i % 2) for i in range(30)], "DELETE FROM t WHERE id % 3 = 0"),
    "long_row": database(512, [(1, "short", 1, 1), (2, "z" * 900, 2, b"blob"), (3, "short", 3, 3)]),
    "column_added": database(512, [(1, "a", 1, 1)], "ALTER TABLE t ADD COLUMN d DEFAULT 5", "INSERT INTO t VALUES(2,'b',2,2,2)"),
}

corpus = pathlib.Path(__file__).parent / "corpus" / "fuzz_table_pages"
corpus.mkdir(parents=True, exist_ok=True)
for name, data in SEEDS.items():
    (corpus / name).write_bytes(data)
