"""Results on disk: layout of a study's folder, parquet shards, provenance. The only writer of results."""
