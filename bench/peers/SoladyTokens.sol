// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC721} from "solady/src/tokens/ERC721.sol";

/// @title Solady's ERC721 without anything else, to measure beside ours
contract SoladyTokens is ERC721 {
    uint256 private _next;

    /// @notice Make the next token.
    function mint(address to) external {
        _mint(to, _next++);
    }

    /// @inheritdoc ERC721
    function name() public pure override returns (string memory) {
        return "Solady";
    }

    /// @inheritdoc ERC721
    function symbol() public pure override returns (string memory) {
        return "SOLADY";
    }

    /// @inheritdoc ERC721
    function tokenURI(uint256) public pure override returns (string memory) {
        return "";
    }
}
