// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {AssetRegistry} from "../../AssetRegistry.sol";
import {IAssetRegistry} from "../../interfaces/IAssetRegistry.sol";
import {Test} from "./Vm.sol";

/// @dev Signs permissions by itself, from the words of EIP-712 alone.
abstract contract Signing is Test {
    function _sign(AssetRegistry registry, uint256 key, IAssetRegistry.Permission memory permission)
        internal
        view
        returns (bytes memory)
    {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Troth"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        bytes32 content = keccak256(
            abi.encode(
                keccak256("Permission(address creator,address to,bytes32 digest,uint16 royalty,uint256 deadline)"),
                permission.creator,
                permission.to,
                permission.digest,
                permission.royalty,
                permission.deadline
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", separator, content)));
        return abi.encodePacked(r, s, v);
    }
}

contract AssetRegistryTest is Signing {
    AssetRegistry private _registry = new AssetRegistry();

    function testFuzz_anIdSaysWhatItIsMadeOf(address creator, address to, bytes32 digest, uint16 royalty) external {
        vm.assume(to != address(0) && digest != bytes32(0));
        royalty %= 10_001;
        vm.prank(creator);
        uint256 tokenId = _registry.mint(to, digest, royalty);
        vm.assertEq(tokenId, _registry.tokenIdOf(creator, digest, royalty), "the same beforehand");
        vm.assertEq(address(bytes20(bytes32(tokenId))), creator, "creator");
        vm.assertEq(uint16(tokenId >> 80), royalty, "royalty");
        vm.assertEq(bytes32(tokenId << 176), digest >> 176 << 176, "digest");
        vm.assertEq(_registry.ownerOf(tokenId), to, "owner");
        vm.assertEq(_registry.digestOf(tokenId), digest, "whole digest");
    }

    /// @dev Its digest is in parts, in the words of its owner and of its creator's balance: nothing may touch them.
    function testFuzz_aCreatorsFirstTokenKeepsItsDigest(address creator, bytes32[3] calldata digests, uint16 royalty)
        external
    {
        vm.assume(creator != address(0) && creator != address(this));
        royalty %= 10_001;
        uint256[3] memory tokens;
        for (uint256 i = 0; i < 3; ++i) {
            bytes32 digest = digests[i];
            vm.assume(digest != bytes32(0) && _registry.tokenIdOf(creator, digest, royalty) != tokens[0]);
            vm.assume(i < 2 || _registry.tokenIdOf(creator, digest, royalty) != tokens[1]);
            vm.prank(creator);
            tokens[i] = _registry.mint(creator, digest, royalty);
            vm.assertEq(_registry.balanceOf(creator), i + 1, "balance");
        }
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(creator);
            _registry.transferFrom(creator, address(this), tokens[i]);
            vm.assertEq(_registry.ownerOf(tokens[i]), address(this), "owner");
            vm.assertEq(_registry.balanceOf(creator), 2 - i, "one less");
        }
        _registry.transferFrom(address(this), creator, tokens[0]);
        vm.assertEq(_registry.balanceOf(creator), 1, "back again");
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertEq(_registry.digestOf(tokens[i]), digests[i], "digest");
        }
        vm.prank(creator);
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AlreadyMinted.selector, tokens[0]));
        _registry.mint(creator, digests[0], royalty);
    }

    function testFuzz_royaltiesAreAShare(address creator, uint256 price, uint16 royalty) external {
        royalty %= 10_001;
        vm.prank(creator);
        uint256 tokenId = _registry.mint(address(this), keccak256("a"), royalty);
        (address receiver, uint256 amount) = _registry.royaltyInfo(tokenId, price);
        vm.assertEq(receiver, creator, "receiver");
        vm.assertTrue(amount <= price, "not more than the price");
        if (price <= type(uint256).max / 10_000) vm.assertEq(amount, price * royalty / 10_000, "amount");
    }

    function testFuzz_theUriIsTheDigestInHex(bytes32 digest) external {
        vm.assume(digest != bytes32(0));
        uint256 tokenId = _registry.mint(address(this), digest, 0);
        bytes memory uri = bytes(_registry.tokenURI(tokenId));
        bytes memory start = "ipfs://f01551220";
        vm.assertEq(uri.length, start.length + 64, "length");
        for (uint256 i = 0; i < start.length; ++i) {
            vm.assertEq(uint8(uri[i]), uint8(start[i]), "start");
        }
        uint256 value = 0;
        for (uint256 i = start.length; i < uri.length; ++i) {
            uint8 letter = uint8(uri[i]);
            vm.assertTrue((letter >= 48 && letter <= 57) || (letter >= 97 && letter <= 102), "lower-case hex");
            value = value << 4 | (letter <= 57 ? letter - 48 : letter - 87);
        }
        vm.assertEq(bytes32(value), digest, "digest");
    }

    function testFuzz_aPermissionIsItsCreatorsAlone(
        uint256 key,
        uint256 wrongKey,
        IAssetRegistry.Permission memory permission,
        address payer
    ) external {
        (key, wrongKey) = (key % 2 ** 200 + 1, wrongKey % 2 ** 200 + 1);
        vm.assume(key != wrongKey && permission.to != address(0) && permission.digest != bytes32(0));
        vm.assume(permission.deadline >= block.timestamp);
        permission.creator = vm.addr(key);
        permission.royalty %= 10_001;
        bytes memory forged = _sign(_registry, wrongKey, permission);
        vm.expectPartialRevert(IAssetRegistry.InvalidPermission.selector);
        _registry.mintWithPermission(permission, forged);
        bytes memory signature = _sign(_registry, key, permission);
        vm.prank(payer);
        uint256 tokenId = _registry.mintWithPermission(permission, signature);
        vm.assertEq(_registry.ownerOf(tokenId), permission.to, "owner");
        vm.assertEq(tokenId >> 96, uint160(permission.creator), "creator");
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.AlreadyMinted.selector, tokenId));
        _registry.mintWithPermission(permission, signature);
    }

    function testFuzz_anyBitOfASignatureCounts(uint256 key, uint16 bit, uint256 deadline) external {
        vm.assume(deadline >= block.timestamp);
        key = key % 2 ** 200 + 1;
        IAssetRegistry.Permission memory permission =
            IAssetRegistry.Permission(vm.addr(key), address(this), keccak256("a"), 1, deadline);
        bytes memory signature = _sign(_registry, key, permission);
        bit %= 65 * 8;
        signature[bit / 8] ^= bytes1(uint8(1 << bit % 8));
        vm.expectPartialRevert(IAssetRegistry.InvalidPermission.selector);
        _registry.mintWithPermission(permission, signature);
    }

    function testFuzz_aPermissionEndsWithItsDeadline(uint48 deadline, uint48 later) external {
        IAssetRegistry.Permission memory permission =
            IAssetRegistry.Permission(vm.addr(7), address(this), keccak256("a"), 1, deadline);
        bytes memory signature = _sign(_registry, 7, permission);
        vm.warp(uint256(deadline) + 1 + later);
        vm.expectRevert(
            abi.encodeWithSelector(IAssetRegistry.PermissionExpired.selector, deadline, block.timestamp)
        );
        _registry.mintWithPermission(permission, signature);
        vm.warp(deadline);
        _registry.mintWithPermission(permission, signature);
    }

    function testFuzz_nothingUnknownIsAnswered(uint256 tokenId, uint256 price) external {
        bytes memory missing = abi.encodeWithSignature("ERC721NonexistentToken(uint256)", tokenId);
        vm.expectRevert(missing);
        _registry.royaltyInfo(tokenId, price);
        vm.expectRevert(missing);
        _registry.tokenURI(tokenId);
        vm.expectRevert(missing);
        _registry.digestOf(tokenId);
        vm.expectRevert(missing);
        _registry.ownerOf(tokenId);
    }

    function test_aReceiverThatMintsAndMovesDoesNoHarm() external {
        Reentrant receiver = new Reentrant(_registry);
        uint256 tokenId = _registry.mint(address(this), keccak256("a"), 0);
        _registry.safeTransferFrom(address(this), address(receiver), tokenId);
        // It gave the token on from within the call, and minted one of its own.
        vm.assertEq(_registry.ownerOf(tokenId), address(0xC0FFEE), "owner");
        vm.assertEq(_registry.balanceOf(address(receiver)), 1, "its own");
        vm.assertEq(_registry.balanceOf(address(0xC0FFEE)), 1, "the one given on");
        vm.assertEq(_registry.balanceOf(address(this)), 0, "nothing left");
    }
}

