// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IResourceRegistry} from "./IResourceRegistry.sol";

/// @title Who may act: governors, institutions and their keys
/// @dev Owns this state and the rules that every act begins with. An account is governor or key of an institution, never
/// both: a key that lies open in a running node must not govern, too.
abstract contract Parties is IResourceRegistry {
    enum Seat {
        None,
        Nominated,
        Taken
    }

    /// @dev Must stay the first variable: proofs about governance are proofs about storage slot 0.
    Governance internal _governance;
    mapping(address account => Seat) internal _seats;
    mapping(bytes8 institution => Institution) internal _institutions;
    mapping(address account => Key) internal _keys;

    /// @dev For what only an executed proposal can do: the registry calls itself.
    modifier onlyGovernance() {
        require(msg.sender == address(this), NotGovernance(msg.sender));
        _;
    }

    /// @dev For what a key does itself. With a contract between, the transaction would not say who did what, and neither
    /// a receipt nor an anchor could be made of it; no call can then re-enter, either.
    modifier direct() {
        // Not about trust in the sender, which tx.origin must never be used for: it refuses contracts.
        require(msg.sender == tx.origin, NotDirect(msg.sender)); // solhint-disable-line avoid-tx-origin
        _;
    }

    /// @inheritdoc IResourceRegistry
    function governance() external view returns (Governance memory) {
        return _governance;
    }

    /// @inheritdoc IResourceRegistry
    function isGovernor(address account) external view returns (bool) {
        return _seats[account] == Seat.Taken;
    }

    /// @inheritdoc IResourceRegistry
    function institutionOf(bytes8 institution) external view returns (Institution memory) {
        return _institutions[institution];
    }

    /// @inheritdoc IResourceRegistry
    function keyOf(address account) external view returns (Key memory) {
        return _keys[account];
    }

    /// @inheritdoc IResourceRegistry
    function isKnown(address account) external view returns (bool) {
        return _seats[account] != Seat.None || _keys[account].status == KeyStatus.Active;
    }

    /// @dev Counts an act of governance, so that whoever knows all acts up to a number knows every key.
    function _countGovernance() internal returns (uint64) {
        return ++_governance.sequence;
    }

    /// @dev Gives the institution that the sender may act for; `needed` is None where any role will do.
    function _actingFor(Role needed) internal view returns (bytes8 institution) {
        Key storage key = _keys[msg.sender];
        bool fits = needed == Role.None || key.role == needed;
        require(fits && key.status == KeyStatus.Active, NotPermitted(msg.sender, needed));
        institution = key.institution;
        _requireAdmitted(institution);
    }

    function _requireAdmitted(bytes8 institution) internal view {
        Standing standing = _institutions[institution].standing;
        require(standing != Standing.None, UnknownInstitution(institution));
        require(standing != Standing.Suspended, SuspendedInstitution(institution));
    }

    function _requireUnused(address account) internal view {
        require(account != address(0), ZeroAccount());
        require(_keys[account].role == Role.None, AccountTaken(account, _keys[account].institution));
        require(_seats[account] == Seat.None, AlreadyGovernor(account));
    }
}
