// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {ERC721URIStorage} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";

/// @title OpenZeppelin's way to keep each token's metadata, to measure beside ours
contract UriTokens is ERC721URIStorage {
    uint256 private _next;

    constructor() ERC721("Uri", "URI") {}

    /// @notice Make the next token.
    function mint(address to, string calldata uri) external {
        uint256 tokenId = _next++;
        _mint(to, tokenId);
        _setTokenURI(tokenId, uri);
    }
}
