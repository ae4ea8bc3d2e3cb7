-- A file is one machine's: its desk holds no lease (docs/store.md).
SELECT 1;
