// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Exchange} from "./Exchange.sol";
import {Governing} from "./Governing.sol";
import {Institutions} from "./Institutions.sol";
import {Records} from "./Records.sol";
import {Units} from "./Units.sol";

/// @title Registry of digital resources
/// @dev Every act takes gas that does not depend on what the registry holds. Not upgradeable: whoever checks a receipt
/// years later must know that nobody could change these rules.
contract ResourceRegistry is Governing, Institutions, Records, Units, Exchange {
    /// @dev The founding: the transaction that creates the registry says all that an anchor starts from.
    /// @param governors accounts that govern
    /// @param threshold how many of them must approve a proposal
    /// @param institutions those that are admitted from the start
    constructor(address[] memory governors, uint32 threshold, Admission[] memory institutions) {
        for (uint256 i = 0; i < governors.length; ++i) {
            _requireUnused(governors[i]);
            _seat(governors[i]);
        }
        _setThreshold(threshold);
        for (uint256 i = 0; i < institutions.length; ++i) {
            _admit(institutions[i]);
        }
    }
}
