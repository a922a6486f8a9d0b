// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Registry of digital resources, written by the institutions of a library consortium
/// @notice Holds digests, identifiers, status, who and when; never payloads, metadata text or personal data. A record
/// proves that an institution asserted it by the height of its header: neither ownership nor that it was first anywhere.
/// @dev Numbers are 24 ASCII characters in a bytes32, right-padded with zeros; their first 8 are the code of the
/// institution. Programme and lot are digests of their text, or zero. A CID is binary CIDv1.
interface IResourceRegistry {
    /// @notice What one resource is registered with.
    struct Entry {
        /// registration number, never used again
        bytes32 number;
        /// 1 file, 2 tree
        uint8 kind;
        /// SHA-256 of the file's bytes, or of the tree's manifest
        bytes32 contentDigest;
        /// SHA-256 of the canonical metadata
        bytes32 metadataDigest;
        /// binary CIDv1 of the payload, 1 to 64 bytes
        bytes cid;
        /// digest of the programme's name, or zero
        bytes32 programme;
        /// project year, not zero
        uint16 period;
        /// digest of the delivery lot's name, or zero
        bytes32 lot;
        /// number of the institution's own record that this one replaces, or zero
        bytes32 replaces;
    }

    /// @notice What one batch of units is committed with.
    struct UnitBatch {
        /// root of the Merkle tree (OpenZeppelin standard-v1) over the unit digests
        bytes32 root;
        /// SHA-256 of the JSON Lines list
        bytes32 listDigest;
        /// how many units the institution claims, not zero
        uint32 claimed;
        /// binary CIDv1 of the list, 1 to 64 bytes
        bytes cid;
        /// digest of the programme's name, or zero
        bytes32 programme;
        /// project year, not zero
        uint16 period;
        /// digest of the delivery lot's name, or zero
        bytes32 lot;
        /// digest of the rule that the units are counted by, or zero
        bytes32 countingRule;
        /// what the list belongs to, or zero
        bytes32 parent;
    }

    /// @notice The state of a record; all zero where there is none.
    struct RecordState {
        /// 1 registered
        uint8 status;
        /// 1 file, 2 tree
        uint8 kind;
        /// newest version, counted from 1
        uint32 version;
        /// number of the header that holds the newest act
        uint64 height;
        /// that header's time in UTC seconds, as its proposer asserts it
        uint64 time;
    }

    /// @notice The state of a unit batch; all zero where there is none.
    struct UnitBatchState {
        /// institution that committed it
        bytes8 institution;
        /// how many units it claims
        uint32 claimed;
        /// number of the header that holds it
        uint64 height;
        /// that header's time in UTC seconds, as its proposer asserts it
        uint64 time;
    }

    /// @notice Why an entry is refused; its number is the `reason` of {EntrySkipped}.
    enum Refusal {
        None,
        AlreadyRegistered,
        WrongInstitution,
        MalformedNumber,
        UnknownKind,
        ZeroDigest,
        ZeroPeriod,
        BadCid,
        UnknownReplaced
    }

    /// @notice An institution was admitted.
    event InstitutionAdmitted(bytes8 indexed institution, bytes32 indexed profileDigest);

    /// @notice A key became a registrar of an institution.
    event RegistrarAdded(bytes8 indexed institution, address indexed account);

    /// @notice A resource was registered.
    event Registered(
        bytes8 indexed institution,
        bytes32 indexed number,
        bytes32 indexed contentDigest,
        uint8 kind,
        uint32 version,
        bytes32 metadataDigest,
        bytes cid,
        bytes32 programme,
        uint16 period,
        bytes32 lot,
        bytes32 replaces
    );

    /// @notice An entry of {registerMany} was passed over; `reason` is a {Refusal}.
    event EntrySkipped(
        bytes8 indexed institution,
        bytes32 indexed number,
        bytes32 indexed contentDigest,
        Refusal reason
    );

    /// @notice A batch of units was committed.
    event UnitsCommitted(
        bytes8 indexed institution,
        bytes32 indexed root,
        bytes32 indexed listDigest,
        uint32 claimed,
        bytes cid,
        bytes32 programme,
        uint16 period,
        bytes32 lot,
        bytes32 countingRule,
        bytes32 parent
    );

