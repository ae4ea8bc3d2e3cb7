CREATE TABLE account (
    id BIGINT NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL UNIQUE,
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('viewer', 'trader', 'admin')),
    passphrase TEXT COLLATE "C" NOT NULL,
    secret TEXT COLLATE "C",
    asked_secret TEXT COLLATE "C",
    used_step BIGINT NOT NULL,
    made BIGINT NOT NULL,
    ended BIGINT
);
CREATE TABLE session (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    made BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    shown BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    agent TEXT COLLATE "C" NOT NULL
);
CREATE INDEX session_of_account ON session (account);
CREATE TABLE invitation (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    email TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('viewer', 'trader', 'admin')),
    made BIGINT NOT NULL,
    ends BIGINT NOT NULL
);
CREATE TABLE token (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    name TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL CHECK (scope IN ('read', 'trade')),
    made BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    seen BIGINT
);
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    t BIGINT NOT NULL,
    data TEXT COLLATE "C" NOT NULL,
    previous TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION kept_stays();
CREATE TRIGGER audit_is_kept BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION kept_stays();
