"""The model: response families, penalties, covariate laws and patterns of true coefficients."""
