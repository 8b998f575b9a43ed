// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC721A} from "erc721a/contracts/ERC721A.sol";

/// @title ERC721A without anything else, to measure beside ours
contract Erc721aTokens is ERC721A {
    constructor() ERC721A("A", "A") {}

    /// @notice Make the next tokens.
    function mint(address to, uint256 quantity) external {
        _mint(to, quantity);
    }
}
