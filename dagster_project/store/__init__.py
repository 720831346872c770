"""The one database: how it starts, who may connect, its tables and their migrations."""
