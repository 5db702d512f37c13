"""Second derivative of a loss in (b, P)."""

import numpy as np

from simstudy.kernels.calls import part
from simstudy.kernels.lapack import symmetric_product


@part
def fill_hessian(constant, Z, gram, w, v, d2P, delta_band, H):
    """Second derivative of the mean loss in (b, P) into H (m + 1, m + 1), P last; needs `symmetric_product`.

    `w` >= 0, as the loss is convex. `gram` (m, m) is Z'Z/n: where the loss's own curvature is constant, w is one
    outside the kink band, so that only the rows in the band (`delta_band` true) are added to it.
    """
    n, m = Z.shape
    if constant:
        for j in range(m):
            for k in range(m):
                H[j, k] = gram[j, k]
        if delta_band:
            for i in range(n):
                if w[i] != 1.0:
                    extra = (w[i] - 1.0) / n
                    for j in range(m):
                        f = extra * Z[i, j]
                        for k in range(m):
                            H[j, k] += f * Z[i, k]
    else:
        root = np.empty((n, m))
        for i in range(n):
            f = np.sqrt(w[i])
            for j in range(m):
                root[i, j] = f * Z[i, j]
        symmetric_product(root, 1.0 / n, H)
    cross = np.dot(Z.T, v)
    for j in range(m):
        H[j, m] = cross[j] / n
        H[m, j] = H[j, m]
    H[m, m] = d2P
