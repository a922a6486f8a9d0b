// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Parties} from "./Parties.sol";
import {IResourceRegistry} from "./IResourceRegistry.sol";

/// @title Institutions and their keys
/// @dev Nothing about a key is ever erased: a record that was made under a key that was good then stays good.
abstract contract Institutions is Parties {
    /// @inheritdoc IResourceRegistry
    function retireOwnKey() external direct {
        require(msg.data.length == 4, NotCanonical());
        _retire(msg.sender);
        emit Governed(_countGovernance(), 0);
    }

    /// @inheritdoc IResourceRegistry
    function admit(Admission calldata admission) external onlyGovernance {
        _admit(admission);
    }

    /// @inheritdoc IResourceRegistry
    function suspend(bytes8 institution, bytes32 document) external onlyGovernance {
        _requireAdmitted(institution);
        _institutions[institution].standing = Standing.Suspended;
        emit InstitutionSuspended(institution, document);
    }

    /// @inheritdoc IResourceRegistry
    function reinstate(bytes8 institution, bytes32 document) external onlyGovernance {
        require(_institutions[institution].standing == Standing.Suspended, NotSuspended(institution));
        _institutions[institution].standing = Standing.Admitted;
        emit InstitutionReinstated(institution, document);
    }

    /// @inheritdoc IResourceRegistry
    function setPolicy(bytes8 institution, bool onePerson) external onlyGovernance {
        _requireInstitution(institution);
        _institutions[institution].onePerson = onePerson;
        emit PolicySet(institution, onePerson);
    }

    /// @inheritdoc IResourceRegistry
    function addKey(bytes8 institution, address account, Role role) external onlyGovernance {
        _requireInstitution(institution);
        require(role != Role.None, UnknownRole());
        _addKey(institution, account, role);
    }

    /// @inheritdoc IResourceRegistry
    function retireKey(address account) external onlyGovernance {
        _retire(account);
    }

    /// @inheritdoc IResourceRegistry
    function revokeStolenKey(address account, uint64 from) external onlyGovernance {
        Key storage key = _keys[account];
        require(key.status != KeyStatus.None, KeyNotActive(account));
        uint64 end = key.status == KeyStatus.Active ? _nextHeight() : key.until;
        require(key.since <= from && from < end, HeightOutOfRange(from));
        key.status = KeyStatus.Stolen;
        key.until = from;
        emit KeyStolen(key.institution, account, from);
    }

    function _admit(Admission memory admission) internal {
        bytes8 institution = admission.institution;
        require(_isCode(institution), MalformedCode(institution));
        require(admission.profileDigest != 0, ZeroDigest());
        require(_institutions[institution].standing == Standing.None, AlreadyAdmitted(institution));
        _institutions[institution] = Institution({
            standing: Standing.Admitted,
            onePerson: admission.onePerson,
            profileDigest: admission.profileDigest
        });
        emit InstitutionAdmitted(institution, admission.profileDigest, admission.onePerson);
        _addKeys(institution, admission.registrars, Role.Registrar);
        _addKeys(institution, admission.reviewers, Role.Reviewer);
        _addKeys(institution, admission.auditors, Role.Auditor);
    }

    function _addKeys(bytes8 institution, address[] memory accounts, Role role) private {
        for (uint256 i = 0; i < accounts.length; ++i) {
            _addKey(institution, accounts[i], role);
        }
    }

    function _addKey(bytes8 institution, address account, Role role) private {
        _requireUnused(account);
        _keys[account] = Key({
            institution: institution,
            role: role,
            status: KeyStatus.Active,
            since: uint64(block.number),
            until: 0
        });
        emit KeyAdded(institution, account, role);
    }

    /// @dev The key is good up to this very header, which may hold acts that it did just before.
    function _retire(address account) private {
        Key storage key = _keys[account];
        require(key.status == KeyStatus.Active, KeyNotActive(account));
        key.status = KeyStatus.Retired;
        key.until = _nextHeight();
        emit KeyRetired(key.institution, account, key.until);
    }

    function _requireInstitution(bytes8 institution) private view {
        require(_institutions[institution].standing != Standing.None, UnknownInstitution(institution));
    }

    function _nextHeight() private view returns (uint64) {
        return uint64(block.number) + 1;
    }

    /// @dev Tells whether it is eight digits or capital letters: a code that no number could be printed with would stay.
    function _isCode(bytes8 institution) private pure returns (bool) {
        for (uint256 i = 0; i < 8; ++i) {
            bytes1 character = institution[i];
            bool digit = character >= "0" && character <= "9";
            if (!digit && (character < "A" || character > "Z")) return false;
        }
        return true;
    }
}
