// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SlotDerivation} from "@openzeppelin/contracts/utils/SlotDerivation.sol";
import {StorageSlot} from "@openzeppelin/contracts/utils/StorageSlot.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {TrothDomain} from "./TrothDomain.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";

/// @title Who owns what, without an owner
/// @notice See IAssetRegistry for what each function promises.
/// @dev No constructor argument and no immutable: the code, and with CREATE2 the address, is the same on
/// every chain. Beside OpenZeppelin's ERC721 a token takes one word of storage, its digest, or none. Tokens are
/// minted without calling their receiver: that call could run anything, in the middle of a batch or while
/// somebody else pays, and ERC-721 asks for it only in safeTransferFrom.
contract AssetRegistry is IAssetRegistry, ERC721, TrothDomain {
    using SlotDerivation for bytes32;
    using StorageSlot for bytes32;

    bytes32 private constant _PERMISSION =
        keccak256("Permission(address creator,address to,bytes32 digest,uint16 royalty,uint256 deadline)");
    uint16 private constant _WHOLE = 10_000;
    uint256 private constant _CREATOR = 96;
    uint256 private constant _ROYALTY = 80;
    uint256 private constant _DIGEST_DROPPED = 176;

    // Where OpenZeppelin's ERC721 keeps its private mappings; tests compare with the compiler's layout.
    bytes32 private constant _OWNERS = bytes32(uint256(2));
    bytes32 private constant _BALANCES = bytes32(uint256(3));
    bytes32 private constant _APPROVALS = bytes32(uint256(4));

    // What else is in the words of owners and of balances; see `_create`.
    uint256 private constant _OWNER = type(uint160).max;
    uint256 private constant _OWNER_BITS = 160;
    uint256 private constant _COUNT = type(uint80).max;
    uint256 private constant _REST_BITS = 80;
    uint256 private constant _TAKEN = 1 << 255;

    // Of every token but those that a creator made first for itself.
    mapping(uint256 tokenId => bytes32) private _digests;

    constructor() ERC721("Troth", "TROTH") {}

    /// @inheritdoc IAssetRegistry
    function mint(address to, bytes32 digest, uint16 royalty) external returns (uint256 tokenId) {
        tokenId = _newId(msg.sender, digest, royalty);
        _create(msg.sender, to, tokenId, digest);
    }

    /// @inheritdoc IAssetRegistry
    function mintMany(address to, Item[] calldata items) external {
        if (items.length == 0) revert EmptyBatch();
        for (uint256 i = 0; i < items.length; ++i) {
            Item calldata item = items[i];
            _create(msg.sender, to, _newId(msg.sender, item.digest, item.royalty), item.digest);
        }
    }

    /// @inheritdoc IAssetRegistry
    function mintWithPermission(Permission calldata permission, bytes calldata signature)
        external
        returns (uint256 tokenId)
    {
        tokenId = _newId(permission.creator, permission.digest, permission.royalty);
        if (block.timestamp > permission.deadline) {
            revert PermissionExpired(permission.deadline, block.timestamp);
        }
        bytes32 hash = _signedHash(keccak256(abi.encode(_PERMISSION, permission)));
        if (!_signed(permission.creator, hash, signature)) revert InvalidPermission(permission.creator, hash);
        _create(permission.creator, permission.to, tokenId, permission.digest);
    }

    /// @inheritdoc IAssetRegistry
    function digestOf(uint256 tokenId) external view returns (bytes32 digest) {
        return _digestOf(tokenId);
    }

    /// @inheritdoc IAssetRegistry
    function tokenIdOf(address creator, bytes32 digest, uint16 royalty) external pure returns (uint256 tokenId) {
        return _tokenId(creator, digest, royalty);
    }

    /// @notice What a marketplace should pay to the creator when the token is sold.
    /// @dev Rounded down. Reverts with ERC721NonexistentToken.
    /// @inheritdoc IERC2981
    function royaltyInfo(uint256 tokenId, uint256 salePrice)
        external
        view
        returns (address receiver, uint256 royaltyAmount)
    {
        _requireOwned(tokenId);
        uint256 royalty = uint16(tokenId >> _ROYALTY);
        return (address(uint160(tokenId >> _CREATOR)), Math.mulDiv(salePrice, royalty, _WHOLE));
    }

    /// @notice Where the metadata is: an IPFS URI that anyone can compute from the digest.
    /// @dev CIDv1 in base16: version 1, raw bytes, sha2-256 of 32 bytes. Reverts with ERC721NonexistentToken.
    function tokenURI(uint256 tokenId) public view override returns (string memory) {
        bytes memory prefixed = bytes(Strings.toHexString(uint256(_digestOf(tokenId)), 32));
        return string.concat("ipfs://f01551220", string(Bytes.slice(prefixed, 2)));
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return interfaceId == type(IERC2981).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @inheritdoc ERC721
    function balanceOf(address owner) public view override returns (uint256) {
        if (owner == address(0)) revert ERC721InvalidOwner(owner);
        return _BALANCES.deriveMapping(owner).getUint256Slot().value & _COUNT;
    }

    /// @dev Moves a token: the same checks, effects and event as OpenZeppelin's, for 600 gas less. Whole words are
    /// written, and an approval is cleared only where there is one. Nothing burns, so `to` is never zero here
    /// (OpenZeppelin's callers refuse it), and `_create` mints.
    function _update(address to, uint256 tokenId, address auth) internal override returns (address from) {
        StorageSlot.Uint256Slot storage owner = _OWNERS.deriveMapping(tokenId).getUint256Slot();
        uint256 word = owner.value;
        from = address(uint160(word));
        if (from == address(0)) revert ERC721NonexistentToken(tokenId);
        if (auth != address(0) && auth != from) _checkAuthorized(from, auth, tokenId);
        owner.value = word & ~_OWNER | uint160(to);
        StorageSlot.Uint256Slot storage approval = _APPROVALS.deriveMapping(tokenId).getUint256Slot();
        if (approval.value != 0) approval.value = 0;
        unchecked {
            --_BALANCES.deriveMapping(from).getUint256Slot().value;
            ++_BALANCES.deriveMapping(to).getUint256Slot().value;
        }
        emit Transfer(from, to, tokenId);
    }

    /// @dev The id of a token that may be made and is not there yet.
    function _newId(address creator, bytes32 digest, uint16 royalty) private view returns (uint256 tokenId) {
        if (digest == bytes32(0)) revert ZeroDigest();
        if (royalty > _WHOLE) revert RoyaltyTooHigh(royalty);
        tokenId = _tokenId(creator, digest, royalty);
        if (_OWNERS.deriveMapping(tokenId).getUint256Slot().value != 0) revert AlreadyMinted(tokenId);
    }

    /// @dev The first token that a creator makes for itself takes no word for its digest, as a third one written
    /// from zero would cost 22,100 gas. Its id holds the first 80 bits of the digest, the word of its owner the
    /// next 96, and the word of its creator's balance the last 80, for ever: transfers leave both as they are.
    function _create(address creator, address to, uint256 tokenId, bytes32 digest) private {
        if (to == address(0)) revert ERC721InvalidReceiver(address(0));
        StorageSlot.Uint256Slot storage balance = _BALANCES.deriveMapping(to).getUint256Slot();
        uint256 account = balance.value;
        uint256 owner = uint160(to);
        if (to == creator && account & _TAKEN == 0) {
            account |= _TAKEN | uint256(uint80(uint256(digest))) << _REST_BITS;
            owner |= uint256(digest) >> _REST_BITS << _OWNER_BITS;
        } else {
            _digests[tokenId] = digest;
        }
        _OWNERS.deriveMapping(tokenId).getUint256Slot().value = owner;
        unchecked {
            // Nobody makes 2^80 tokens.
            balance.value = account + 1;
        }
        emit Transfer(address(0), to, tokenId);
        emit Minted(creator, tokenId, digest);
    }

    /// @dev Recovery comes first, also for an address with code: under EIP-7702 it may still have a key.
    function _signed(address creator, bytes32 hash, bytes calldata signature) private view returns (bool) {
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(hash, signature);
        if (problem == ECDSA.RecoverError.NoError && recovered == creator) return true;
        return SignatureChecker.isValidSignatureNowCalldata(creator, hash, signature);
    }

    function _digestOf(uint256 tokenId) private view returns (bytes32 digest) {
        digest = _digests[tokenId];
        if (digest != bytes32(0)) return digest;
        uint256 owner = _OWNERS.deriveMapping(tokenId).getUint256Slot().value;
        if (owner == 0) revert ERC721NonexistentToken(tokenId);
        address creator = address(uint160(tokenId >> _CREATOR));
        uint256 account = _BALANCES.deriveMapping(creator).getUint256Slot().value;
        uint256 middle = owner >> _OWNER_BITS << _REST_BITS;
        return bytes32(tokenId << _DIGEST_DROPPED | middle | uint256(uint80(account >> _REST_BITS)));
    }

    function _tokenId(address creator, bytes32 digest, uint16 royalty) private pure returns (uint256) {
        return uint256(uint160(creator)) << _CREATOR | uint256(royalty) << _ROYALTY
            | uint256(digest) >> _DIGEST_DROPPED;
    }
}
