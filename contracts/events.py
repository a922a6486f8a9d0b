"""Events of the registry: raw logs read into values and back, and the commitment that it keeps of a version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts import abi, exchange, parties, records
from contracts.errors import MalformedEvent
from contracts.layouts import ENTRY, Layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.records import Version

Event = (
    records.Registered | records.Amended | records.Superseded | records.Withdrawn | records.EntrySkipped
    | records.UnitsCommitted | exchange.Delivered | exchange.DeliveryAccepted | exchange.DeliveryReturned
    | exchange.Attested | exchange.ChainAnchored | parties.ProposalApproved | parties.Governed
    | parties.InstitutionAdmitted | parties.InstitutionSuspended | parties.InstitutionReinstated | parties.PolicySet
    | parties.KeyAdded | parties.KeyRetired | parties.KeyStolen | parties.GovernorNominated | parties.GovernorSeated
    | parties.GovernorDismissed | parties.ThresholdSet | parties.SuccessorNamed | parties.Frozen | parties.Unfrozen
)  # fmt: skip

# keccak-256 of the signatures, written out since hashing them costs an import; a test computes them from the artefact.
REGISTERED = bytes.fromhex("3953c0f2874409e125129c22fcd126470152de3c2e19c4b23a9da13d0351e997")
AMENDED = bytes.fromhex("5119041c64ecfc8b73e38326bfc72d509ad988a6868117facf8890892fdd4b61")
SUPERSEDED = bytes.fromhex("f1a27c47ced31a1189fa48a142634e09ecb4ff98fd1258d32ab82b7df3473d4f")
WITHDRAWN = bytes.fromhex("9246ebe6ec8ced94927d304f4d83985cae461c75ee8bc49283c4e3e4ab1f7d62")
ENTRY_SKIPPED = bytes.fromhex("af627c1e48b0801fefa1257e1b7ce08c6b0f7e99bd8d8c183c71f49840e3ef7c")
UNITS_COMMITTED = bytes.fromhex("2a494d725f3b44c1d8347a54671da171edcd5446d72bed28b0937b0a53891de8")
DELIVERED = bytes.fromhex("08b14626f757073fa84f5e6e0078e262fcb9dce9732bd59d6d73ad21d08d489b")
DELIVERY_ACCEPTED = bytes.fromhex("ce3547444eac7b173b1bd27758c495575647be3725f8511e864d3a918105f8a1")
DELIVERY_RETURNED = bytes.fromhex("1dc5614697e273cf785cb4d9fd525f117fdc5d817a6c099167299eebd7d23661")
ATTESTED = bytes.fromhex("a0102809f581846114af938aa50544b8bae50ef3db06de892cfe0920ffbf9997")
CHAIN_ANCHORED = bytes.fromhex("557a93ad42f8b1c7d60db0a2dedf207f24cf385a1dc955f90450fb579cceac28")
PROPOSAL_APPROVED = bytes.fromhex("3a1cdfd373bbf0e6b10d09a9863a710282948a67b10c1354696cecdd2c6b0a5d")
GOVERNED = bytes.fromhex("1c96a7eb7519202dff181f31857b801e5fbb1bca6e1caf5bc023138a21b8514f")
INSTITUTION_ADMITTED = bytes.fromhex("6d423bc95ca9ce073dddafe6696c8961d648e1ca74946121c2aeecc116d63283")
INSTITUTION_SUSPENDED = bytes.fromhex("1cb8b932d181e4583188e49a334e2dd432ce996b1cbdf4adb3adf30b7b261f4f")
INSTITUTION_REINSTATED = bytes.fromhex("260351de4e82fa283b63341a47b0e39b906b53c54c98503254fa2a32ab1a92db")
POLICY_SET = bytes.fromhex("42271f7f453879d91cbabfc560834b436cac83c4818222ecfdcc4d5cfbfe48f1")
KEY_ADDED = bytes.fromhex("da6dfcd41ab268182f325e1a4ee10bd3c43647664de5c0e9077e28a45a382812")
KEY_RETIRED = bytes.fromhex("fb0f6ded809108a662b0a80083ee3e2e298a9b5f80dc174a4e87381ef87ec0f0")
KEY_STOLEN = bytes.fromhex("3ef474e37950d038d8f05f97556edd122c63066e63285c467b9ec7c05fe4ed2d")
GOVERNOR_NOMINATED = bytes.fromhex("89b4121e4a87865a9f30a50b262c3fbcddd79faadc53036a883cc3bf450b287d")
GOVERNOR_SEATED = bytes.fromhex("95b159561eca88d8a54531a9156eefaf96b7a5719a8d0b7ee91db688b04c4402")
GOVERNOR_DISMISSED = bytes.fromhex("fc186b0a97691e914796658c2a918f7ace91f1354b868dc37df2d1e9af2a3d46")
THRESHOLD_SET = bytes.fromhex("ab9e934c4c385fe1d9531a45a1c293cc6ad8cc41a8e6e0fde5b574ee95a8dacc")
SUCCESSOR_NAMED = bytes.fromhex("05ffc39410c2c0985a803db64b9c3da12c4b57a97c35a1349c2cc9d0b8b44757")
FROZEN = bytes.fromhex("3fc218fecac9dcab2910dff8716e974df2cfa6e4bdd945c462b19b754f7f14e8")
UNFROZEN = bytes.fromhex("4b47875b51994ec245176f27b8212eac9d64e08d4d285f9b79cbf530e21894ed")

_VERSION = {
    "institution": "bytes8", "number": "bytes32", "content_digest": "bytes32", "kind": "uint8", "version": "uint32",
    "metadata_digest": "bytes32", "cid": "bytes", "programme": "bytes32", "period": "uint16", "lot": "bytes32",
    "replaces": "bytes32", "earlier_receipt": "bytes32",
}  # fmt: skip
_BECAUSE = {"reason": "uint8", "document": "bytes32"}
_PAPER = {"document": "bytes32"}
_DELIVERY = {"institution": "bytes8", "recipient": "bytes8", "package_digest": "bytes32"}
_KEY = {"institution": "bytes8", "account": "address"}
LAYOUTS: dict[bytes, tuple[int, Layout]] = {
    REGISTERED: (3, Layout(records.Registered, **_VERSION)),
    AMENDED: (3, Layout(records.Amended, **_VERSION, **_BECAUSE)),
    SUPERSEDED: (3, Layout(records.Superseded, **_VERSION, **_BECAUSE)),
    WITHDRAWN: (
        2, Layout(records.Withdrawn, institution="bytes8", number="bytes32", version="uint32", **_BECAUSE)
    ),
    ENTRY_SKIPPED: (
        3,
        Layout(
            records.EntrySkipped, institution="bytes8", number="bytes32", content_digest="bytes32", reason="uint8"
        ),
    ),
    UNITS_COMMITTED: (
        3,
        Layout(
            records.UnitsCommitted, institution="bytes8", root="bytes32", list_digest="bytes32", claimed="uint32",
            cid="bytes", programme="bytes32", period="uint16", lot="bytes32", counting_rule="bytes32",
            parent="bytes32", earlier_receipt="bytes32",
        ),
    ),
    DELIVERED: (
        3,
        Layout(
            exchange.Delivered, **_DELIVERY, claimed="uint32", programme="bytes32", period="uint16", lot="bytes32",
            **_PAPER,
        ),
    ),
    DELIVERY_ACCEPTED: (3, Layout(exchange.DeliveryAccepted, **_DELIVERY, **_PAPER)),
    DELIVERY_RETURNED: (3, Layout(exchange.DeliveryReturned, **_DELIVERY, **_PAPER)),
    ATTESTED: (
        3,
        Layout(
            exchange.Attested, institution="bytes8", subject="bytes32", digest="bytes32", account="address",
            role="uint8", kind="uint8", verdict="uint8",
        ),
    ),
    CHAIN_ANCHORED: (
        3,
        Layout(
            exchange.ChainAnchored, institution="bytes8", genesis_hash="bytes32", header_hash="bytes32",
            height="uint64", headers_root="bytes32",
        ),
    ),
    PROPOSAL_APPROVED: (
        2,
        Layout(
            parties.ProposalApproved, proposal="bytes32", governor="address", epoch="uint64", approvals="uint32",
            call="bytes", expires="uint64", **_PAPER,
        ),
    ),
    GOVERNED: (2, Layout(parties.Governed, sequence="uint64", proposal="bytes32")),
    INSTITUTION_ADMITTED: (
        2, Layout(parties.InstitutionAdmitted, institution="bytes8", profile_digest="bytes32", one_person="bool")
    ),
    INSTITUTION_SUSPENDED: (1, Layout(parties.InstitutionSuspended, institution="bytes8", **_PAPER)),
    INSTITUTION_REINSTATED: (1, Layout(parties.InstitutionReinstated, institution="bytes8", **_PAPER)),
    POLICY_SET: (1, Layout(parties.PolicySet, institution="bytes8", one_person="bool")),
    KEY_ADDED: (2, Layout(parties.KeyAdded, **_KEY, role="uint8")),
    KEY_RETIRED: (2, Layout(parties.KeyRetired, **_KEY, until="uint64")),
    KEY_STOLEN: (2, Layout(parties.KeyStolen, **_KEY, until="uint64")),
    GOVERNOR_NOMINATED: (1, Layout(parties.GovernorNominated, account="address")),
    GOVERNOR_SEATED: (1, Layout(parties.GovernorSeated, account="address")),
    GOVERNOR_DISMISSED: (1, Layout(parties.GovernorDismissed, account="address")),
    THRESHOLD_SET: (0, Layout(parties.ThresholdSet, threshold="uint32")),
    SUCCESSOR_NAMED: (1, Layout(parties.SuccessorNamed, successor="address", **_PAPER)),
    FROZEN: (1, Layout(parties.Frozen, number="bytes32", **_PAPER)),
    UNFROZEN: (1, Layout(parties.Unfrozen, number="bytes32", **_PAPER)),
}  # fmt: skip
"""Topic → how many of the event's fields are indexed (the first ones), and how it is laid out."""
_TOPICS = {layout.kind: topic for topic, (_, layout) in LAYOUTS.items()}


