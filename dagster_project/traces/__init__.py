"""The record of an ask: kept in one commit, found by id, filters and full text."""