    /// @notice The number was used before.
    error AlreadyRegistered(bytes32 number);
    /// @notice The number does not begin with the code of the sender's institution.
    error WrongInstitution(bytes32 number, bytes8 institution);
    /// @notice The number is not followed by zeros after its 24th character.
    error MalformedNumber(bytes32 number);
    /// @notice The kind is neither file nor tree.
    error UnknownKind(uint8 kind);
    /// @notice A digest that is asked for is zero.
    error ZeroDigest();
    /// @notice The project year is missing.
    error ZeroPeriod();
    /// @notice The CID is missing or longer than 64 bytes.
    error BadCid(uint256 length);
    /// @notice What is to be replaced is no record of the sender's institution.
    error UnknownReplaced(bytes32 replaces);
    /// @notice There is no entry to register.
    error NoEntries();
    /// @notice A unit batch with this root was committed before.
    error AlreadyCommitted(bytes32 root);
    /// @notice A unit batch claims no unit.
    error NothingClaimed();
    /// @notice The institution was admitted before.
    error AlreadyAdmitted(bytes8 institution);
    /// @notice The institution is not admitted.
    error UnknownInstitution(bytes8 institution);
    /// @notice The code of an institution is zero.
    error ZeroInstitution();
    /// @notice An account that is asked for is zero.
    error ZeroAccount();
    /// @notice The key belongs to an institution already.
    error AccountTaken(address account, bytes8 institution);
    /// @notice The registrar's role is for keys of admitted institutions.
    error AccountWithoutInstitution(address account);

    /// @notice Admit an institution with its first registrar key.
    /// @dev Governor only. Emits {InstitutionAdmitted} and {RegistrarAdded}.
    /// @param institution its code, 8 ASCII characters, unique in this registry
    /// @param profileDigest SHA-256 of the canonical JSON of its name, credit code and region
    /// @param registrar a key that belongs to no institution yet
    function admit(bytes8 institution, bytes32 profileDigest, address registrar) external;

    /// @notice Give an admitted institution one more registrar key.
    /// @dev Governor only. Emits {RegistrarAdded}.
    /// @param institution its code
    /// @param registrar a key that belongs to no institution yet
    function addRegistrar(bytes8 institution, address registrar) external;

    /// @notice Register one resource; reverts where the entry is refused.
    /// @dev Registrar only. Emits {Registered}.
    /// @param entry what it is registered with
    function register(Entry calldata entry) external;

    /// @notice Register several resources; an entry that is refused is passed over and holds up no other.
    /// @dev Registrar only. Emits {Registered} or {EntrySkipped} for every entry, in their order.
    /// @param entries what they are registered with, at least one
    function registerMany(Entry[] calldata entries) external;

    /// @notice Commit a batch of units.
    /// @dev Registrar only. Emits {UnitsCommitted}.
    /// @param batch what it is committed with
    function commitUnits(UnitBatch calldata batch) external;

    /// @notice Give the state of a record; all zero where there is none.
    function recordOf(bytes32 number) external view returns (RecordState memory);

    /// @notice Give keccak-256 of the ABI-encoded fields of the event that made a version, or zero.
    function commitmentOf(bytes32 number, uint32 version) external view returns (bytes32);

    /// @notice Give the number of the newest record with this content, or zero. Several records may have the same one.
    function numberByDigest(uint8 kind, bytes32 contentDigest) external view returns (bytes32);

    /// @notice Give the state of a unit batch; all zero where there is none.
    function unitBatchOf(bytes32 root) external view returns (UnitBatchState memory);

    /// @notice Tell whether a committed batch holds a unit; false where the batch is unknown.
    /// @param root root of the batch
    /// @param unitDigest SHA-256 of the canonical unit
    /// @param proof siblings from the leaf upwards
    function verifyUnit(bytes32 root, bytes32 unitDigest, bytes32[] calldata proof) external view returns (bool);

    /// @notice Give the digest of an institution's profile, or zero where it is not admitted.
    function profileOf(bytes8 institution) external view returns (bytes32);

    /// @notice Give the code of the institution that a key was given to, also after the key lost its role; or zero.
    function institutionOf(address account) external view returns (bytes8);

    /// @notice Tell whether an account is a governor or an active registrar.
    function isKnown(address account) external view returns (bool);
}
