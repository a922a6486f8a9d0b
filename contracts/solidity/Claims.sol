// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IResourceRegistry} from "./IResourceRegistry.sol";

/// @dev The longest binary CIDv1 that is taken.
uint256 constant LONGEST_CID = 64;

function fits(bytes calldata cid) pure returns (bool) {
    return cid.length != 0 && cid.length <= LONGEST_CID;
}

/// @title What institutions claim to have done, by project year
/// @dev Counts what was registered and committed and never goes down: withdrawn records, corrected batches and what was
/// claimed too much are in it. What counts is recomputed from the records and lists by a published rule.
abstract contract Claims is IResourceRegistry {
    mapping(bytes8 institution => mapping(uint16 period => Claimed)) private _claimed;

    /// @inheritdoc IResourceRegistry
    function claimedOf(bytes8 institution, uint16 period) external view returns (Claimed memory) {
        return _claimed[institution][period];
    }

    function _claimResource(bytes8 institution, uint16 period) internal {
        ++_claimed[institution][period].resources;
    }

    function _claimUnits(bytes8 institution, uint16 period, uint32 units) internal {
        _claimed[institution][period].units += units;
    }
}
