DROP TABLE IF EXISTS projection;
DROP TABLE IF EXISTS listed;
DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS fills;
DROP TABLE IF EXISTS positions;
DROP TABLE IF EXISTS settings;
CREATE TABLE listed (
    run BIGINT NOT NULL,
    place BIGINT NOT NULL,
    event TEXT COLLATE "C" NOT NULL,
    ticker TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (run, place)
);
CREATE TABLE orders (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    run BIGINT NOT NULL,
    ticker TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    order_id TEXT COLLATE "C",
    price BIGINT NOT NULL,
    count BIGINT NOT NULL,
    traded BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    why TEXT COLLATE "C",
    asked BIGINT NOT NULL,
    told BIGINT,
    expires BIGINT
);
CREATE TABLE fills (
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    t BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    trade TEXT COLLATE "C",
    ticker TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    price BIGINT NOT NULL,
    count BIGINT NOT NULL,
    fee BIGINT NOT NULL,
    PRIMARY KEY (run, seq)
);
CREATE INDEX fills_of_order ON fills (name);
CREATE TABLE positions (
    ticker TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    event TEXT COLLATE "C" NOT NULL,
    t BIGINT NOT NULL,
    position BIGINT NOT NULL,
    flow BIGINT NOT NULL,
    fees BIGINT NOT NULL,
    fills BIGINT NOT NULL,
    paid BIGINT
);
CREATE TABLE settings (
    version BIGINT NOT NULL PRIMARY KEY,
    run BIGINT NOT NULL,
    t BIGINT NOT NULL,
    data TEXT COLLATE "C" NOT NULL
);
CREATE TABLE projection (
    version BIGINT NOT NULL PRIMARY KEY,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    unread BIGINT NOT NULL
);