/// @dev Moves what it receives and mints, while it is being given something.
contract Reentrant is IERC721Receiver {
    AssetRegistry private immutable _registry;

    constructor(AssetRegistry registry) {
        _registry = registry;
    }

    function onERC721Received(address, address, uint256 tokenId, bytes calldata) external returns (bytes4) {
        _registry.mint(address(this), keccak256("mine"), 0);
        _registry.transferFrom(address(this), address(0xC0FFEE), tokenId);
        return IERC721Receiver.onERC721Received.selector;
    }
}

/// @dev OpenZeppelin's ERC721 as it is, to be compared with.
contract Reference is ERC721 {
    constructor() ERC721("Reference", "REF") {}

    function mint(address to, uint256 tokenId) external {
        _mint(to, tokenId);
    }
}

/// @dev Does the same random things to AssetRegistry and to OpenZeppelin's ERC721.
contract AssetRegistryHandler is Signing {
    AssetRegistry public immutable registry;
    Reference public immutable plain;
    uint256[] private _tokens;
    mapping(uint256 tokenId => bytes32) public digests;

    constructor(AssetRegistry registry_, Reference plain_) {
        (registry, plain) = (registry_, plain_);
    }

    function person(uint256 index) public pure returns (address) {
        return vm.addr(0xC0 + index % 4);
    }

    function tokens() external view returns (uint256[] memory) {
        return _tokens;
    }

    function mint(uint8 who, uint8 to, uint8 digest, uint8 royalty) external {
        (bytes32 whole, uint16 share) = _terms(digest, royalty);
        uint256 tokenId = _expectedId(person(who), whole, share);
        bool there = digests[tokenId] != bytes32(0);
        vm.prank(person(who));
        try registry.mint(person(to), whole, share) returns (uint256 made) {
            vm.assertEq(made, tokenId, "id");
            _minted(there, tokenId, person(to), whole);
        } catch {
            vm.assertTrue(there, "not minted against the rules");
        }
    }

    function mintMany(uint8 who, uint8 to, uint8[3] calldata chosen) external {
        IAssetRegistry.Item[] memory items = new IAssetRegistry.Item[](3);
        for (uint256 i = 0; i < 3; ++i) {
            (bytes32 whole, uint16 share) = _terms(chosen[i], 0);
            items[i] = IAssetRegistry.Item(whole, share);
        }
        vm.prank(person(who));
        try registry.mintMany(person(to), items) {
            for (uint256 i = 0; i < 3; ++i) {
                uint256 tokenId = _expectedId(person(who), items[i].digest, items[i].royalty);
                _minted(digests[tokenId] != bytes32(0), tokenId, person(to), items[i].digest);
            }
        } catch {
            bool taken = items[0].digest == items[1].digest || items[1].digest == items[2].digest
                || items[0].digest == items[2].digest;
            for (uint256 i = 0; i < 3; ++i) {
                taken = taken || digests[_expectedId(person(who), items[i].digest, 0)] != bytes32(0);
            }
            vm.assertTrue(taken, "not minted against the rules");
        }
    }

    function mintWithPermission(uint8 who, uint8 signer, uint8 to, uint8 digest, uint8 royalty) external {
        (bytes32 whole, uint16 share) = _terms(digest, royalty);
        IAssetRegistry.Permission memory permission =
            IAssetRegistry.Permission(person(who), person(to), whole, share, block.timestamp);
        uint256 tokenId = _expectedId(person(who), whole, share);
        bool there = digests[tokenId] != bytes32(0);
        try registry.mintWithPermission(permission, _sign(registry, 0xC0 + signer % 4, permission)) {
            vm.assertEq(signer % 4, who % 4, "signed by another");
            _minted(there, tokenId, person(to), whole);
        } catch {
            vm.assertTrue(there || signer % 4 != who % 4, "not minted against the rules");
        }
    }

    function approve(uint8 who, uint8 to, uint256 token) external {
        address approved = to % 5 == 4 ? address(0) : person(to);
        _both(person(who), abi.encodeCall(IERC721.approve, (approved, _pick(token))));
    }

    function approveAll(uint8 who, uint8 operator, bool approved) external {
        _both(person(who), abi.encodeCall(IERC721.setApprovalForAll, (person(operator), approved)));
    }

    function move(uint8 who, uint8 from, uint8 to, uint256 token, bool rightly) external {
        uint256 tokenId = _pick(token);
        address owner = rightly && digests[tokenId] != bytes32(0) ? plain.ownerOf(tokenId) : person(from);
        address receiver = to == 0 ? address(0) : person(to);
        _both(person(who), abi.encodeCall(IERC721.transferFrom, (owner, receiver, tokenId)));
    }

    function moveByOwner(uint8 to, uint256 token) external {
        uint256 tokenId = _pick(token);
        if (digests[tokenId] == bytes32(0)) return;
        address owner = plain.ownerOf(tokenId);
        bytes memory call = abi.encodeWithSignature(
            "safeTransferFrom(address,address,uint256)", owner, person(to), tokenId
        );
        _both(owner, call);
    }

    function _both(address sender, bytes memory data) private {
        vm.prank(sender);
        (bool ours, bytes memory answer) = address(registry).call(data);
        vm.prank(sender);
        (bool theirs, bytes memory expected) = address(plain).call(data);
        vm.assertTrue(ours == theirs, "one refuses what the other does");
        vm.assertEq(answer, expected, "the same answer, or the same error");
    }

    function _minted(bool there, uint256 tokenId, address to, bytes32 digest) private {
        vm.assertFalse(there, "minted twice");
        digests[tokenId] = digest;
        _tokens.push(tokenId);
        plain.mint(to, tokenId);
    }

    /// @dev Mostly a token that is there.
    function _pick(uint256 index) private view returns (uint256) {
        return _tokens.length == 0 || index % 16 == 0 ? index : _tokens[index % _tokens.length];
    }

    function _terms(uint8 digest, uint8 royalty) private pure returns (bytes32, uint16) {
        return (keccak256(abi.encode(digest % 16)), uint16(royalty % 3) * 5_000);
    }

    function _expectedId(address creator, bytes32 digest, uint16 royalty) private pure returns (uint256) {
        return uint256(bytes32(abi.encodePacked(creator, royalty, bytes10(digest))));
    }
}

