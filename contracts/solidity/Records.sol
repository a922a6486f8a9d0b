// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Approvals} from "./Approvals.sol";
import {Claims, fits} from "./Claims.sol";
import {IResourceRegistry} from "./IResourceRegistry.sol";

/// @title Records of resources: registered, amended, superseded, withdrawn, frozen
abstract contract Records is Approvals, Claims {
    uint8 private constant KIND_FILE = 1;
    uint8 private constant KIND_TREE = 2;
    uint8 private constant LAST_REASON = 9;
    uint32 private constant FIRST_VERSION = 1;

    mapping(bytes32 number => RecordState) private _records;

    /// @inheritdoc IResourceRegistry
    mapping(bytes32 number => mapping(uint32 version => bytes32 commitment)) public commitmentOf;
    /// @inheritdoc IResourceRegistry
    mapping(uint8 kind => mapping(bytes32 contentDigest => bytes32 number)) public numberByDigest;

    /// @inheritdoc IResourceRegistry
    function register(Entry calldata entry, Approval calldata approval) external direct {
        bytes8 institution = _actingFor(Role.Registrar);
        Refusal refusal = _refusalOf(institution, entry, approval);
        require(refusal != Refusal.AlreadyRegistered, AlreadyRegistered(entry.number));
        require(refusal != Refusal.NotApproved, NotApproved(entry.number));
        require(refusal != Refusal.ApprovalExpired, ApprovalExpired(approval.expires));
        _revertFor(refusal, institution, entry);
        _register(institution, entry);
    }

    /// @inheritdoc IResourceRegistry
    function registerMany(Entry[] calldata entries, Approval[] calldata approvals) external direct {
        bytes8 institution = _actingFor(Role.Registrar);
        require(entries.length != 0, NoEntries());
        bool fit = approvals.length == 0 || approvals.length == entries.length;
        require(fit, ApprovalsDoNotFit(entries.length, approvals.length));
        Approval memory approval;
        for (uint256 i = 0; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            if (approvals.length != 0) approval = approvals[i];
            Refusal refusal = _refusalOf(institution, entry, approval);
            if (refusal == Refusal.None) {
                _register(institution, entry);
            } else {
                emit EntrySkipped(institution, entry.number, entry.contentDigest, refusal);
            }
        }
    }

    /// @inheritdoc IResourceRegistry
    function amend(
        Entry calldata entry,
        bytes32 formerMetadataDigest,
        uint32 version,
        Reason calldata reason,
        Approval calldata approval
    ) external direct {
        bytes8 institution = _actingFor(Role.Registrar);
        _requireNext(institution, entry.number, version, reason);
        require(entry.metadataDigest != 0, ZeroDigest());
        Entry memory former = entry;
        former.metadataDigest = formerMetadataDigest;
        bytes32 expected = keccak256(abi.encode(institution, former, version - 1));
        require(commitmentOf[entry.number][version - 1] == expected, ContentChanged(entry.number));
        bytes32 content = keccak256(abi.encode(entry, reason));
        _requireApproved(institution, Act.Amend, entry.number, version, content, approval);
        _append(institution, entry, version);
        emit Amended(
            institution,
            entry.number,
            entry.contentDigest,
            entry.kind,
            version,
            entry.metadataDigest,
            entry.cid,
            entry.programme,
            entry.period,
            entry.lot,
            entry.replaces,
            entry.earlierReceipt,
            reason.code,
            reason.document
        );
    }

    /// @inheritdoc IResourceRegistry
    function supersede(
        Entry calldata entry,
        uint32 version,
        Reason calldata reason,
        Approval calldata approval
    ) external direct {
        bytes8 institution = _actingFor(Role.Registrar);
        _requireNext(institution, entry.number, version, reason);
        _revertFor(_refusalOf(institution, entry), institution, entry);
        bytes32 content = keccak256(abi.encode(entry, reason));
        _requireApproved(institution, Act.Supersede, entry.number, version, content, approval);
        _append(institution, entry, version);
        numberByDigest[entry.kind][entry.contentDigest] = entry.number;
        emit Superseded(
            institution,
            entry.number,
            entry.contentDigest,
            entry.kind,
            version,
            entry.metadataDigest,
            entry.cid,
            entry.programme,
            entry.period,
            entry.lot,
            entry.replaces,
            entry.earlierReceipt,
            reason.code,
            reason.document
        );
    }

    /// @inheritdoc IResourceRegistry
    function withdraw(
        bytes32 number,
        uint32 version,
        Reason calldata reason,
        Approval calldata approval
    ) external direct {
        bytes8 institution = _actingFor(Role.Registrar);
        RecordState storage state = _requireOpen(institution, number, reason);
        require(version == state.version, WrongVersion(number, version, state.version));
        _requireApproved(institution, Act.Withdraw, number, version, keccak256(abi.encode(reason)), approval);
        state.status = RecordStatus.Withdrawn;
        state.height = uint64(block.number);
        state.time = uint64(block.timestamp);
        emit Withdrawn(institution, number, version, reason.code, reason.document);
    }

    /// @inheritdoc IResourceRegistry
    function freeze(bytes32 number, bytes32 document) external onlyGovernance {
        RecordState storage state = _requireRegistered(number);
        require(!state.frozen, FrozenRecord(number));
        state.frozen = true;
        emit Frozen(number, document);
    }

    /// @inheritdoc IResourceRegistry
    function unfreeze(bytes32 number, bytes32 document) external onlyGovernance {
        RecordState storage state = _records[number];
        require(state.frozen, NotFrozen(number));
        state.frozen = false;
        emit Unfrozen(number, document);
    }

    /// @inheritdoc IResourceRegistry
    function recordOf(bytes32 number) external view returns (RecordState memory) {
        return _records[number];
    }

    function _register(bytes8 institution, Entry calldata entry) private {
        _append(institution, entry, FIRST_VERSION);
        numberByDigest[entry.kind][entry.contentDigest] = entry.number;
        _claimResource(institution, entry.period);
        emit Registered(
            institution,
            entry.number,
            entry.contentDigest,
            entry.kind,
            FIRST_VERSION,
            entry.metadataDigest,
            entry.cid,
            entry.programme,
            entry.period,
            entry.lot,
            entry.replaces,
            entry.earlierReceipt
        );
    }

    function _append(bytes8 institution, Entry calldata entry, uint32 version) private {
        _records[entry.number] = RecordState({
            status: RecordStatus.Registered,
            frozen: false,
            kind: entry.kind,
            version: version,
            height: uint64(block.number),
            time: uint64(block.timestamp)
        });
        commitmentOf[entry.number][version] = keccak256(abi.encode(institution, entry, version));
    }

    /// @dev Says why an entry cannot be registered, or None.
    function _refusalOf(
        bytes8 institution,
        Entry calldata entry,
        Approval memory approval
    ) private view returns (Refusal refusal) {
        refusal = _refusalOf(institution, entry);
        if (refusal != Refusal.None) return refusal;
        if (_records[entry.number].status != RecordStatus.None) return Refusal.AlreadyRegistered;
        bytes32 content = keccak256(abi.encode(entry));
        return _refusalOf(institution, Act.Register, entry.number, FIRST_VERSION, content, approval);
    }

    /// @dev Says why an entry can be no version of a record, whichever it is, or None.
    function _refusalOf(bytes8 institution, Entry calldata entry) private view returns (Refusal) {
        if (bytes8(entry.number) != institution) return Refusal.WrongInstitution;
        if (uint64(uint256(entry.number)) != 0) return Refusal.MalformedNumber;
        if (entry.kind != KIND_FILE && entry.kind != KIND_TREE) return Refusal.UnknownKind;
        if (entry.contentDigest == 0 || entry.metadataDigest == 0) return Refusal.ZeroDigest;
        if (entry.period == 0) return Refusal.ZeroPeriod;
        if (!fits(entry.cid)) return Refusal.BadCid;
        if (entry.replaces != 0 && !_isOtherOwnRecord(entry)) return Refusal.UnknownReplaced;
        return Refusal.None;
    }

    function _isOtherOwnRecord(Entry calldata entry) private view returns (bool) {
        bool own = bytes8(entry.replaces) == bytes8(entry.number) && entry.replaces != entry.number;
        return own && _records[entry.replaces].status != RecordStatus.None;
    }

    function _revertFor(Refusal refusal, bytes8 institution, Entry calldata entry) private pure {
        if (refusal == Refusal.None) return;
        if (refusal == Refusal.WrongInstitution) revert WrongInstitution(entry.number, institution);
        if (refusal == Refusal.MalformedNumber) revert MalformedNumber(entry.number);
        if (refusal == Refusal.UnknownKind) revert UnknownKind(entry.kind);
        if (refusal == Refusal.ZeroDigest) revert ZeroDigest();
        if (refusal == Refusal.ZeroPeriod) revert ZeroPeriod();
        if (refusal == Refusal.BadCid) revert BadCid(entry.cid.length);
        revert UnknownReplaced(entry.replaces);
    }

    function _requireNext(bytes8 institution, bytes32 number, uint32 version, Reason calldata reason) private view {
        uint32 current = _requireOpen(institution, number, reason).version;
        require(version == uint256(current) + 1, WrongVersion(number, version, current));
    }

    /// @dev Gives the state of a record that its institution may change for this reason.
    function _requireOpen(
        bytes8 institution,
        bytes32 number,
        Reason calldata reason
    ) private view returns (RecordState storage state) {
        require(bytes8(number) == institution, WrongInstitution(number, institution));
        state = _requireRegistered(number);
        require(!state.frozen, FrozenRecord(number));
        require(reason.code != 0 && reason.code <= LAST_REASON, UnknownReason(reason.code));
    }

    function _requireRegistered(bytes32 number) private view returns (RecordState storage state) {
        state = _records[number];
        require(state.status != RecordStatus.None, UnknownRecord(number));
        require(state.status != RecordStatus.Withdrawn, AlreadyWithdrawn(number));
    }
}
