"""Problem -> Solution: one optimisation problem solved and certified."""
