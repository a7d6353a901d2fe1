"""English words that say nothing about what a question is about."""

from __future__ import annotations

# Function words: in every text, so their presence is no evidence.
FUNCTION_WORDS = frozenset(
    """
    a about above after again against all almost along already also although always am among an and
    another any anybody anyone anything are around as at away back be became because become been
    before behind being below between both but by came can cannot come could d did do does doing
    done down during each either else enough even ever every everyone everything few first for from
    further gave get gets getting give given gives go goes going gone got had has have having he
    her here hers herself him himself his how however i if in into is it its itself just keep kept
    least let like ll made make makes many may me might mine more most much must my myself near
    neither never no nobody none nor not nothing now of off often on once one only onto or other
    others our ours ourselves out over own per perhaps put quite rather re really s same saw say
    see seem seemed seen shall she should since so some somebody someone something still such t take
    taken takes than that the their theirs them themselves then there these they thing things this
    those though through thus to together too took toward towards under until up upon us use used ve
    very via was we well went were what whatever when where whether which while who whoever whom
    whose why will with within without would yes yet you your yours yourself
    """.split()
)

# Words that ask: in a question they name the kind of answer, in an article they mean little.
ASKING_WORDS = frozenset(
    """
    according article articles name names named tell told know describe explain list find show asked
    ask answer question report reports reported reporting news said says say exactly actually
    kind sort type happen happened happens happening long far old big way amount number
    please newspaper coverage story
    """.split()
)

STOP_WORDS = FUNCTION_WORDS | ASKING_WORDS
