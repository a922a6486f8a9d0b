// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {Parties} from "./Parties.sol";
import {IResourceRegistry} from "./IResourceRegistry.sol";

/// @title How governors decide: proposals, and who is governor
/// @dev An approval is a transaction that holds the whole proposal in its one encoding, so that an anchor can be brought
/// forward from signed transactions alone; what could not be read back from them is refused here.
abstract contract Governing is Parties {
    uint256 private constant SELECTOR = 4;
    uint256 private constant WORD = 32;

    mapping(bytes32 proposal => Proposal) private _proposals;
    mapping(bytes32 proposal => mapping(address governor => bool)) private _approvedBy;

    /// @inheritdoc IResourceRegistry
    address public successor;

    /// @inheritdoc IResourceRegistry
    function govern(bytes calldata call, uint64 expires, bytes32 document) external direct {
        require(_seats[msg.sender] == Seat.Taken, NotGovernor(msg.sender));
        require(_isCanonical(call), NotCanonical());
        require(keccak256(msg.data) == keccak256(abi.encodeCall(IResourceRegistry.govern, (call, expires, document))), NotCanonical());
        require(block.timestamp <= expires, ProposalExpired(expires));
        uint64 epoch = _governance.epoch;
        bytes32 id = keccak256(abi.encode(epoch, call, expires, document));
        Proposal storage proposal = _proposals[id];
        require(!proposal.executed, AlreadyExecuted(id));
        require(!_approvedBy[id][msg.sender], AlreadyApproved(id, msg.sender));
        _approvedBy[id][msg.sender] = true;
        uint32 approvals = ++proposal.approvals;
        emit ProposalApproved(id, msg.sender, epoch, approvals, call, expires, document);
        if (approvals == _governance.threshold) {
            proposal.executed = true;
            uint64 sequence = _countGovernance();
            Address.functionCall(address(this), call);
            emit Governed(sequence, id);
        }
    }

    /// @inheritdoc IResourceRegistry
    function acceptGovernorship() external direct {
        require(msg.data.length == SELECTOR, NotCanonical());
        require(_seats[msg.sender] == Seat.Nominated, NotNominated(msg.sender));
        _seat(msg.sender);
        ++_governance.epoch;
        emit Governed(_countGovernance(), 0);
    }

    /// @inheritdoc IResourceRegistry
    function nominateGovernor(address account) external onlyGovernance {
        _requireUnused(account);
        _seats[account] = Seat.Nominated;
        emit GovernorNominated(account);
    }

    /// @inheritdoc IResourceRegistry
    function dismissGovernor(address account) external onlyGovernance {
        Seat seat = _seats[account];
        require(seat != Seat.None, NotGovernor(account));
        delete _seats[account];
        if (seat == Seat.Taken) {
            uint32 left = _governance.governors - 1;
            require(_governance.threshold <= left, UnreachableThreshold(_governance.threshold, left));
            _governance.governors = left;
            ++_governance.epoch;
        }
        emit GovernorDismissed(account);
    }

    /// @inheritdoc IResourceRegistry
    function setThreshold(uint32 threshold) external onlyGovernance {
        _setThreshold(threshold);
        ++_governance.epoch;
    }

    /// @inheritdoc IResourceRegistry
    function nameSuccessor(address registry, bytes32 document) external onlyGovernance {
        require(registry != address(0), ZeroAccount());
        successor = registry;
        emit SuccessorNamed(registry, document);
    }

    /// @inheritdoc IResourceRegistry
    function proposalOf(bytes calldata call, uint64 expires, bytes32 document) external view returns (Proposal memory) {
        return _proposals[keccak256(abi.encode(_governance.epoch, call, expires, document))];
    }

    function _seat(address account) internal {
        _seats[account] = Seat.Taken;
        ++_governance.governors;
        emit GovernorSeated(account);
    }

    function _setThreshold(uint32 threshold) internal {
        uint32 governors = _governance.governors;
        require(threshold != 0 && threshold <= governors, UnreachableThreshold(threshold, governors));
        _governance.threshold = threshold;
        emit ThresholdSet(threshold);
    }

    /// @dev Tells whether it calls a function for proposals and has just the length of its arguments; that their words
    /// are clean is seen when they are decoded.
    function _isCanonical(bytes calldata call) private pure returns (bool) {
        if (call.length < SELECTOR) return false;
        bytes4 selector = bytes4(call[:SELECTOR]);
        if (selector == IResourceRegistry.admit.selector) {
            Admission memory admission = abi.decode(call[SELECTOR:], (Admission));
            return keccak256(call) == keccak256(abi.encodeCall(IResourceRegistry.admit, (admission)));
        }
        return call.length == SELECTOR + WORD * _words(selector);
    }

    /// @dev Gives how many words of arguments a function for proposals has; none of them has as many as for the others.
    function _words(bytes4 selector) private pure returns (uint256) {
        bool one = selector == IResourceRegistry.retireKey.selector
            || selector == IResourceRegistry.nominateGovernor.selector
            || selector == IResourceRegistry.dismissGovernor.selector
            || selector == IResourceRegistry.setThreshold.selector;
        bool two = selector == IResourceRegistry.suspend.selector
            || selector == IResourceRegistry.reinstate.selector
            || selector == IResourceRegistry.setPolicy.selector
            || selector == IResourceRegistry.revokeStolenKey.selector
            || selector == IResourceRegistry.freeze.selector
            || selector == IResourceRegistry.unfreeze.selector
            || selector == IResourceRegistry.nameSuccessor.selector;
        if (one) return 1;
        if (two) return 2;
        return selector == IResourceRegistry.addKey.selector ? 3 : type(uint32).max;
    }
}
