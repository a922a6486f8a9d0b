"""A checked view of an engine's raw answers: headers with their seals, transactions under their headers.

An endpoint may say anything. What goes into a proof, a receipt or the journal passes here: the header is decoded, its
hash recomputed, its seals counted against the validators in force, and the transaction and its receipt are found under
its roots. The validators in force come from the trust anchor, never from the header or the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from node.errors import Words
from node.receipts.errors import AnchorTooOld, BadProof, MismatchedChain
from node.receipts.fields import to_hex
from node.receipts.header import Extra, Header, header_from_json
from node.receipts.material import CapturedBlock
from node.receipts.seals import check_seals, trim_seals

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from node.receipts.trust import Trust

    Renewal = Callable[[int], Awaitable[Trust | None]]

UPDATE = Words("运行 zhicang anchor update 推进信任锚", "run zhicang anchor update to bring the anchor forward")


class Checked:
    """What of an engine's answers holds.

    Args:
        validators_at: gives the validators in force at a height (20-byte addresses), as the trust anchor proves them.
            None takes the header's own word, which is enough only where this very process seals.
        known_up_to: the last height at which the anchor knows who is in force; None where the set never changes.
        renew: gives the trust that knows more than a height, or None.
    """

    def __init__(
        self,
        validators_at: Callable[[int], Sequence[bytes]] | None = None,
        *,
        known_up_to: int | None = None,
        renew: Renewal | None = None,
    ) -> None:
        self._validators_at = validators_at
        self._known_up_to = known_up_to
        self._renew = renew

    async def renew(self) -> bool:
        """Have the anchor brought forward, by proof; tell whether it knows more than before."""
        if self._renew is None or self._known_up_to is None:
            return False
        newer = await self._renew(self._known_up_to)
        if newer is not None:
            self._validators_at, self._known_up_to = newer.validators_at, newer.sets_known
        return newer is not None

    def header(self, block: Mapping[str, Any]) -> Header:
        """Give the header of a raw block object.

        Raises:
            Doubtful: it is malformed, has another hash than it says, or no quorum of seals of the set in force.
            AnchorTooOld: it lists other validators, above the last height at which the anchor knows them.
        """
        header = header_from_json(block)
        computed, said = to_hex(header.block_hash), block.get("hash")
        if computed != said:
            zh = f"节点的回答与其区块头不符:hash 算得 {computed},所报 {said}"
            raise MismatchedChain(zh, f"the engine's answer does not fit its header: hash is {computed}, said {said}")
        self.seals(header)
        return header

    def seals(self, header: Header) -> None:
        """Check the seals of a header, which may be more than a quorum; raise as `header` does. A genesis has none."""
        if header.number == 0:
            return
        listed = Extra.decode(header.extra_data).validators
        trusted = listed if self._validators_at is None else self._validators_at(header.number)
        if sorted(trusted) != sorted(listed):
            zh = f"高度 {header.number} 的区块头所列验证节点不是当时有效的那些"
            en = f"the header at height {header.number} lists other validators than those in force"
            if listed and self._known_up_to is not None and header.number > self._known_up_to:
                known = self._known_up_to
                zh, en = f"{zh};信任锚只知到高度 {known}", f"{en}; the anchor knows them by height {known} only"
                raise AnchorTooOld(zh, en, mend=UPDATE)
            raise BadProof(zh, en)
        check_seals(trim_seals(header), trusted)

    def whole(self, block: Mapping[str, Any], tx_receipts: Sequence[Mapping[str, Any]]) -> CapturedBlock:
        """Give a header with all that it holds, from raw answers.

        Raises:
            Doubtful: they do not give their header's roots and hash, or the seals do not hold.
            AnchorTooOld: as `header` does.
        """
        self.header(block)
        try:
            return CapturedBlock.of(block, tx_receipts)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            zh, en = "节点的回答残缺", "the engine's answer is malformed"
            raise MismatchedChain(f"{zh}:{error!r}", f"{en}: {error!r}") from error
