// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// @title Registry of digital resources, written by the institutions of a library consortium
/// @notice Holds digests, identifiers, status, who and when; never payloads, metadata text or personal data. A record
/// proves that an institution asserted it by the height of its header: neither ownership nor that it was first anywhere.
/// @dev Numbers are 24 ASCII characters in a bytes32, right-padded with zeros; their first 8 are the code of the
/// institution. Programme and lot are digests of their text, or zero. A document is the SHA-256 of the paper behind an
/// act, or zero. A CID is binary CIDv1. Heights are header numbers, times UTC seconds as the proposer asserts them.
interface IResourceRegistry {
    // ---------------------------------------------------------------- who

    /// @notice What a key is for; a key has one role in one institution for ever.
    enum Role {
        None,
        Registrar,
        Reviewer,
        Auditor
    }

    /// @notice How a key stands.
    enum KeyStatus {
        None,
        Active,
        Retired,
        Stolen
    }

    /// @notice How an institution stands.
    enum Standing {
        None,
        Admitted,
        Suspended
    }

    /// @notice One key with its whole history; all zero where there is none.
    struct Key {
        /// institution that it belongs to, also after it lost its role
        bytes8 institution;
        Role role;
        KeyStatus status;
        /// first height at which it is good
        uint64 since;
        /// first height at which it is good no more; zero while it is active
        uint64 until;
    }

    /// @notice An institution; all zero where there is none.
    struct Institution {
        Standing standing;
        /// whether its registrars may act without a reviewer's approval
        bool onePerson;
        /// SHA-256 of the canonical JSON of its name, credit code and region
        bytes32 profileDigest;
    }

    /// @notice What an institution is admitted with.
    struct Admission {
        /// its code, 8 ASCII characters, unique in this registry
        bytes8 institution;
        /// SHA-256 of the canonical JSON of its name, credit code and region
        bytes32 profileDigest;
        /// whether its registrars may act without a reviewer's approval
        bool onePerson;
        address[] registrars;
        address[] reviewers;
        address[] auditors;
    }

    /// @notice How the consortium is governed.
    struct Governance {
        /// governance acts so far, the founding not counted; whoever knows all up to it knows every key
        uint64 sequence;
        /// counts changes of governors or threshold; proposals of an earlier epoch are void
        uint64 epoch;
        /// governors that must approve a proposal
        uint32 threshold;
        /// governors in office
        uint32 governors;
    }

    /// @notice A proposal; all zero where nobody approved it yet in this epoch.
    struct Proposal {
        /// governors that approved it
        uint32 approvals;
        bool executed;
    }

    // ---------------------------------------------------------------- what

