"""Sources: what draws the data of a replicate and knows the truth."""
