"""The only SQL: rows on SQLite or PostgreSQL, behind one ``write`` and one ``read``."""
