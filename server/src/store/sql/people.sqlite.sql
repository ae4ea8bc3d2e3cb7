CREATE TABLE account (
    id INTEGER NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'trader', 'admin')),
    passphrase TEXT NOT NULL,
    secret TEXT,
    asked_secret TEXT,
    used_step INTEGER NOT NULL,
    made INTEGER NOT NULL,
    ended INTEGER
) STRICT;
CREATE TABLE session (
    hash TEXT NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    made INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    reason TEXT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT;
CREATE INDEX session_of_account ON session (account);
CREATE TABLE invitation (
    hash TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'trader', 'admin')),
    made INTEGER NOT NULL,
    ends INTEGER NOT NULL
) STRICT;
CREATE TABLE token (
    hash TEXT NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('read', 'trade')),
    made INTEGER NOT NULL,
    ends INTEGER NOT NULL,
    seen INTEGER
) STRICT;
CREATE TABLE audit (
    seq INTEGER NOT NULL PRIMARY KEY,
    t INTEGER NOT NULL,
    data TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
