// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Parties} from "./Parties.sol";

/// @title The second person: reviewers' approvals
/// @dev The reviewer is never the sender, since a key has one role. The version is the replay guard, so that nothing
/// about approvals needs to be stored.
abstract contract Approvals is Parties {
    bytes32 private constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant NAME = keccak256("Zhicang");
    bytes32 private constant VERSION = keccak256("1");
    bytes32 private constant APPROVAL = keccak256(
        "Approval(bytes8 institution,uint8 act,bytes32 subject,uint32 version,bytes32 content,uint64 expires)"
    );

    /// @dev Reverts unless the act is approved, or its institution needs no approval and none was given.
    function _requireApproved(
        bytes8 institution,
        Act act,
        bytes32 subject,
        uint32 version,
        bytes32 content,
        Approval calldata approval
    ) internal view {
        Refusal refusal = _refusalOf(institution, act, subject, version, content, approval);
        require(refusal != Refusal.ApprovalExpired, ApprovalExpired(approval.expires));
        require(refusal == Refusal.None, NotApproved(subject));
    }

    function _refusalOf(
        bytes8 institution,
        Act act,
        bytes32 subject,
        uint32 version,
        bytes32 content,
        Approval memory approval
    ) internal view returns (Refusal) {
        if (approval.expires == 0 && approval.r == 0 && approval.vs == 0) {
            return _institutions[institution].onePerson ? Refusal.None : Refusal.NotApproved;
        }
        if (block.timestamp > approval.expires) return Refusal.ApprovalExpired;
        bytes32 typed = keccak256(abi.encode(APPROVAL, institution, act, subject, version, content, approval.expires));
        bytes32 digest = MessageHashUtils.toTypedDataHash(_domain(), typed);
        // A signature that is none gives the zero address, which is never a key; one with a high s is none.
        (address reviewer,,) = ECDSA.tryRecover(digest, approval.r, approval.vs);
        Key storage key = _keys[reviewer];
        bool good = key.institution == institution && key.role == Role.Reviewer && key.status == KeyStatus.Active;
        return good ? Refusal.None : Refusal.NotApproved;
    }

    /// @dev Computed anew each time, not immutable: the code of every registry is then the same, and so is its hash.
    function _domain() private view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN, NAME, VERSION, block.chainid, address(this)));
    }
}