contract AssetRegistryInvariants is Test {
    AssetRegistry private _registry = new AssetRegistry();
    Reference private _plain = new Reference();
    AssetRegistryHandler private _handler = new AssetRegistryHandler(_registry, _plain);

    function setUp() external {
        _target(address(_handler));
    }

    /// @dev One function, so that one run of random calls is checked for everything.
    function invariant_everyTokenIsInOrder() external view {
        uint256[] memory tokens = _handler.tokens();
        _checkAgainstOpenZeppelin(tokens);
        _checkThatBalancesCount(tokens);
        _checkThatTokensNeverChange(tokens);
    }

    function _checkAgainstOpenZeppelin(uint256[] memory tokens) private view {
        for (uint256 i = 0; i < tokens.length; ++i) {
            vm.assertEq(_registry.ownerOf(tokens[i]), _plain.ownerOf(tokens[i]), "owner");
            vm.assertEq(_registry.getApproved(tokens[i]), _plain.getApproved(tokens[i]), "approved");
        }
        for (uint256 i = 0; i < 4; ++i) {
            address one = _handler.person(i);
            vm.assertEq(_registry.balanceOf(one), _plain.balanceOf(one), "balance");
            for (uint256 j = 0; j < 4; ++j) {
                address other = _handler.person(j);
                vm.assertTrue(
                    _registry.isApprovedForAll(one, other) == _plain.isApprovedForAll(one, other), "operator"
                );
            }
        }
    }

    function _checkThatBalancesCount(uint256[] memory tokens) private view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 4; ++i) {
            sum += _registry.balanceOf(_handler.person(i));
        }
        vm.assertEq(sum, tokens.length, "every token is somebody's, once");
    }

    function _checkThatTokensNeverChange(uint256[] memory tokens) private view {
        for (uint256 i = 0; i < tokens.length; ++i) {
            bytes32 digest = _handler.digests(tokens[i]);
            vm.assertEq(_registry.digestOf(tokens[i]), digest, "digest");
            vm.assertEq(bytes32(tokens[i] << 176), digest >> 176 << 176, "the start of it in the id");
            (address receiver, uint256 amount) = _registry.royaltyInfo(tokens[i], 10_000);
            vm.assertEq(receiver, address(uint160(tokens[i] >> 96)), "creator");
            vm.assertEq(amount, uint16(tokens[i] >> 80), "royalty");
        }
    }
}
