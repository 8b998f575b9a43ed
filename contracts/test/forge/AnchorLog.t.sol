// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {AnchorLog} from "../../AnchorLog.sol";
import {IAnchorLog} from "../../interfaces/IAnchorLog.sol";
import {Test} from "./Vm.sol";

contract AnchorLogTest is Test {
    AnchorLog private _log = new AnchorLog();

    function testFuzz_batchesFollowWithoutAGap(address anchorer, bytes32 seed, uint32[5] calldata counts) external {
        uint64 first = 0;
        for (uint64 i = 0; i < 5; ++i) {
            uint32 count = counts[i] == 0 ? 1 : counts[i];
            bytes32 root = keccak256(abi.encode(seed, i));
            vm.prank(anchorer);
            _log.anchor(i, root, count);
            (uint64 sequence, uint64 start, uint32 size, uint64 time, uint64 number) = _log.anchorOf(anchorer, root);
            vm.assertEq(sequence, i, "sequence");
            vm.assertEq(start, first, "first");
            vm.assertEq(size, count, "count");
            vm.assertEq(time, block.timestamp, "time");
            vm.assertEq(number, block.number, "number");
            first += count;
        }
        (uint64 next, uint64 position) = _log.next(anchorer);
        vm.assertEq(next, 5, "next sequence");
        vm.assertEq(position, first, "next position");
    }

    function testFuzz_onlyTheNextSequenceIsTaken(address anchorer, uint64 given, bytes32 root) external {
        vm.assume(root != bytes32(0) && given != 1);
        vm.prank(anchorer);
        _log.anchor(0, keccak256(abi.encode(root)), 1);
        vm.prank(anchorer);
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.WrongSequence.selector, given, 1));
        _log.anchor(given, root, 1);
    }

    function testFuzz_aRootIsTakenOnce(address anchorer, bytes32 root, uint64 sequence, uint32 count) external {
        vm.assume(root != bytes32(0) && count != 0);
        vm.prank(anchorer);
        _log.anchor(0, root, count);
        vm.prank(anchorer);
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.RootAlreadyAnchored.selector, root, 0));
        _log.anchor(sequence, root, count);
    }

    function testFuzz_timesAreThoseOfTheBlock(address anchorer, bytes32 root, uint48 time, uint48 number) external {
        vm.assume(root != bytes32(0));
        vm.warp(time);
        vm.roll(number);
        vm.prank(anchorer);
        _log.anchor(0, root, 1);
        (,,, uint64 thatTime, uint64 thatNumber) = _log.anchorOf(anchorer, root);
        vm.assertEq(thatTime, time, "time");
        vm.assertEq(thatNumber, number, "number");
        vm.assertEq(_log.anchoredAt(anchorer, root, new bytes32[](0)), time, "anchoredAt");
    }

    function testFuzz_proofsLeadToTheRootOfTheirAnchorerOnly(address anchorer, address other, bytes32[4] calldata leaves)
        external
    {
        vm.assume(anchorer != other && leaves[0] != leaves[1]);
        vm.warp(1_000);
        bytes32 right = Hashes.commutativeKeccak256(leaves[2], leaves[3]);
        bytes32[] memory proof = new bytes32[](2);
        (proof[0], proof[1]) = (leaves[1], right);
        vm.prank(anchorer);
        _log.anchor(0, Hashes.commutativeKeccak256(Hashes.commutativeKeccak256(leaves[0], leaves[1]), right), 4);
        vm.assertEq(_log.anchoredAt(anchorer, leaves[0], proof), 1_000, "there");
        vm.assertEq(_log.anchoredAt(other, leaves[0], proof), 0, "of another");
        proof[0] = leaves[0];
        vm.assertEq(_log.anchoredAt(anchorer, leaves[0], proof), 0, "another sibling");
    }
}

/// @dev Sends random calls from a few anchorers and keeps in plain words what must be there.
contract AnchorLogHandler is Test {
    struct Kept {
        bytes32 root;
        uint64 first;
        uint32 count;
        uint64 time;
    }

    AnchorLog private immutable _log;
    mapping(address anchorer => Kept[]) private _kept;
    mapping(address anchorer => uint64) private _first;
    mapping(address anchorer => bool) private _closed;

    constructor(AnchorLog log) {
        _log = log;
    }

    function anchorerAt(uint256 index) public pure returns (address) {
        return address(uint160(0xA0 + index % 3));
    }

    function kept(address anchorer) external view returns (Kept[] memory, uint64 first, bool closed) {
        return (_kept[anchorer], _first[anchorer], _closed[anchorer]);
    }

    function anchor(uint256 who, bytes32 root, uint32 count, uint8 off) external {
        address anchorer = anchorerAt(who);
        root = bytes32(uint256(root) % 40);
        uint64 next = uint64(_kept[anchorer].length);
        uint64 sequence = off % 4 == 0 ? next + off : next;
        bool fits = root != 0 && count != 0 && !_closed[anchorer] && sequence == next && !_has(anchorer, root);
        vm.prank(anchorer);
        try _log.anchor(sequence, root, count) {
            vm.assertTrue(fits, "taken against the rules");
            _kept[anchorer].push(Kept(root, _first[anchorer], count, uint64(block.timestamp)));
            _first[anchorer] += count;
        } catch {
            vm.assertFalse(fits, "refused against the rules");
        }
    }

    function close(uint256 who, uint8 seldom) external {
        if (seldom > 8) return;
        address anchorer = anchorerAt(who);
        vm.prank(anchorer);
        try _log.close() {
            vm.assertFalse(_closed[anchorer], "closed twice");
            _closed[anchorer] = true;
        } catch {
            vm.assertTrue(_closed[anchorer], "not closed");
        }
    }

    function pass(uint16 time) external {
        vm.warp(block.timestamp + time);
        vm.roll(block.number + 1);
    }

    function _has(address anchorer, bytes32 root) private view returns (bool) {
        for (uint256 i = 0; i < _kept[anchorer].length; ++i) {
            if (_kept[anchorer][i].root == root) return true;
        }
        return false;
    }
}

contract AnchorLogInvariants is Test {
    AnchorLog private _log = new AnchorLog();
    AnchorLogHandler private _handler = new AnchorLogHandler(_log);

    function setUp() external {
        _target(address(_handler));
    }

    function invariant_whatWasAnchoredStaysAsItWas() external view {
        for (uint256 who = 0; who < 3; ++who) {
            address anchorer = _handler.anchorerAt(who);
            (AnchorLogHandler.Kept[] memory all, uint64 end,) = _handler.kept(anchorer);
            uint64 sum = 0;
            for (uint256 i = 0; i < all.length; ++i) {
                (uint64 sequence, uint64 first, uint32 count, uint64 time,) = _log.anchorOf(anchorer, all[i].root);
                vm.assertEq(sequence, i, "sequence");
                vm.assertEq(first, sum, "first is the sum of the counts before");
                vm.assertEq(count, all[i].count, "count");
                vm.assertEq(time, all[i].time, "time");
                sum += count;
            }
            (uint64 next, uint64 position) = _log.next(anchorer);
            vm.assertEq(next, all.length, "next sequence");
            vm.assertEq(position, sum, "next position");
            vm.assertEq(end, sum, "the model");
        }
    }
}
