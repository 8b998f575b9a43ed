// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {TrothDomain} from "./TrothDomain.sol";
import {IIdentityRegistry} from "./interfaces/IIdentityRegistry.sol";

/// @title Who vouches for whom, without an owner
/// @notice See IIdentityRegistry for what each function promises.
/// @dev No constructor argument and no immutable: the code, and with CREATE2 the address, is the same on
/// every chain. A claim is one word of storage, packed by hand, lowest bits first:
///
///     issued at 48 | expires at 64 | ended at 48 | reason 8 | how it ended 8
///
/// The last is a Status: zero, Revoked or Declined. Seconds fit 48 bits for millions of years.
contract IdentityRegistry is IIdentityRegistry, TrothDomain {
    uint256 private constant _EXPIRES = 48;
    uint256 private constant _ENDED_AT = 112;
    uint256 private constant _REASON = 160;
    uint256 private constant _ENDED = 168;

    mapping(bytes32 key => uint256) private _claims;

    /// @inheritdoc IIdentityRegistry
    function issue(address subject, bytes32 schema, bytes32 digest, uint64 expiresAt) external {
        _issue(subject, schema, digest, expiresAt);
    }

    /// @inheritdoc IIdentityRegistry
    function issueMany(Issue[] calldata claims) external {
        if (claims.length == 0) revert EmptyBatch();
        for (uint256 i = 0; i < claims.length; ++i) {
            Issue calldata one = claims[i];
            _issue(one.subject, one.schema, one.digest, one.expiresAt);
        }
    }

    /// @inheritdoc IIdentityRegistry
    function revoke(address subject, bytes32 schema, bytes32 digest, uint8 reason) external {
        _end(msg.sender, subject, schema, digest, Status.Revoked, reason);
        emit Revoked(msg.sender, subject, schema, digest, reason);
    }

    /// @inheritdoc IIdentityRegistry
    function decline(address issuer, bytes32 schema, bytes32 digest) external {
        _end(issuer, msg.sender, schema, digest, Status.Declined, 0);
        emit Declined(issuer, msg.sender, schema, digest);
    }

    /// @inheritdoc IIdentityRegistry
    function statusOf(address issuer, address subject, bytes32 schema, bytes32 digest)
        external
        view
        returns (Status status)
    {
        return _status(_claims[_key(issuer, subject, schema, digest)]);
    }

    /// @inheritdoc IIdentityRegistry
    function claimOf(address issuer, address subject, bytes32 schema, bytes32 digest)
        external
        view
        returns (Status status, uint64 issuedAt, uint64 expiresAt, uint64 endedAt, uint8 reason)
    {
        uint256 word = _claims[_key(issuer, subject, schema, digest)];
        return (
            _status(word),
            uint48(word),
            uint64(word >> _EXPIRES),
            uint48(word >> _ENDED_AT),
            uint8(word >> _REASON)
        );
    }

    function _issue(address subject, bytes32 schema, bytes32 digest, uint64 expiresAt) private {
        if (subject == address(0) || schema == bytes32(0) || digest == bytes32(0)) {
            revert IncompleteClaim(subject, schema, digest);
        }
        if (expiresAt != 0 && expiresAt < block.timestamp) {
            revert ExpiryPassed(expiresAt, uint64(block.timestamp));
        }
        bytes32 key = _key(msg.sender, subject, schema, digest);
        uint256 word = _claims[key];
        _checkNotEnded(word, msg.sender, subject, schema, digest);
        // A renewal keeps the time of the first issue.
        uint256 issuedAt = word == 0 ? block.timestamp : uint48(word);
        _claims[key] = issuedAt | uint256(expiresAt) << _EXPIRES;
        emit Issued(msg.sender, subject, schema, digest, expiresAt);
    }

    function _end(address issuer, address subject, bytes32 schema, bytes32 digest, Status how, uint8 reason)
        private
    {
        bytes32 key = _key(issuer, subject, schema, digest);
        uint256 word = _claims[key];
        if (word == 0) revert NotIssued(issuer, subject, schema, digest);
        _checkNotEnded(word, issuer, subject, schema, digest);
        _claims[key] =
            word | block.timestamp << _ENDED_AT | uint256(reason) << _REASON | uint256(how) << _ENDED;
    }

    function _checkNotEnded(uint256 word, address issuer, address subject, bytes32 schema, bytes32 digest)
        private
        pure
    {
        uint256 ended = word >> _ENDED;
        if (ended != 0) revert ClaimEnded(issuer, subject, schema, digest, Status(ended));
    }

    function _status(uint256 word) private view returns (Status) {
        if (word == 0) return Status.None;
        uint256 ended = word >> _ENDED;
        if (ended != 0) return Status(ended);
        uint256 expiresAt = uint64(word >> _EXPIRES);
        return expiresAt != 0 && expiresAt < block.timestamp ? Status.Expired : Status.Valid;
    }

    function _key(address issuer, address subject, bytes32 schema, bytes32 digest)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(issuer, subject, schema, digest));
    }
}
