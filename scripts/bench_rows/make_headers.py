"""Make a QBFT chain without transactions: make_headers.py FOLDER COUNT; four validators, three seals a header.

FOLDER/blocks has one JSON-RPC block a line, FOLDER/anchor.json the trust anchor. The registry that the anchor names has
no code, and the anchor says so: what is measured is headers.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

from coincurve import PrivateKey

from node.chain.embedded.genesis import genesis_header
from node.chain.embedded.state import EMPTY_CODE_HASH
from node.receipts.anchor import TrustAnchor
from node.receipts.founding import AnchoredInstitution, Founding
from node.receipts.header import Extra, header_to_json
from node.receipts.signature import address_of

folder, count = Path(sys.argv[1]), int(sys.argv[2])
keys = sorted((PrivateKey(bytes([number]) * 32) for number in range(1, 5)), key=lambda key: address_of(key.public_key))
validators = tuple(address_of(key.public_key) for key in keys)
unsealed = Extra(validators=validators).encode()
header = replace(genesis_header(validator=bytes(20), timestamp=1_700_000_000), extra_data=unsealed)
genesis_hash = header.block_hash
with (folder / "blocks").open("w") as blocks:
    blocks.write(json.dumps(header_to_json(header) | {"transactions": []}) + "\n")
    for height in range(1, count + 1):
        header = replace(
            header, parent_hash=header.block_hash, number=height, timestamp=header.timestamp + 1,
            miner=validators[height % 4], extra_data=unsealed,
        )  # fmt: skip
        seals = tuple(key.sign_recoverable(header.seal_digest, hasher=None) for key in keys[:3])
        header = replace(header, extra_data=Extra(validators=validators, seals=seals).encode())
        blocks.write(json.dumps(header_to_json(header) | {"transactions": []}) + "\n")
institution = AnchoredInstitution(
    code="14000001", name="bench", credit_code="12140000DEM000001M", region="140000", registrars=(bytes(20),),
    one_person=True,
)  # fmt: skip
founding = Founding(
    chain_id=1234567892, genesis_hash=genesis_hash, registry=bytes(20), registry_code_hash=EMPTY_CODE_HASH,
    validators=validators, governors=(b"\1" * 20,), threshold=1, institutions=(institution,),
)  # fmt: skip
(folder / "anchor.json").write_bytes(TrustAnchor(founding=founding).to_json_bytes())
