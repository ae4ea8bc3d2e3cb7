CREATE TABLE armings (
    seq INTEGER NOT NULL PRIMARY KEY,
    t INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE TRIGGER armings_stay BEFORE UPDATE ON armings BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
CREATE TRIGGER armings_are_not_replaced BEFORE INSERT ON armings
WHEN EXISTS (SELECT 1 FROM armings WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
CREATE TRIGGER armings_are_kept BEFORE DELETE ON armings BEGIN SELECT RAISE(ABORT, 'what is kept stays'); END;
