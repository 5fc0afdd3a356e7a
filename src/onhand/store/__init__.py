"""SQLite and PostgreSQL behind one small interface, named SQL, migrations."""
