"""Documents: cut at headings, embedded, searched by meaning and by words."""
