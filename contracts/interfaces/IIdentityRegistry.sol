// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

/// @title Who vouches for whom
/// @notice Every address can vouch for any other. A claim lives under its issuer, and a reader chooses
/// whose claims to believe. There is no owner, no pause and no upgrade.
///
/// What is claimed never comes here. A claim is the EIP-712 message
///
///     Claim(address subject,bytes32 schema,string value,bytes32 salt)
///
/// in the domain that `eip712Domain` names, and its digest is the hashStruct of that message, 32 bytes. The
/// salt is random, so the digest says nothing; whoever holds the message can show what it stands for.
/// @dev A claim is known by its key: issuer, subject, schema and the whole digest. Invariants, for every key:
///
/// 1. Only a call from the issuer issues or revokes it, and only a call from the subject declines it.
/// 2. Its status goes from None to Valid; between Valid and Expired as time passes or the issuer renews it;
///    and from either to Revoked or Declined, which are final.
/// 3. The time of its first issue never changes; once it has ended, nothing of it changes.
/// 4. No call changes the state of another key.
/// 5. Each change emits exactly one event, and nothing else does, so that the events up to a block say what
///    held after that block: the last one about a key decides.
/// 6. A call that reverts leaves no trace: sending the same call twice cannot do harm.
interface IIdentityRegistry is IERC5267 {
    /// @notice What a claim is worth.
    /// None: never issued. Valid: issued, not ended, not expired. Expired: its time has passed and the issuer
    /// may renew it. Revoked: taken back by its issuer. Declined: refused by its subject.
    enum Status {
        None,
        Valid,
        Expired,
        Revoked,
        Declined
    }

    /// @notice One claim of a batch.
    struct Issue {
        address subject;
        uint64 expiresAt;
        bytes32 schema;
        bytes32 digest;
    }

    /// @notice `issuer` vouches for `subject`, from this block on.
    /// @param issuer The sender of the call
    /// @param subject Whom the claim is about
    /// @param schema What sort of claim it is, such as keccak256("troth:domain")
    /// @param digest The hashStruct of the claim
    /// @param expiresAt The last second, since 1970, at which it is valid; 0 for no end. A later event of
    /// the same key replaces it
    event Issued(
        address indexed issuer,
        address indexed subject,
        bytes32 indexed schema,
        bytes32 digest,
        uint64 expiresAt
    );

    /// @notice `issuer` took a claim back, for good.
    /// @param issuer The sender of the call
    /// @param subject Whom the claim was about
    /// @param schema What sort of claim it was
    /// @param digest The hashStruct of the claim
    /// @param reason Why, see `revoke`
    event Revoked(
        address indexed issuer, address indexed subject, bytes32 indexed schema, bytes32 digest, uint8 reason
    );

    /// @notice `subject` refused a claim about it, for good.
    /// @param issuer Who had vouched
    /// @param subject The sender of the call
    /// @param schema What sort of claim it was
    /// @param digest The hashStruct of the claim
    event Declined(
        address indexed issuer, address indexed subject, bytes32 indexed schema, bytes32 digest
    );

    /// @notice Subject, schema and digest of a claim are never zero.
    /// @param subject The subject that was given
    /// @param schema The schema that was given
    /// @param digest The digest that was given
    error IncompleteClaim(address subject, bytes32 schema, bytes32 digest);

    /// @notice The claim would be expired when it is issued.
    /// @param expiresAt The expiry that was given
    /// @param blockTime The time of this block
    error ExpiryPassed(uint64 expiresAt, uint64 blockTime);

    /// @notice The batch holds no claim.
    error EmptyBatch();

    /// @notice The issuer never issued this claim.
    /// @param issuer Whose claim was looked for
    /// @param subject Whom it would be about
    /// @param schema What sort of claim it would be
    /// @param digest The digest that was given
    error NotIssued(address issuer, address subject, bytes32 schema, bytes32 digest);

    /// @notice The claim was revoked or declined, which is final.
    /// @param issuer Whose claim it is
    /// @param subject Whom it is about
    /// @param schema What sort of claim it is
    /// @param digest Its digest
    /// @param status Revoked or Declined
    error ClaimEnded(address issuer, address subject, bytes32 schema, bytes32 digest, Status status);

    /// @notice Vouch for `subject`. A claim of the caller that is valid or expired is renewed: it gets this
    /// expiry in place of its own, and keeps the time of its first issue.
    /// @dev Checked in this order: IncompleteClaim, ExpiryPassed, ClaimEnded.
    /// @param subject Whom the claim is about
    /// @param schema What sort of claim it is; keccak256 of "troth:domain", "troth:email", "troth:handle",
    /// "troth:person", or whatever the issuer names
    /// @param digest The hashStruct of the claim
    /// @param expiresAt The last second, since 1970, at which it is valid; 0 for no end
    function issue(address subject, bytes32 schema, bytes32 digest, uint64 expiresAt) external;

    /// @notice Vouch for many at once: all of them, or none.
    /// @dev The same as `issue` for each in turn. Reverts with EmptyBatch when there is none. A subject can
    /// make a batch revert that renews a claim, by declining it right before; a claim that is new cannot be
    /// declined before it is there.
    /// @param claims The claims
    function issueMany(Issue[] calldata claims) external;

    /// @notice Take a claim of the caller back, for good. An expired one can be revoked as well.
    /// @dev Checked in this order: NotIssued, ClaimEnded.
    /// @param subject Whom the claim is about
    /// @param schema What sort of claim it is
    /// @param digest Its digest
    /// @param reason 0 not said, 1 issued by mistake, 2 no longer true, 3 replaced by another claim,
    /// 4 asked for by the subject, 5 the issuer's key was not safe. From 128 on each issuer says what its
    /// reasons mean; those between are kept for later
    function revoke(address subject, bytes32 schema, bytes32 digest, uint8 reason) external;

    /// @notice Refuse a claim about the caller, for good. An expired one can be declined as well.
    /// @dev Checked in this order: NotIssued, ClaimEnded.
    /// @param issuer Who vouched
    /// @param schema What sort of claim it is
    /// @param digest Its digest
    function decline(address issuer, bytes32 schema, bytes32 digest) external;

    /// @notice What a claim is worth now, that is, at the time of the block in which this is asked.
    /// @param issuer Who vouched
    /// @param subject Whom it is about
    /// @param schema What sort of claim it is
    /// @param digest Its digest
    /// @return status None for a claim that was never issued
    function statusOf(address issuer, address subject, bytes32 schema, bytes32 digest)
        external
        view
        returns (Status status);

    /// @notice All that is recorded of a claim; zeros where there is nothing. Times are seconds since 1970.
    /// @param issuer Who vouched
    /// @param subject Whom it is about
    /// @param schema What sort of claim it is
    /// @param digest Its digest
    /// @return status As `statusOf` answers
    /// @return issuedAt The time of the block that issued it first
    /// @return expiresAt The last second at which it is valid; 0 for no end
    /// @return endedAt The time of the block that revoked or declined it
    /// @return reason The reason that it was revoked for
    function claimOf(address issuer, address subject, bytes32 schema, bytes32 digest)
        external
        view
        returns (Status status, uint64 issuedAt, uint64 expiresAt, uint64 endedAt, uint8 reason);
}
