// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";

/// @title Who owns what
/// @notice An ERC-721 collection that everybody mints into, each in a space of their own, with ERC-2981
/// royalties that need no storage. There is no owner, no pause, no upgrade and no burning.
/// @dev A token's id says who made it and on which terms, highest bits first:
///
///     creator 160 | royalty in basis points 16 | the first 80 bits of the digest
///
/// The digest is the SHA-256 of the metadata's bytes and is stored whole. Invariants:
///
/// 1. A token exists only if the address in its id sent the mint, or signed a permission for it.
/// 2. Whoever minted it, a token's creator, royalty, digest and tokenURI never change, and it never ends.
/// 3. The same creator cannot mint the same digest twice at the same royalty, so a permission serves once.
/// 4. balanceOf of an address is the number of tokens that it owns.
/// 5. Only the owner, or whom the owner approved, moves a token.
/// 6. No function calls another contract, except a creator's isValidSignature (a static call) and the
///    receiver of a safeTransferFrom, after everything is written.
interface IAssetRegistry is IERC2981, IERC5267 {
    /// @notice What one mint of a batch makes.
    struct Item {
        bytes32 digest;
        uint16 royalty;
    }

    /// @notice What a creator signs so that anyone can mint for it, and pay for that: the EIP-712 message
    /// Permission(address creator,address to,bytes32 digest,uint16 royalty,uint256 deadline) in the domain
    /// that `eip712Domain` names. `deadline` is the last second, since 1970, at which it serves.
    struct Permission {
        address creator;
        address to;
        bytes32 digest;
        uint16 royalty;
        uint256 deadline;
    }

    /// @notice A token was made; its Transfer from zero, in the same call, says to whom it went.
    /// @param creator Who made it
    /// @param tokenId Its id
    /// @param digest The SHA-256 of its metadata
    event Minted(address indexed creator, uint256 indexed tokenId, bytes32 digest);

    /// @notice The digest is zero, which means "none" everywhere else.
    error ZeroDigest();

    /// @notice A royalty is at most 10,000 basis points, the whole price.
    /// @param royalty The royalty that was given
    error RoyaltyTooHigh(uint16 royalty);

    /// @notice The token is there already. Who sees this on a repeat has nothing left to do.
    /// @param tokenId Its id
    error AlreadyMinted(uint256 tokenId);

    /// @notice The batch holds nothing to mint.
    error EmptyBatch();

    /// @notice The permission's time has passed.
    /// @param deadline The last second at which it served
    /// @param blockTime The time of this block
    error PermissionExpired(uint256 deadline, uint256 blockTime);

    /// @notice The creator did not sign this permission.
    /// @param creator Whose permission it would be
    /// @param hash What would have been signed (EIP-712)
    error InvalidPermission(address creator, bytes32 hash);

    /// @notice Make a token whose creator is the caller.
    /// @dev The receiver is not called, and so cannot refuse: name one that can handle tokens. Checked in
    /// this order: ZeroDigest, RoyaltyTooHigh, AlreadyMinted, ERC721InvalidReceiver for the zero address.
    /// @param to Who gets it
    /// @param digest The SHA-256 of the metadata, not zero
    /// @param royalty In basis points of a price, at most 10,000
    /// @return tokenId Its id
    function mint(address to, bytes32 digest, uint16 royalty) external returns (uint256 tokenId);

    /// @notice Make many tokens whose creator is the caller: all of them, or none.
    /// @dev The same as `mint` for each in turn. Reverts with EmptyBatch when there is none.
    /// @param to Who gets them all
    /// @param items Digest and royalty of each
    function mintMany(address to, Item[] calldata items) external;

    /// @notice Make a token for a creator who signed a permission. Anyone may send it, and it does the same
    /// whoever does. A creator who wants a permission back mints the token itself, or waits for its deadline.
    /// @dev The signature is the creator's own: 65 bytes, s in the lower half, v 27 or 28 (recovery is tried
    /// first, since an address may have code under EIP-7702), or whatever the contract at its address takes
    /// (ERC-1271). Checked in this order, so that a repeat learns that the token is there: ZeroDigest,
    /// RoyaltyTooHigh, AlreadyMinted, PermissionExpired, InvalidPermission, ERC721InvalidReceiver.
    /// @param permission What was signed
    /// @param signature The creator's signature over it
    /// @return tokenId Its id
    function mintWithPermission(Permission calldata permission, bytes calldata signature)
        external
        returns (uint256 tokenId);

    /// @notice The whole digest of a token's metadata.
    /// @dev Reverts with ERC721NonexistentToken. Compare this, not the part of it that is in the id: 80 bits
    /// bind strangers, but a creator could find two texts that share them.
    /// @param tokenId Its id
    /// @return digest The SHA-256 of the metadata's bytes
    function digestOf(uint256 tokenId) external view returns (bytes32 digest);

    /// @notice The id that a token has, or would have.
    /// @param creator Who makes it
    /// @param digest The SHA-256 of its metadata
    /// @param royalty In basis points
    /// @return tokenId Its id
    function tokenIdOf(address creator, bytes32 digest, uint16 royalty) external pure returns (uint256 tokenId);
}