    /// @notice What one version of a resource is registered with.
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
        /// SHA-256 of the receipt by which it was registered on an earlier chain, or zero
        bytes32 earlierReceipt;
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
        /// root of the batch that this one corrects, or zero
        bytes32 parent;
        /// SHA-256 of the proof by which it was committed on an earlier chain, or zero
        bytes32 earlierReceipt;
    }

    /// @notice Why a record is changed, and the paper that says so.
    struct Reason {
        /// 1 registered in error, 2 registered twice, 3 rights disputed, 4 licence expired, 5 not fit for the public,
        /// 6 personal data, 7 failed acceptance, 8 ordered by court or authority, 9 other
        uint8 code;
        bytes32 document;
    }

    /// @notice A reviewer's EIP-712 signature; all zero where the institution's policy is one person and nobody reviewed.
    /// @dev Typed data `Approval(bytes8 institution,uint8 act,bytes32 subject,uint32 version,bytes32 content,uint64
    /// expires)` under the domain (name "Zhicang", version "1", chain id, this registry). `act` is an {Act}; `subject`
    /// the number or the root; `version` the version that the act makes (1 for register, 0 for units, the current one
    /// for withdraw), which is the replay guard; `content` keccak-256 of the ABI-encoded Entry, UnitBatch or Reason; for
    /// amend and supersede of (Entry, Reason).
    struct Approval {
        /// UTC second after which it is void
        uint64 expires;
        bytes32 r;
        /// s with the parity in its highest bit (EIP-2098)
        bytes32 vs;
    }

    /// @notice What an approval is for.
    enum Act {
        None,
        Register,
        CommitUnits,
        Amend,
        Supersede,
        Withdraw
    }

    /// @notice How a record stands.
    enum RecordStatus {
        None,
        Registered,
        Withdrawn
    }

    /// @notice The state of a record; all zero where there is none.
    struct RecordState {
        RecordStatus status;
        /// whether governors froze it: its institution cannot change it
        bool frozen;
        /// 1 file, 2 tree
        uint8 kind;
        /// newest version, counted from 1
        uint32 version;
        /// height of the newest act
        uint64 height;
        /// time of that header
        uint64 time;
    }

    /// @notice The state of a unit batch; all zero where there is none.
    struct UnitBatchState {
        bytes8 institution;
        uint32 claimed;
        uint64 height;
        uint64 time;
    }

    /// @notice What an institution says it did for a project year; nobody has counted it.
    struct Claimed {
        uint64 resources;
        uint64 units;
    }

    /// @notice How a delivery stands.
    enum DeliveryStatus {
        None,
        Delivered,
        Accepted,
        Returned
    }

    /// @notice The state of a delivery; all zero where there is none.
    struct Delivery {
        bytes8 recipient;
        DeliveryStatus status;
        uint64 height;
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
        UnknownReplaced,
        NotApproved,
        ApprovalExpired
    }

    // ---------------------------------------------------------------- events of governance

    /// @notice A governor approved a proposal; its first approval proposes it.
    event ProposalApproved(
        bytes32 indexed proposal, address indexed governor, uint64 epoch, uint32 approvals, bytes call, uint64 expires, bytes32 document
    );
    /// @notice A governance act took effect; `proposal` is zero where a key acted for itself.
    event Governed(uint64 indexed sequence, bytes32 indexed proposal);
    /// @notice An institution was admitted.
    event InstitutionAdmitted(bytes8 indexed institution, bytes32 indexed profileDigest, bool onePerson);
    /// @notice An institution was suspended: its keys can do nothing until it is reinstated.
    event InstitutionSuspended(bytes8 indexed institution, bytes32 document);
    /// @notice A suspended institution was reinstated.
    event InstitutionReinstated(bytes8 indexed institution, bytes32 document);
    /// @notice An institution's policy was set.
    event PolicySet(bytes8 indexed institution, bool onePerson);
    /// @notice A key was added.
    event KeyAdded(bytes8 indexed institution, address indexed account, Role role);
    /// @notice A key was retired; it is good below `until`.
    event KeyRetired(bytes8 indexed institution, address indexed account, uint64 until);
    /// @notice A key was declared stolen from `until` on: what it signed there is doubtful.
    event KeyStolen(bytes8 indexed institution, address indexed account, uint64 until);
    /// @notice An account was nominated; it is governor when it has accepted.
    event GovernorNominated(address indexed account);
    /// @notice A nominated account took office.
    event GovernorSeated(address indexed account);
    /// @notice A governor was dismissed, or a nomination taken back.
    event GovernorDismissed(address indexed account);
    /// @notice The number of governors that must approve was set.
    event ThresholdSet(uint32 threshold);
    /// @notice A registry that follows this one was announced.
    event SuccessorNamed(address indexed successor, bytes32 document);
    /// @notice A record was frozen.
    event Frozen(bytes32 indexed number, bytes32 document);
    /// @notice A record was unfrozen.
    event Unfrozen(bytes32 indexed number, bytes32 document);

    // ---------------------------------------------------------------- events of records

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
        bytes32 replaces,
        bytes32 earlierReceipt
    );
    /// @notice The metadata of a record were corrected; its content is that of the version before.
    event Amended(
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
        bytes32 replaces,
        bytes32 earlierReceipt,
        uint8 reason,
        bytes32 document
    );
    /// @notice A record was given new content.
    event Superseded(
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
        bytes32 replaces,
        bytes32 earlierReceipt,
        uint8 reason,
        bytes32 document
    );
    /// @notice A record was withdrawn, for good; what it said stays provable.
    event Withdrawn(
        bytes8 indexed institution, bytes32 indexed number, uint32 version, uint8 reason, bytes32 document
    );
    /// @notice An entry of {registerMany} was passed over; `reason` is a {Refusal}.
    event EntrySkipped(
        bytes8 indexed institution, bytes32 indexed number, bytes32 indexed contentDigest, Refusal reason
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
        bytes32 parent,
        bytes32 earlierReceipt
    );
    /// @notice An institution delivered a package to another one.
    event Delivered(
        bytes8 indexed institution,
        bytes8 indexed recipient,
        bytes32 indexed packageDigest,
        uint32 claimed,
        bytes32 programme,
        uint16 period,
        bytes32 lot,
        bytes32 document
    );
    /// @notice The recipient accepted a delivery.
    event DeliveryAccepted(
        bytes8 indexed institution, bytes8 indexed recipient, bytes32 indexed packageDigest, bytes32 document
    );
    /// @notice The recipient returned a delivery.
    event DeliveryReturned(
        bytes8 indexed institution, bytes8 indexed recipient, bytes32 indexed packageDigest, bytes32 document
    );
    /// @notice A key of an institution attested something about a subject (a number, a root, the digest of a lot, …).
    event Attested(
        bytes8 indexed institution,
        bytes32 indexed subject,
        bytes32 indexed digest,
        address account,
        Role role,
        uint8 kind,
        uint8 verdict
    );
    /// @notice The head of another chain was anchored; nothing new can come to be under it.
    event ChainAnchored(
        bytes8 indexed institution,
        bytes32 indexed genesisHash,
        bytes32 indexed headerHash,
        uint64 height,
        bytes32 headersRoot
    );

    // ---------------------------------------------------------------- errors

    /// @notice A key must send its acts itself; the sender is a contract.
    error NotDirect(address account);
    /// @notice The call of a proposal, or the calldata of a governance act, is not in its one encoding, or the call is none
    /// of the functions that are for proposals: no anchor could be brought forward past it.
    error NotCanonical();
    /// @notice The account is no governor in office.
    error NotGovernor(address account);
    /// @notice Only a proposal that enough governors approved can do this.
    error NotGovernance(address account);
    /// @notice The governor approved this proposal before.
    error AlreadyApproved(bytes32 proposal, address governor);
    /// @notice The proposal was executed before.
    error AlreadyExecuted(bytes32 proposal);
    /// @notice The proposal is void since this second.
    error ProposalExpired(uint64 expires);
    /// @notice The threshold would be zero, or above the number of governors in office.
    error UnreachableThreshold(uint32 threshold, uint32 governors);
    /// @notice The account is governor or nominated already.
    error AlreadyGovernor(address account);
    /// @notice The account was not nominated.
    error NotNominated(address account);
    /// @notice The sender's key has not the role that this act asks for, or is not good any more.
    error NotPermitted(address account, Role needed);
    /// @notice The institution is suspended.
    error SuspendedInstitution(bytes8 institution);
    /// @notice The institution is not suspended.
    error NotSuspended(bytes8 institution);
    /// @notice The institution was admitted before.
    error AlreadyAdmitted(bytes8 institution);
    /// @notice The institution is not admitted.
    error UnknownInstitution(bytes8 institution);
    /// @notice The code of an institution is not 8 digits or capital letters.
    error MalformedCode(bytes8 institution);
    /// @notice An account that is asked for is zero.
    error ZeroAccount();
    /// @notice The account belongs to an institution already.
    error AccountTaken(address account, bytes8 institution);
    /// @notice A key needs one of the three roles.
    error UnknownRole();
    /// @notice No key of this registry, or none in the status that this needs.
    error KeyNotActive(address account);
    /// @notice A key can be stolen only from a height at which it was good.
    error HeightOutOfRange(uint64 height);

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
    /// @notice The reviewer's approval is missing, of something else, or of no active reviewer of the institution.
    error NotApproved(bytes32 subject);
    /// @notice The reviewer's approval is void since this second.
    error ApprovalExpired(uint64 expires);
    /// @notice There is no entry to register.
    error NoEntries();
    /// @notice There is not one approval for each entry.
    error ApprovalsDoNotFit(uint256 entries, uint256 approvals);
    /// @notice A unit batch with this root was committed before.
    error AlreadyCommitted(bytes32 root);
    /// @notice A unit batch claims no unit.
    error NothingClaimed();
    /// @notice There is no such record.
    error UnknownRecord(bytes32 number);
    /// @notice The record is withdrawn, for good.
    error AlreadyWithdrawn(bytes32 number);
    /// @notice The record is frozen.
    error FrozenRecord(bytes32 number);
    /// @notice The record is not frozen.
    error NotFrozen(bytes32 number);
    /// @notice The act was meant for another version of the record.
    error WrongVersion(bytes32 number, uint32 version, uint32 current);
    /// @notice An amendment may change the metadata alone; the other fields are not those of the version before.
    error ContentChanged(bytes32 number);
    /// @notice The code is none of the reasons.
    error UnknownReason(uint8 code);
    /// @notice An institution delivers to another one, not to itself.
    error OwnDelivery(bytes8 institution);
    /// @notice The delivery is not open for this.
    error DeliveryNotOpen(bytes32 packageDigest);
    /// @notice The kind of an attestation is zero.
    error ZeroKind();
    /// @notice The institution anchored this chain before.
    error AlreadyAnchored(bytes32 genesisHash);

    // ---------------------------------------------------------------- governance

    /// @notice Approve a proposal as a governor; the approval that reaches the threshold executes it.
    /// @dev Every governor sends the whole proposal, so that each signed transaction says what it approves. Emits
    /// {ProposalApproved}, and on execution the act's own events and {Governed}. Reverts with the act's error.
    /// @param call calldata of one of the functions below that are for proposals only
    /// @param expires UTC second after which it is void
    /// @param document SHA-256 of the paper behind it, or anything that tells two equal proposals apart
    function govern(bytes calldata call, uint64 expires, bytes32 document) external;

    /// @notice Take office as a nominated governor.
    function acceptGovernorship() external;

    /// @notice Retire the sender's own key.
    function retireOwnKey() external;

    /// @notice Admit an institution. For proposals only, like all down to {nameSuccessor}.
    function admit(Admission calldata admission) external;
    /// @notice Suspend an institution.
    function suspend(bytes8 institution, bytes32 document) external;
    /// @notice Reinstate a suspended institution.
    function reinstate(bytes8 institution, bytes32 document) external;
    /// @notice Say whether an institution's registrars may act without approval.
    function setPolicy(bytes8 institution, bool onePerson) external;
    /// @notice Give an institution one more key; an account belongs to one institution in one role for ever.
    function addKey(bytes8 institution, address account, Role role) external;
    /// @notice Retire an active key.
    function retireKey(address account) external;
    /// @notice Declare a key stolen from a height on, which may lie in the past but not before the key was added.
    function revokeStolenKey(address account, uint64 from) external;
    /// @notice Nominate a governor.
    function nominateGovernor(address account) external;
    /// @notice Dismiss a governor, or take a nomination back; the threshold must stay reachable.
    function dismissGovernor(address account) external;
    /// @notice Set how many governors must approve; never more than are in office.
    function setThreshold(uint32 threshold) external;
    /// @notice Freeze a record: its institution can neither amend, supersede nor withdraw it.
    function freeze(bytes32 number, bytes32 document) external;
    /// @notice Unfreeze a record.
    function unfreeze(bytes32 number, bytes32 document) external;
    /// @notice Announce the registry that follows this one; this one goes on.
    function nameSuccessor(address registry, bytes32 document) external;

    // ---------------------------------------------------------------- acts of institutions

    /// @notice Register one resource; reverts where the entry is refused. Registrar only, like all down to {anchorChain}.
    function register(Entry calldata entry, Approval calldata approval) external;
    /// @notice Register several resources; an entry that is refused is passed over and holds up no other.
    /// @param approvals one for each entry, or none at all
    function registerMany(Entry[] calldata entries, Approval[] calldata approvals) external;
    /// @notice Commit a batch of units.
    function commitUnits(UnitBatch calldata batch, Approval calldata approval) external;
    /// @notice Correct the metadata of a record.
    /// @param entry the newest version's fields with the new metadata digest
    /// @param formerMetadataDigest the newest version's metadata digest
    /// @param version the version that this makes
    function amend(
        Entry calldata entry,
        bytes32 formerMetadataDigest,
        uint32 version,
        Reason calldata reason,
        Approval calldata approval
    ) external;
    /// @notice Give a record new content.
    /// @param version the version that this makes
    function supersede(Entry calldata entry, uint32 version, Reason calldata reason, Approval calldata approval) external;
    /// @notice Withdraw a record, for good.
    /// @param version its newest version
    function withdraw(bytes32 number, uint32 version, Reason calldata reason, Approval calldata approval) external;
    /// @notice Deliver a package to another institution; one that was returned may be delivered again.
    function deliver(
        bytes8 recipient,
        bytes32 packageDigest,
        uint32 claimed,
        bytes32 programme,
        uint16 period,
        bytes32 lot,
        bytes32 document
    ) external;
    /// @notice Accept a delivery of another institution.
    function acceptDelivery(bytes8 institution, bytes32 packageDigest, bytes32 document) external;
    /// @notice Return a delivery of another institution.
    function returnDelivery(bytes8 institution, bytes32 packageDigest, bytes32 document) external;
    /// @notice Attest something about a subject; any active key, whatever its role.
    /// @param kind 1 co-signature, 2 finding, 3 acceptance of a lot, 4 repair, 5 destruction, others as agreed
    function attest(bytes32 subject, uint8 kind, bytes32 digest, uint8 verdict) external;
    /// @notice Anchor the head of a chain that the institution began on, once.
    /// @param headersRoot root of the Merkle tree (standard-v1) over all its header hashes, genesis first
    function anchorChain(bytes32 genesisHash, uint64 height, bytes32 headerHash, bytes32 headersRoot) external;

    // ---------------------------------------------------------------- views

    /// @notice Give the state of a record.
    function recordOf(bytes32 number) external view returns (RecordState memory);
    /// @notice Give keccak-256 of the ABI-encoded (institution, Entry, version) of a version, or zero.
    function commitmentOf(bytes32 number, uint32 version) external view returns (bytes32);
    /// @notice Give the number of the newest record with this content, or zero. Several records may have the same one.
    function numberByDigest(uint8 kind, bytes32 contentDigest) external view returns (bytes32);
    /// @notice Give the state of a unit batch.
    function unitBatchOf(bytes32 root) external view returns (UnitBatchState memory);
    /// @notice Tell whether a committed batch holds a unit; false where the batch is unknown.
    /// @param unitDigest SHA-256 of the canonical unit
    /// @param proof siblings from the leaf upwards
    function verifyUnit(bytes32 root, bytes32 unitDigest, bytes32[] calldata proof) external view returns (bool);
    /// @notice Give what an institution claims for a project year.
    function claimedOf(bytes8 institution, uint16 period) external view returns (Claimed memory);
    /// @notice Give the state of a delivery.
    function deliveryOf(bytes8 institution, bytes32 packageDigest) external view returns (Delivery memory);
    /// @notice Give keccak-256 of the ABI-encoded (height, headerHash, headersRoot) of an anchored chain, or zero.
    function anchoredChainOf(bytes8 institution, bytes32 genesisHash) external view returns (bytes32);
    /// @notice Give an institution.
    function institutionOf(bytes8 institution) external view returns (Institution memory);
    /// @notice Give a key.
    function keyOf(address account) external view returns (Key memory);
    /// @notice Tell whether an account is a governor in office.
    function isGovernor(address account) external view returns (bool);
    /// @notice Give how the consortium is governed.
    function governance() external view returns (Governance memory);
    /// @notice Give the state of a proposal in this epoch.
    function proposalOf(bytes calldata call, uint64 expires, bytes32 document) external view returns (Proposal memory);
    /// @notice Give the registry that was announced to follow this one, or zero.
    function successor() external view returns (address);
    /// @notice Tell whether an account is a governor, nominated, or an active key of an institution.
    function isKnown(address account) external view returns (bool);
}