def decode_log(topics: Sequence[bytes], data: bytes) -> Event:
    """Read a raw log of the registry (topics of 32 bytes each, data).

    Raises:
        MalformedEvent: not an event of the registry, or not the one encoding that the registry emits.
    """
    found = LAYOUTS.get(topics[0]) if topics else None
    if found is None:
        raise MalformedEvent("不是登记合约的事件", "no event of the registry")
    indexed, layout = found
    name = layout.kind.__name__
    if len(topics) != 1 + indexed:
        raise MalformedEvent(f"事件 {name} 的主题数不对", f"{name} with {len(topics)} topics")
    try:
        read = [abi.decode_word(str(type_), topic) for type_, topic in zip(layout.types, topics[1:], strict=False)]
        event: Event = layout.build([*read, *abi.decode_fields(layout.types[indexed:], data)])
    except abi.MisfitError as error:
        raise MalformedEvent(f"事件 {name} 编码不规范:{error}", f"malformed event {name}: {error}") from error
    return event


def encode_log(event: Event) -> tuple[list[bytes], bytes]:
    """Give topics and data of the log by which the registry emits an event; raise MisfitError where it cannot."""
    topic = _TOPICS[type(event)]
    indexed, layout = LAYOUTS[topic]
    values = layout.plain(event)
    words = [abi.encode_word(str(type_), value) for type_, value in zip(layout.types, values[:indexed], strict=False)]
    return [topic, *words], abi.encode_fields(layout.types[indexed:], values[indexed:])


def commitment(version: Version) -> bytes:
    """Give what `commitmentOf` holds for a version: keccak-256 of the ABI-encoded (institution, entry, version)."""
    from eth_hash.auto import keccak

    fields: tuple[abi.Type, ...] = ("bytes8", ENTRY.types, "uint32")
    return keccak(abi.encode_fields(fields, (version.institution, ENTRY.plain(version.entry()), version.version)))
