CREATE TABLE work (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    note TEXT NOT NULL,
    address TEXT NOT NULL,
    owner TEXT NOT NULL,
    made INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    source INTEGER
) STRICT;
