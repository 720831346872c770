"""Facts of a source beside what people wrote: kept, compared, merged. Pure."""
