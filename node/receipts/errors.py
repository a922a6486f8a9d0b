"""The errors of offline proofs, told in Chinese and English.

BadInput
└── MalformedAnchor      2  a trust anchor that is not in its one canonical form
Doubtful
├── MalformedReceipt     1  a receipt that is not in its one canonical form
├── MalformedMaterial    1  a proof file that is not in its one canonical form
├── MismatchedChain      1  an engine's answers that do not give the roots of their own header
└── BadProof             1  a part of a proof that does not hold; `verify` turns it into a failed step
    └── MalformedHeader  1  bytes that are no canonical QBFT header
Unavailable
└── AnchorTooOld         3  a header above what the trust anchor knows; a step of `verify` that cannot be judged
"""

from __future__ import annotations

from node.errors import BadInput, Doubtful, Unavailable


class MalformedAnchor(BadInput):
    """A trust anchor that is not in its one canonical form."""

    code = "malformed-anchor"


class MalformedReceipt(Doubtful):
    """A receipt that is not in its one canonical form."""

    code = "malformed-receipt"


class MalformedMaterial(Doubtful):
    """A proof file that is not in its one canonical form."""

    code = "malformed-proof-file"


class MismatchedChain(Doubtful):
    """An engine's answers that do not give the roots of their own header."""

    code = "mismatched-chain"


class BadProof(Doubtful):
    """A part of a proof that does not hold."""

    code = "bad-proof"


class MalformedHeader(BadProof):
    """Bytes that are no canonical QBFT header."""

    code = "malformed-header"


class AnchorTooOld(Unavailable):
    """A header above what the trust anchor knows, with a key or validators that are unknown to it."""

    code = "anchor-too-old"
