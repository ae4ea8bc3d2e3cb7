CREATE TABLE tapes (
    hash TEXT NOT NULL PRIMARY KEY,
    t INTEGER NOT NULL,
    name TEXT NOT NULL,
    trades INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE TRIGGER tapes_stay BEFORE UPDATE ON tapes BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
CREATE TRIGGER tapes_are_not_replaced BEFORE INSERT ON tapes
WHEN EXISTS (SELECT 1 FROM tapes WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
CREATE TRIGGER tapes_are_kept BEFORE DELETE ON tapes BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
CREATE TABLE signals (
    t INTEGER NOT NULL,
    ticker TEXT NOT NULL,
    hash TEXT NOT NULL,
    signal TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (t, ticker, hash)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER signals_stay BEFORE UPDATE ON signals BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
CREATE TRIGGER signals_are_not_replaced BEFORE INSERT ON signals
WHEN EXISTS (SELECT 1 FROM signals WHERE t = NEW.t AND ticker = NEW.ticker AND hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
CREATE TRIGGER signals_are_kept BEFORE DELETE ON signals BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
