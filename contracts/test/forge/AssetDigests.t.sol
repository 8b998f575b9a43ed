// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {AssetRegistry} from "../../AssetRegistry.sol";
import {IAssetRegistry} from "../../interfaces/IAssetRegistry.sol";
import {Signing} from "./AssetRegistry.t.sol";

/// @title A creator's first digest shares its words with owner and balance: none of the three touches another
/// @dev Digests are chosen by the fuzzer, unlike those of the invariants, so that any of their bits may be set.
contract AssetDigestsTest is Signing, IERC721Receiver {
    uint256 private constant _KEY = 0xC0;
    address private constant _OPERATOR = address(0x0B);
    uint256 private constant _OWNERS = 2;
    uint256 private constant _BALANCES = 3;
    uint256 private constant _DIGESTS = 6;

    AssetRegistry private _registry = new AssetRegistry();
    address private _creator = vm.addr(_KEY);

    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return IERC721Receiver.onERC721Received.selector;
    }

    function testFuzz_noWayOfHoldingOrMovingItChangesIt(
        bytes32 digest,
        uint16 royalty,
        uint8 way,
        uint8 received,
        uint256 steps
    ) external {
        vm.assume(digest != bytes32(0));
        royalty %= 10_001;
        received %= 4;
        for (uint256 i = 0; i < received; ++i) {
            _registry.mint(_creator, keccak256(abi.encode("a gift", i)), 0);
        }
        uint256 tokenId = _mintFirst(way, digest, royalty);
        _checkWords(tokenId, digest, received + 1);
        address owner = _creator;
        uint256 held = received + 1;
        for (uint256 i = 0; i < 8; ++i) {
            address to = i == 7 || steps % 3 == 0 ? _creator : steps % 3 == 1 ? address(this) : address(uint160(0xF0 + i));
            _move(steps / 3 % 5, owner, to, tokenId);
            if (owner == _creator) --held;
            if (to == _creator) ++held;
            owner = to;
            _check(tokenId, owner, digest, held);
            steps /= 15;
        }
        _checkWords(tokenId, digest, held);
    }

    function testFuzz_theNextOnesAndOthersWithItsStartAreApart(bytes32 digest, bytes32 other, bytes32 next) external {
        vm.assume(digest != bytes32(0) && next != bytes32(0) && bytes10(next) != bytes10(digest));
        // The same 80 bits at the start, as a creator could find them.
        other = bytes32(bytes10(digest)) | other >> 80;
        vm.assume(other != bytes32(0));
        uint256 tokenId = _mintFirst(0, digest, 0);
        bytes memory taken = abi.encodeWithSelector(IAssetRegistry.AlreadyMinted.selector, tokenId);
        vm.prank(_creator);
        vm.expectRevert(taken);
        _registry.mint(address(this), other, 0);
        vm.prank(_creator);
        uint256 second = _registry.mint(_creator, next, 0);
        vm.assertEq(vm.load(address(_registry), _slot(second, _DIGESTS)), next, "a word of its own");
        vm.prank(_creator);
        _registry.transferFrom(_creator, address(this), tokenId);
        vm.prank(_creator);
        vm.expectRevert(taken);
        _registry.mint(_creator, other, 0);
        _check(tokenId, address(this), digest, 1);
        _check(second, _creator, next, 1);
    }

    function testFuzz_whatIsGivenAwayFirstLeavesTheWordsToTheFirstOfOnesOwn(bytes32 given, bytes32 own) external {
        vm.assume(given != bytes32(0) && own != bytes32(0) && bytes10(given) != bytes10(own));
        vm.prank(_creator);
        uint256 gift = _registry.mint(address(this), given, 1);
        _registry.transferFrom(address(this), _creator, gift);
        uint256 tokenId = _mintFirst(0, own, 1);
        vm.assertEq(vm.load(address(_registry), _slot(gift, _DIGESTS)), given, "a word of its own");
        _checkWords(tokenId, own, 2);
        _check(gift, _creator, given, 2);
    }

    function test_allBitsAndNone() external {
        bytes32[6] memory digests = [
            bytes32(type(uint256).max),
            bytes32(uint256(1)),
            bytes32(uint256(1) << 255),
            bytes32(uint256(type(uint80).max)),
            bytes32(uint256(type(uint96).max) << 80),
            bytes32(uint256(type(uint80).max) << 176)
        ];
        for (uint256 i = 0; i < digests.length; ++i) {
            _registry = new AssetRegistry();
            uint256 tokenId = _mintFirst(0, digests[i], 10_000);
            _checkWords(tokenId, digests[i], 1);
            _check(tokenId, _creator, digests[i], 1);
            _move(0, _creator, address(this), tokenId);
            _check(tokenId, address(this), digests[i], 0);
        }
    }

    /// @dev The three ways in which a creator's first token comes about.
    function _mintFirst(uint8 way, bytes32 digest, uint16 royalty) private returns (uint256 tokenId) {
        tokenId = _registry.tokenIdOf(_creator, digest, royalty);
        if (way % 3 == 0) {
            vm.prank(_creator);
            _registry.mint(_creator, digest, royalty);
        } else if (way % 3 == 1) {
            IAssetRegistry.Item[] memory items = new IAssetRegistry.Item[](1);
            items[0] = IAssetRegistry.Item(digest, royalty);
            vm.prank(_creator);
            _registry.mintMany(_creator, items);
        } else {
            IAssetRegistry.Permission memory permission =
                IAssetRegistry.Permission(_creator, _creator, digest, royalty, block.timestamp);
            _registry.mintWithPermission(permission, _sign(_registry, _KEY, permission));
        }
    }

    /// @dev The five ways in which a token moves.
    function _move(uint256 way, address from, address to, uint256 tokenId) private {
        if (way == 1) {
            vm.prank(from);
            _registry.approve(_OPERATOR, tokenId);
            vm.assertEq(_registry.getApproved(tokenId), _OPERATOR, "approved");
        } else if (way == 2) {
            vm.prank(from);
            _registry.setApprovalForAll(_OPERATOR, true);
        }
        vm.prank(way == 1 || way == 2 ? _OPERATOR : from);
        if (way == 3) _registry.safeTransferFrom(from, to, tokenId);
        else if (way == 4) _registry.safeTransferFrom(from, to, tokenId, "data");
        else _registry.transferFrom(from, to, tokenId);
        vm.assertEq(_registry.getApproved(tokenId), address(0), "approved no more");
    }

    function _check(uint256 tokenId, address owner, bytes32 digest, uint256 held) private view {
        vm.assertEq(_registry.ownerOf(tokenId), owner, "owner");
        vm.assertEq(_registry.digestOf(tokenId), digest, "digest");
        vm.assertEq(_registry.balanceOf(_creator), held, "balance");
    }

    /// @dev It took no word of its own, and each bit of the two words is where it belongs.
    function _checkWords(uint256 tokenId, bytes32 digest, uint256 held) private view {
        vm.assertEq(vm.load(address(_registry), _slot(tokenId, _DIGESTS)), bytes32(0), "no word of its own");
        uint256 owner = uint96(uint256(digest) >> 80) * uint256(1 << 160) + uint160(_registry.ownerOf(tokenId));
        vm.assertEq(uint256(vm.load(address(_registry), _slot(tokenId, _OWNERS))), owner, "the owner's word");
        uint256 balance = (1 << 255) + uint80(uint256(digest)) * uint256(1 << 80) + held;
        bytes32 slot = _slot(uint160(_creator), _BALANCES);
        vm.assertEq(uint256(vm.load(address(_registry), slot)), balance, "the balance's word");
    }

    function _slot(uint256 key, uint256 mapping_) private pure returns (bytes32) {
        return keccak256(abi.encode(key, mapping_));
    }
}
