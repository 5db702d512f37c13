"""From a study to replicate rows: what is missing, one pure function a replicate, many processes, one writer."""
