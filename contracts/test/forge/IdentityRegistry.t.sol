// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IdentityRegistry} from "../../IdentityRegistry.sol";
import {IIdentityRegistry} from "../../interfaces/IIdentityRegistry.sol";
import {Test} from "./Vm.sol";

contract IdentityRegistryTest is Test {
    IdentityRegistry private _registry = new IdentityRegistry();

    struct Key {
        address issuer;
        address subject;
        bytes32 schema;
        bytes32 digest;
    }

    function testFuzz_everyFieldIsKept(Key calldata key, uint48 time, uint64 expiresAt, uint48 later, uint8 reason)
        external
    {
        _assumeWhole(key);
        vm.assume(time != 0 && (expiresAt == 0 || expiresAt >= time));
        vm.warp(time);
        vm.prank(key.issuer);
        _registry.issue(key.subject, key.schema, key.digest, expiresAt);
        _check(key, IIdentityRegistry.Status.Valid, time, expiresAt, 0, 0);
        vm.warp(later);
        vm.prank(key.issuer);
        _registry.revoke(key.subject, key.schema, key.digest, reason);
        _check(key, IIdentityRegistry.Status.Revoked, time, expiresAt, later, reason);
    }

    function testFuzz_itHoldsToItsLastSecond(Key calldata key, uint48 expiresAt) external {
        _assumeWhole(key);
        vm.assume(expiresAt > 1);
        vm.warp(1);
        vm.prank(key.issuer);
        _registry.issue(key.subject, key.schema, key.digest, expiresAt);
        vm.warp(expiresAt);
        _checkStatus(key, IIdentityRegistry.Status.Valid);
        vm.warp(uint256(expiresAt) + 1);
        _checkStatus(key, IIdentityRegistry.Status.Expired);
    }

    function testFuzz_anotherKeyIsAnotherClaim(Key calldata key, Key calldata other, uint64 expiresAt) external {
        _assumeWhole(key);
        vm.assume(expiresAt == 0 || expiresAt >= block.timestamp);
        vm.assume(keccak256(abi.encode(key)) != keccak256(abi.encode(other)));
        vm.prank(key.issuer);
        _registry.issue(key.subject, key.schema, key.digest, expiresAt);
        _checkStatus(other, IIdentityRegistry.Status.None);
    }

    function testFuzz_onlyTheSubjectDeclines(Key calldata key, address caller) external {
        _assumeWhole(key);
        vm.assume(caller != key.subject);
        vm.prank(key.issuer);
        _registry.issue(key.subject, key.schema, key.digest, 0);
        vm.prank(caller);
        vm.expectPartialRevert(IIdentityRegistry.NotIssued.selector);
        _registry.decline(key.issuer, key.schema, key.digest);
        vm.prank(key.subject);
        _registry.decline(key.issuer, key.schema, key.digest);
        _checkStatus(key, IIdentityRegistry.Status.Declined);
    }

    function testFuzz_onlyTheIssuerRevokes(Key calldata key, address caller, uint8 reason) external {
        _assumeWhole(key);
        vm.assume(caller != key.issuer);
        vm.prank(key.issuer);
        _registry.issue(key.subject, key.schema, key.digest, 0);
        vm.prank(caller);
        vm.expectPartialRevert(IIdentityRegistry.NotIssued.selector);
        _registry.revoke(key.subject, key.schema, key.digest, reason);
        _checkStatus(key, IIdentityRegistry.Status.Valid);
    }

    function _assumeWhole(Key calldata key) private pure {
        vm.assume(key.subject != address(0) && key.schema != bytes32(0) && key.digest != bytes32(0));
    }

    function _checkStatus(Key calldata key, IIdentityRegistry.Status expected) private view {
        IIdentityRegistry.Status status = _registry.statusOf(key.issuer, key.subject, key.schema, key.digest);
        vm.assertEq(uint256(status), uint256(expected), "status");
    }

    function _check(
        Key calldata key,
        IIdentityRegistry.Status expected,
        uint64 issued,
        uint64 expires,
        uint64 ended,
        uint8 why
    ) private view {
        (IIdentityRegistry.Status status, uint64 issuedAt, uint64 expiresAt, uint64 endedAt, uint8 reason) =
            _registry.claimOf(key.issuer, key.subject, key.schema, key.digest);
        vm.assertEq(uint256(status), uint256(expected), "status");
        vm.assertEq(issuedAt, issued, "issued at");
        vm.assertEq(expiresAt, expires, "expires at");
        vm.assertEq(endedAt, ended, "ended at");
        vm.assertEq(reason, why, "reason");
    }
}

