"""Compiled kernels: numba functions of arrays, scalars and integer codes, and nothing else."""
