// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title OpenZeppelin's ERC721 without anything else, to measure beside ours
contract PlainTokens is ERC721 {
    uint256 private _next;

    constructor() ERC721("Plain", "PLAIN") {}

    /// @notice Make the next token.
    function mint(address to) external {
        _mint(to, _next++);
    }
}
