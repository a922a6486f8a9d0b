"""How far a replay has come: all that the next header needs, and what the report will say. The state lies elsewhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from node.chain.replay.tally import Tally
from node.records import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.chain.replay.block import Block
    from node.chain.replay.rules import Rules

HASH_WINDOW = 256
"""How many block hashes BLOCKHASH can ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """A set of validators and the first height that it seals."""

    height: int
    addresses: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The last header that was replayed and everything before it in sum."""

    height: int
    time: int
    state_root: bytes
    hashes: tuple[bytes, ...]
    """The last block hashes, this header's at the end."""
    tally: Tally
    """What is in force for the next header."""
    sets: tuple[Validators, ...]
    transactions: int = 0
    unprotected: int = 0
    acts: dict[str, int] = field(default_factory=dict)

    @property
    def block_hash(self) -> bytes:
        """The hash of this header."""
        return self.hashes[-1]

    @property
    def sealed_by(self) -> tuple[bytes, ...]:
        """The validators that seal this header."""
        return next(one.addresses for one in reversed(self.sets) if one.height <= self.height)

    def previous_hash(self, height: int) -> bytes | None:
        """Give a hash among the last ones, by its height."""
        place = height - self.height + len(self.hashes) - 1
        return self.hashes[place] if 0 <= place < len(self.hashes) else None

    @classmethod
    def genesis(cls, block: Block) -> Reached:
        """Begin with a genesis that was checked."""
        validators = block.extra.validators
        return cls(
            height=0,
            time=block.header.timestamp,
            state_root=block.header.state_root,
            hashes=(block.block_hash,),
            tally=Tally(validators=validators),
            sets=(Validators(height=1, addresses=validators),),
        )

    def after(
        self, block: Block, *, rules: Rules, unprotected: int = 0, acts: Mapping[str, int] | None = None
    ) -> Reached:
        """Give what is reached by one more block, which was checked and executed."""
        header = block.header
        tally = self.tally.after(header.number, header.miner, block.extra.vote, rules=rules)
        changed = tally.validators != self.tally.validators
        newest = (Validators(height=header.number + 1, addresses=tally.validators),) if changed else ()
        return replace(
            self,
            height=header.number,
            time=header.timestamp,
            state_root=header.state_root,
            hashes=(*self.hashes[1 - HASH_WINDOW :], block.block_hash),
            tally=tally,
            sets=(*self.sets, *newest),
            transactions=self.transactions + len(block.transactions),
            unprotected=self.unprotected + unprotected,
            acts=dict(Counter(self.acts) + Counter(acts)) if acts else self.acts,
        )

    def to_json_bytes(self) -> bytes:
        """Give its canonical JSON."""
        return canonical.encode(
            {
                "height": self.height,
                "time": self.time,
                "state_root": self.state_root.hex(),
                "hashes": b"".join(self.hashes).hex(),
                "tally": self.tally.to_json(),
                "sets": [[one.height, [address.hex() for address in one.addresses]] for one in self.sets],
                "transactions": self.transactions,
                "unprotected": self.unprotected,
                "acts": self.acts,
            }
        )

    @classmethod
    def from_json_bytes(cls, data: bytes) -> Reached:
        """Read what `to_json_bytes` gave."""
        value: dict[str, Any] = canonical.decode(data)
        hashes = bytes.fromhex(value["hashes"])
        return cls(
            height=value["height"],
            time=value["time"],
            state_root=bytes.fromhex(value["state_root"]),
            hashes=tuple(hashes[start : start + 32] for start in range(0, len(hashes), 32)),
            tally=Tally.from_json(value["tally"]),
            sets=tuple(
                Validators(height=height, addresses=tuple(map(bytes.fromhex, addresses)))
                for height, addresses in value["sets"]
            ),
            transactions=value["transactions"],
            unprotected=value["unprotected"],
            acts=value["acts"],
        )
