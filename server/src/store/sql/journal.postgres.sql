CREATE TABLE entry (
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    t BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('input', 'decision', 'command', 'answer', 'setting')),
    data TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (run, seq)
);
CREATE FUNCTION entry_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE ON entry FOR EACH ROW EXECUTE FUNCTION entry_stays();
CREATE TRIGGER entry_is_kept BEFORE TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION entry_stays();
