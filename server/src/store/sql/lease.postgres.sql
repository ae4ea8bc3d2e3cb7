CREATE TABLE lease (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY CHECK (name = 'desk'),
    epoch BIGINT NOT NULL,
    holder TEXT COLLATE "C",
    who TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL
);
