// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

/// @title A contract for tests that takes tokens, or refuses them
contract TestReceiver is IERC721Receiver {
    /// @notice What it answers. Take: the right value. Refuse: another value. Fail: revert.
    enum Answer {
        Take,
        Refuse,
        Fail
    }

    /// @notice What it was told last.
    struct Received {
        address operator;
        address from;
        uint256 tokenId;
        bytes data;
    }

    /// @notice The receiver was told to fail.
    error ToldToFail();

    Answer public answer;
    Received public received;

    /// @notice Choose what to answer.
    function setAnswer(Answer answer_) external {
        answer = answer_;
    }

    /// @inheritdoc IERC721Receiver
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4)
    {
        if (answer == Answer.Fail) revert ToldToFail();
        received = Received(operator, from, tokenId, data);
        return answer == Answer.Take ? IERC721Receiver.onERC721Received.selector : bytes4(0xffffffff);
    }
}
