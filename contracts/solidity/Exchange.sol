// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Parties} from "./Parties.sol";
import {IResourceRegistry} from "./IResourceRegistry.sol";

/// @title What institutions tell each other: deliveries, attestations, chains that they began on
abstract contract Exchange is Parties {
    mapping(bytes8 institution => mapping(bytes32 packageDigest => Delivery)) private _deliveries;

    /// @inheritdoc IResourceRegistry
    mapping(bytes8 institution => mapping(bytes32 genesisHash => bytes32 head)) public anchoredChainOf;

    /// @inheritdoc IResourceRegistry
    function deliver(
        bytes8 recipient,
        bytes32 packageDigest,
        uint32 claimed,
        bytes32 programme,
        uint16 period,
        bytes32 lot,
        bytes32 document
    ) external direct {
        bytes8 institution = _actingFor(Role.Registrar);
        require(recipient != institution, OwnDelivery(institution));
        _requireAdmitted(recipient);
        require(packageDigest != 0, ZeroDigest());
        require(claimed != 0, NothingClaimed());
        require(period != 0, ZeroPeriod());
        DeliveryStatus status = _deliveries[institution][packageDigest].status;
        require(status == DeliveryStatus.None || status == DeliveryStatus.Returned, DeliveryNotOpen(packageDigest));
        _setDelivery(institution, recipient, packageDigest, DeliveryStatus.Delivered);
        emit Delivered(institution, recipient, packageDigest, claimed, programme, period, lot, document);
    }

    /// @inheritdoc IResourceRegistry
    function acceptDelivery(bytes8 institution, bytes32 packageDigest, bytes32 document) external direct {
        bytes8 recipient = _answer(institution, packageDigest, DeliveryStatus.Accepted);
        emit DeliveryAccepted(institution, recipient, packageDigest, document);
    }

    /// @inheritdoc IResourceRegistry
    function returnDelivery(bytes8 institution, bytes32 packageDigest, bytes32 document) external direct {
        bytes8 recipient = _answer(institution, packageDigest, DeliveryStatus.Returned);
        emit DeliveryReturned(institution, recipient, packageDigest, document);
    }

    /// @inheritdoc IResourceRegistry
    function attest(bytes32 subject, uint8 kind, bytes32 digest, uint8 verdict) external direct {
        bytes8 institution = _actingFor(Role.None);
        require(subject != 0, ZeroDigest());
        require(kind != 0, ZeroKind());
        emit Attested(institution, subject, digest, msg.sender, _keys[msg.sender].role, kind, verdict);
    }

    /// @inheritdoc IResourceRegistry
    function anchorChain(
        bytes32 genesisHash,
        uint64 height,
        bytes32 headerHash,
        bytes32 headersRoot
    ) external direct {
        bytes8 institution = _actingFor(Role.Registrar);
        require(genesisHash != 0 && headerHash != 0 && headersRoot != 0, ZeroDigest());
        require(anchoredChainOf[institution][genesisHash] == 0, AlreadyAnchored(genesisHash));
        anchoredChainOf[institution][genesisHash] = keccak256(abi.encode(height, headerHash, headersRoot));
        emit ChainAnchored(institution, genesisHash, headerHash, height, headersRoot);
    }

    /// @inheritdoc IResourceRegistry
    function deliveryOf(bytes8 institution, bytes32 packageDigest) external view returns (Delivery memory) {
        return _deliveries[institution][packageDigest];
    }

    /// @dev Answers a delivery that waits for the sender's institution, which it gives.
    function _answer(bytes8 institution, bytes32 packageDigest, DeliveryStatus status) private returns (bytes8 own) {
        own = _actingFor(Role.Registrar);
        Delivery storage delivery = _deliveries[institution][packageDigest];
        bool waits = delivery.status == DeliveryStatus.Delivered && delivery.recipient == own;
        require(waits, DeliveryNotOpen(packageDigest));
        _setDelivery(institution, own, packageDigest, status);
    }

    function _setDelivery(bytes8 institution, bytes8 recipient, bytes32 packageDigest, DeliveryStatus status) private {
        _deliveries[institution][packageDigest] = Delivery({
            recipient: recipient,
            status: status,
            height: uint64(block.number),
            time: uint64(block.timestamp)
        });
    }
}
