"""A summary that a model phrased, held to the rows: right phrases pass, wrong ones never."""
