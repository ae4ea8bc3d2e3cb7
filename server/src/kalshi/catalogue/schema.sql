-- What Kalshi has said of series, events and contracts, with the time at which it was read, in microseconds since 1970.
-- Nothing is ever changed or taken away: what it says later, if it is something else, is a later row.

CREATE TABLE IF NOT EXISTS fact (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('series', 'event', 'market')),
    ticker TEXT NOT NULL,
    -- Of a contract its event, of an event its series.
    part_of TEXT,
    read_at INTEGER NOT NULL,
    -- The exchange's own words, in JSON, without what changes with every trade.
    body TEXT NOT NULL
) STRICT;

CREATE INDEX IF NOT EXISTS fact_by_ticker ON fact (kind, ticker, read_at);
CREATE INDEX IF NOT EXISTS fact_by_whole ON fact (kind, part_of);
