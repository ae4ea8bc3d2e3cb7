-- What sources told, with the time at which it was fetched, in microseconds since 1970. Days count from 1970-01-01.
-- Nothing is ever changed or taken away: what a source says later is a later row.

CREATE TABLE IF NOT EXISTS artist (
    id INTEGER PRIMARY KEY,
    -- What all spellings of the name have in common.
    folded TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

-- Who an artist is to a source.
CREATE TABLE IF NOT EXISTS artist_id (
    artist INTEGER NOT NULL REFERENCES artist (id),
    source TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (artist, source, fetched, id)
) STRICT, WITHOUT ROWID;

-- Numbers of a day. A row says that from `fetched` on the day's number was known to be this.
CREATE TABLE IF NOT EXISTS datum (
    artist INTEGER NOT NULL REFERENCES artist (id),
    field TEXT NOT NULL CHECK (field IN ('listeners', 'followers', 'popularity', 'posts_total', 'posts_change')),
    day INTEGER NOT NULL,
    fetched INTEGER NOT NULL,
    source TEXT NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (artist, field, day, fetched, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS release (
    artist INTEGER NOT NULL REFERENCES artist (id),
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    fetched INTEGER NOT NULL,
    name TEXT NOT NULL,
    day INTEGER NOT NULL,
    kind TEXT,
    tracks INTEGER,
    PRIMARY KEY (artist, source, id, fetched)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS playlist_add (
    artist INTEGER NOT NULL REFERENCES artist (id),
    source TEXT NOT NULL,
    playlist TEXT NOT NULL,
    track TEXT NOT NULL,
    day INTEGER NOT NULL,
    fetched INTEGER NOT NULL,
    name TEXT NOT NULL,
    followers REAL,
    PRIMARY KEY (artist, source, playlist, track, day)
) STRICT, WITHOUT ROWID;

-- What was asked, and whether it was answered.
CREATE TABLE IF NOT EXISTS question (
    seq INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    what TEXT NOT NULL,
    artist INTEGER,
    -- The days that were asked for, of counts.
    since INTEGER,
    until INTEGER,
    asked INTEGER NOT NULL,
    -- Why there was no answer; none for an answer.
    failure TEXT,
    -- Before this time the source must be left alone.
    again INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS question_by_artist ON question (artist, source, what, since, asked);
CREATE INDEX IF NOT EXISTS question_again ON question (source, again) WHERE again IS NOT NULL;

-- How many requests a second a source allows.
CREATE TABLE IF NOT EXISTS rate (
    source TEXT NOT NULL,
    heard INTEGER NOT NULL,
    per_second REAL NOT NULL,
    PRIMARY KEY (source, heard)
) STRICT, WITHOUT ROWID;