/// @dev Sends random calls from a few people and keeps in plain fields what must be there.
contract IdentityRegistryHandler is Test {
    struct Model {
        uint64 issuedAt;
        uint64 expiresAt;
        uint64 endedAt;
        uint8 reason;
        IIdentityRegistry.Status end;
    }

    IdentityRegistry private immutable _registry;
    mapping(address issuer => mapping(address subject => mapping(uint256 schema => mapping(uint256 digest => Model))))
        private _models;

    constructor(IdentityRegistry registry) {
        _registry = registry;
    }

    function person(uint256 index) public pure returns (address) {
        return address(uint160(0xB0 + index % 3));
    }

    function model(address issuer, address subject, uint256 schema, uint256 digest)
        external
        view
        returns (Model memory)
    {
        return _models[issuer][subject][schema][digest];
    }

    function issue(uint8 who, uint8 whom, uint8 schema, uint8 digest, uint16 ahead, bool past) external {
        (address issuer, address subject) = (person(who), person(whom));
        (schema, digest) = (schema % 2 + 1, digest % 3 + 1);
        uint64 now_ = uint64(block.timestamp);
        uint64 expiresAt = ahead % 4 == 0 ? 0 : past ? now_ - ahead : now_ + ahead;
        Model storage it = _models[issuer][subject][schema][digest];
        bool fits = it.endedAt == 0 && (expiresAt == 0 || expiresAt >= now_);
        vm.prank(issuer);
        try _registry.issue(subject, bytes32(uint256(schema)), bytes32(uint256(digest)), expiresAt) {
            vm.assertTrue(fits, "issued against the rules");
            if (it.issuedAt == 0) it.issuedAt = now_;
            it.expiresAt = expiresAt;
        } catch {
            vm.assertFalse(fits, "not issued against the rules");
        }
    }

    function issueMany(uint8 who, uint8[4] calldata whom, uint8[4] calldata digests, uint16 ahead) external {
        address issuer = person(who);
        uint64 expiresAt = uint64(block.timestamp) + ahead;
        IIdentityRegistry.Issue[] memory claims = new IIdentityRegistry.Issue[](4);
        bool fits = true;
        for (uint256 i = 0; i < 4; ++i) {
            (address subject, uint256 digest) = (person(whom[i]), digests[i] % 3 + 1);
            claims[i] = IIdentityRegistry.Issue(subject, expiresAt, bytes32(uint256(1)), bytes32(digest));
            fits = fits && _models[issuer][subject][1][digest].endedAt == 0;
        }
        vm.prank(issuer);
        try _registry.issueMany(claims) {
            vm.assertTrue(fits, "issued against the rules");
            for (uint256 i = 0; i < 4; ++i) {
                Model storage it = _models[issuer][claims[i].subject][1][uint256(claims[i].digest)];
                if (it.issuedAt == 0) it.issuedAt = uint64(block.timestamp);
                it.expiresAt = expiresAt;
            }
        } catch {
            vm.assertFalse(fits, "not issued against the rules");
        }
    }

    function revoke(uint8 who, uint8 whom, uint8 schema, uint8 digest, uint8 reason) external {
        (address issuer, address subject) = (person(who), person(whom));
        (schema, digest) = (schema % 2 + 1, digest % 3 + 1);
        Model storage it = _models[issuer][subject][schema][digest];
        vm.prank(issuer);
        try _registry.revoke(subject, bytes32(uint256(schema)), bytes32(uint256(digest)), reason) {
            _end(it, IIdentityRegistry.Status.Revoked, reason);
        } catch {
            vm.assertTrue(it.issuedAt == 0 || it.endedAt != 0, "not revoked against the rules");
        }
    }

    function decline(uint8 who, uint8 whom, uint8 schema, uint8 digest) external {
        (address issuer, address subject) = (person(who), person(whom));
        (schema, digest) = (schema % 2 + 1, digest % 3 + 1);
        Model storage it = _models[issuer][subject][schema][digest];
        vm.prank(subject);
        try _registry.decline(issuer, bytes32(uint256(schema)), bytes32(uint256(digest))) {
            _end(it, IIdentityRegistry.Status.Declined, 0);
        } catch {
            vm.assertTrue(it.issuedAt == 0 || it.endedAt != 0, "not declined against the rules");
        }
    }

    function pass(uint16 time) external {
        vm.warp(block.timestamp + time);
    }

    function _end(Model storage it, IIdentityRegistry.Status how, uint8 reason) private {
        vm.assertTrue(it.issuedAt != 0 && it.endedAt == 0, "ended against the rules");
        (it.endedAt, it.end, it.reason) = (uint64(block.timestamp), how, reason);
    }
}

contract IdentityRegistryInvariants is Test {
    IdentityRegistry private _registry = new IdentityRegistry();
    IdentityRegistryHandler private _handler = new IdentityRegistryHandler(_registry);

    function setUp() external {
        vm.warp(1_000_000);
        _target(address(_handler));
    }

    function invariant_everyClaimIsAsItsHistorySays() external view {
        for (uint256 index = 0; index < 54; ++index) {
            address issuer = _handler.person(index);
            address subject = _handler.person(index / 3);
            uint256 schema = index / 9 % 2 + 1;
            uint256 digest = index / 18 + 1;
            _compare(issuer, subject, schema, digest);
        }
    }

    function _compare(address issuer, address subject, uint256 schema, uint256 digest) private view {
        IdentityRegistryHandler.Model memory it = _handler.model(issuer, subject, schema, digest);
        (IIdentityRegistry.Status status, uint64 issuedAt, uint64 expiresAt, uint64 endedAt, uint8 reason) =
            _registry.claimOf(issuer, subject, bytes32(schema), bytes32(digest));
        vm.assertEq(issuedAt, it.issuedAt, "issued at");
        vm.assertEq(expiresAt, it.expiresAt, "expires at");
        vm.assertEq(endedAt, it.endedAt, "ended at");
        vm.assertEq(reason, it.reason, "reason");
        vm.assertEq(uint256(status), uint256(_expected(it)), "status");
    }

    function _expected(IdentityRegistryHandler.Model memory it) private view returns (IIdentityRegistry.Status) {
        if (it.issuedAt == 0) return IIdentityRegistry.Status.None;
        if (it.endedAt != 0) return it.end;
        if (it.expiresAt != 0 && block.timestamp > it.expiresAt) return IIdentityRegistry.Status.Expired;
        return IIdentityRegistry.Status.Valid;
    }
}
