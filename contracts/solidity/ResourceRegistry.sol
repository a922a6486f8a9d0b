// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IResourceRegistry} from "./IResourceRegistry.sol";

/// @title Registry of digital resources
/// @dev The governor holds DEFAULT_ADMIN_ROLE. Every act takes gas that does not depend on what the registry holds.
/// Not upgradeable: whoever checks a receipt years later must know that nobody could change these rules.
contract ResourceRegistry is IResourceRegistry, AccessControl {
    /// @notice Role of the keys that register for their institution.
    bytes32 public constant REGISTRAR_ROLE = keccak256("REGISTRAR_ROLE");

    uint8 private constant STATUS_REGISTERED = 1;
    uint8 private constant KIND_FILE = 1;
    uint8 private constant KIND_TREE = 2;
    uint32 private constant FIRST_VERSION = 1;
    uint256 private constant LONGEST_CID = 64;

    /// @inheritdoc IResourceRegistry
    mapping(bytes8 institution => bytes32 profileDigest) public profileOf;
    /// @inheritdoc IResourceRegistry
    mapping(address account => bytes8 institution) public institutionOf;
    /// @inheritdoc IResourceRegistry
    mapping(bytes32 number => mapping(uint32 version => bytes32 commitment)) public commitmentOf;
    /// @inheritdoc IResourceRegistry
    mapping(uint8 kind => mapping(bytes32 contentDigest => bytes32 number)) public numberByDigest;

    mapping(bytes32 number => RecordState) private _records;
    mapping(bytes32 root => UnitBatchState) private _unitBatches;

    /// @param governor account that admits institutions
    constructor(address governor) {
        require(governor != address(0), ZeroAccount());
        _grantRole(DEFAULT_ADMIN_ROLE, governor);
    }

    /// @inheritdoc IResourceRegistry
    function admit(
        bytes8 institution,
        bytes32 profileDigest,
        address registrar
    ) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(institution != 0, ZeroInstitution());
        require(profileDigest != 0, ZeroDigest());
        require(profileOf[institution] == 0, AlreadyAdmitted(institution));
        profileOf[institution] = profileDigest;
        emit InstitutionAdmitted(institution, profileDigest);
        _addRegistrar(institution, registrar);
    }

    /// @inheritdoc IResourceRegistry
    function addRegistrar(bytes8 institution, address registrar) external onlyRole(DEFAULT_ADMIN_ROLE) {
        require(profileOf[institution] != 0, UnknownInstitution(institution));
        _addRegistrar(institution, registrar);
    }

    /// @inheritdoc IResourceRegistry
    function register(Entry calldata entry) external onlyRole(REGISTRAR_ROLE) {
        bytes8 institution = institutionOf[msg.sender];
        _revertFor(_refusalOf(institution, entry), institution, entry);
        _register(institution, entry);
    }

    /// @inheritdoc IResourceRegistry
    function registerMany(Entry[] calldata entries) external onlyRole(REGISTRAR_ROLE) {
        require(entries.length != 0, NoEntries());
        bytes8 institution = institutionOf[msg.sender];
        for (uint256 i = 0; i < entries.length; ++i) {
            Entry calldata entry = entries[i];
            Refusal reason = _refusalOf(institution, entry);
            if (reason == Refusal.None) {
                _register(institution, entry);
            } else {
                emit EntrySkipped(institution, entry.number, entry.contentDigest, reason);
            }
        }
    }

    /// @inheritdoc IResourceRegistry
    function commitUnits(UnitBatch calldata batch) external onlyRole(REGISTRAR_ROLE) {
        require(batch.root != 0 && batch.listDigest != 0, ZeroDigest());
        require(batch.claimed != 0, NothingClaimed());
        require(batch.period != 0, ZeroPeriod());
        require(_fits(batch.cid), BadCid(batch.cid.length));
        require(_unitBatches[batch.root].height == 0, AlreadyCommitted(batch.root));
        bytes8 institution = institutionOf[msg.sender];
        _unitBatches[batch.root] = UnitBatchState({
            institution: institution,
            claimed: batch.claimed,
            height: uint64(block.number),
            time: uint64(block.timestamp)
        });
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
            batch.parent
        );
    }

    /// @inheritdoc IResourceRegistry
    function recordOf(bytes32 number) external view returns (RecordState memory) {
        return _records[number];
    }

    /// @inheritdoc IResourceRegistry
    function unitBatchOf(bytes32 root) external view returns (UnitBatchState memory) {
        return _unitBatches[root];
    }

    /// @inheritdoc IResourceRegistry
    function verifyUnit(bytes32 root, bytes32 unitDigest, bytes32[] calldata proof) external view returns (bool) {
        // Hashed twice, so that no inner node of the tree can be passed off as a unit.
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(unitDigest))));
        return _unitBatches[root].height != 0 && MerkleProof.verifyCalldata(proof, root, leaf);
    }

    /// @inheritdoc IResourceRegistry
    function isKnown(address account) external view returns (bool) {
        return hasRole(REGISTRAR_ROLE, account) || hasRole(DEFAULT_ADMIN_ROLE, account);
    }

    /// @dev Keeps the rule that all acts rely on: whoever has the registrar's role belongs to an institution.
    function _grantRole(bytes32 role, address account) internal override returns (bool) {
        require(role != REGISTRAR_ROLE || institutionOf[account] != 0, AccountWithoutInstitution(account));
        return super._grantRole(role, account);
    }

    function _addRegistrar(bytes8 institution, address registrar) private {
        require(registrar != address(0), ZeroAccount());
        require(institutionOf[registrar] == 0, AccountTaken(registrar, institutionOf[registrar]));
        institutionOf[registrar] = institution;
        emit RegistrarAdded(institution, registrar);
        _grantRole(REGISTRAR_ROLE, registrar);
    }

    function _register(bytes8 institution, Entry calldata entry) private {
        _records[entry.number] = RecordState({
            status: STATUS_REGISTERED,
            kind: entry.kind,
            version: FIRST_VERSION,
            height: uint64(block.number),
            time: uint64(block.timestamp)
        });
        commitmentOf[entry.number][FIRST_VERSION] = _commitment(institution, entry);
        numberByDigest[entry.kind][entry.contentDigest] = entry.number;
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
            entry.replaces
        );
    }

    function _refusalOf(bytes8 institution, Entry calldata entry) private view returns (Refusal) {
        if (bytes8(entry.number) != institution) return Refusal.WrongInstitution;
        if (uint64(uint256(entry.number)) != 0) return Refusal.MalformedNumber;
        if (entry.kind != KIND_FILE && entry.kind != KIND_TREE) return Refusal.UnknownKind;
        if (entry.contentDigest == 0 || entry.metadataDigest == 0) return Refusal.ZeroDigest;
        if (entry.period == 0) return Refusal.ZeroPeriod;
        if (!_fits(entry.cid)) return Refusal.BadCid;
        if (_records[entry.number].status != 0) return Refusal.AlreadyRegistered;
        if (entry.replaces != 0 && !_isOwnRecord(institution, entry.replaces)) return Refusal.UnknownReplaced;
        return Refusal.None;
    }

    function _isOwnRecord(bytes8 institution, bytes32 number) private view returns (bool) {
        return bytes8(number) == institution && _records[number].status != 0;
    }

    function _revertFor(Refusal reason, bytes8 institution, Entry calldata entry) private pure {
        if (reason == Refusal.None) return;
        if (reason == Refusal.AlreadyRegistered) revert AlreadyRegistered(entry.number);
        if (reason == Refusal.WrongInstitution) revert WrongInstitution(entry.number, institution);
        if (reason == Refusal.MalformedNumber) revert MalformedNumber(entry.number);
        if (reason == Refusal.UnknownKind) revert UnknownKind(entry.kind);
        if (reason == Refusal.ZeroDigest) revert ZeroDigest();
        if (reason == Refusal.ZeroPeriod) revert ZeroPeriod();
        if (reason == Refusal.BadCid) revert BadCid(entry.cid.length);
        revert UnknownReplaced(entry.replaces);
    }

    function _fits(bytes calldata cid) private pure returns (bool) {
        return cid.length != 0 && cid.length <= LONGEST_CID;
    }

    function _commitment(bytes8 institution, Entry calldata entry) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
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
                entry.replaces
            )
        );
    }
}
