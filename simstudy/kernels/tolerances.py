"""Tolerances of the kernels. All are free of units: widths are multiplied by the response's mean absolute deviation."""

import numpy as np

# Solve below the reported tolerance of 1e-7 so that comparisons with other algorithms see none of our error.
TOL = 1e-10
KINK_TOL = 1e-9
KINK_WIDTH = 1e-9
MAX_ITER = np.int64(100)
KINK_ITER = np.int64(20)
# Smoothing at which a concave bridge with kinks chooses its support.
SUPPORT_WIDTH = 0.03

# A Newton step that still moves a linear predictor by this much when the gradient has vanished is running to infinity.
SETTLED_STEP = 1e-2
# Optimality residual below which the gradient counts as vanished although the steps are not.
VANISHED = 1e-6
# A regular problem needs one more step to settle; data without a minimiser never do.
UNSETTLED_STEPS = 8

# Sums of squares beyond which a column is brought to another size before they are taken.
SMALL_SQUARE, LARGE_SQUARE = 1e-200, 1e200

# With fewer columns than this the whole Gram matrix costs less than choosing among them.
SMALL = 40
# Faces on which a model ends at a sign change before it is asked whether there is a minimiser: each costs a
# factorisation, and a linear program no more than some tens.
FACES = np.int64(10)
