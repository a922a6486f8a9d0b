// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Approvals} from "./Approvals.sol";
import {Claims, fits} from "./Claims.sol";
import {IResourceRegistry} from "./IResourceRegistry.sol";

/// @title Batches of units
abstract contract Units is Approvals, Claims {
    mapping(bytes32 root => UnitBatchState) private _unitBatches;

    /// @inheritdoc IResourceRegistry
    function commitUnits(UnitBatch calldata batch, Approval calldata approval) external direct {
        bytes8 institution = _actingFor(Role.Registrar);
        require(batch.root != 0 && batch.listDigest != 0, ZeroDigest());
        require(batch.claimed != 0, NothingClaimed());
        require(batch.period != 0, ZeroPeriod());
        require(fits(batch.cid), BadCid(batch.cid.length));
        require(_unitBatches[batch.root].claimed == 0, AlreadyCommitted(batch.root));
        _requireApproved(institution, Act.CommitUnits, batch.root, 0, keccak256(abi.encode(batch)), approval);
        _unitBatches[batch.root] = UnitBatchState({
            institution: institution,
            claimed: batch.claimed,
            height: uint64(block.number),
            time: uint64(block.timestamp)
        });
        _claimUnits(institution, batch.period, batch.claimed);
        emit UnitsCommitted(
            institution,
            batch.root,
            batch.listDigest,
            batch.claimed,
            batch.cid,
            batch.programme,
            batch.period,
            batch.lot,
            batch.countingRule,
            batch.parent,
            batch.earlierReceipt
        );
    }

    /// @inheritdoc IResourceRegistry
    function unitBatchOf(bytes32 root) external view returns (UnitBatchState memory) {
        return _unitBatches[root];
    }

    /// @inheritdoc IResourceRegistry
    function verifyUnit(bytes32 root, bytes32 unitDigest, bytes32[] calldata proof) external view returns (bool) {
        // Hashed twice, so that no inner node of the tree can be passed off as a unit.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(unitDigest))));
        return _unitBatches[root].claimed != 0 && MerkleProof.verifyCalldata(proof, root, leaf);
    }
}
