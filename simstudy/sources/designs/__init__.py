"""Covariate laws, one a file; a study file names them under the key ``law`` of a scenario's design."""

from simstudy.sources.designs.bernoulli import Bernoulli
from simstudy.sources.designs.block import BLOCKS, Block
from simstudy.sources.designs.blocks import Blocks
from simstudy.sources.designs.independent_blocks import BernoulliBlock, RademacherBlock, StudentTBlock
from simstudy.sources.designs.latent_blocks import CategoricalBlock, DichotomisedBlock, NormalBlock
from simstudy.sources.designs.law import DESIGNS, STANDARDISE, Design
from simstudy.sources.designs.normal import Normal
from simstudy.sources.designs.rademacher import Rademacher
from simstudy.sources.designs.student_t import StudentT

for each in (Normal, Rademacher, Bernoulli, StudentT, Blocks):
    DESIGNS.register(each.name, each)

__all__ = [
    "BLOCKS",
    "DESIGNS",
    "STANDARDISE",
    "Bernoulli",
    "BernoulliBlock",
    "Block",
    "Blocks",
    "CategoricalBlock",
    "Design",
    "DichotomisedBlock",
    "Normal",
    "NormalBlock",
    "Rademacher",
    "RademacherBlock",
    "StudentT",
    "StudentTBlock",
]
