"""Figures of a study: one pure function for each analysis, from its result to a matplotlib figure."""
