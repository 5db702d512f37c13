"""From claims and results to verdicts with stated error rates."""
