// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What the tests of the embedded chain deploy: one of each thing that a client can meet.
contract Probe {
    /// @notice A custom error with arguments.
    error Refused(address who, uint256 value);

    /// @notice An event with indexed and plain arguments.
    event Kept(address indexed who, uint256 indexed key, string text);

    mapping(uint256 key => uint256 value) public values;
    uint256 public constructedAt = block.timestamp;
    uint256 public prevrandao;

    /// @notice Keeps a value and says so.
    function keep(uint256 key, uint256 value, string calldata text) external payable {
        values[key] = value;
        prevrandao = block.prevrandao;
        emit Kept(msg.sender, key, text);
    }

    /// @notice Emits `count` events.
    function many(uint256 count) external {
        for (uint256 i = 0; i < count; ++i) emit Kept(msg.sender, i, "many");
    }

    /// @notice Reverts with the custom error.
    function refuse(uint256 value) external view {
        revert Refused(msg.sender, value);
    }

    /// @notice Reverts with a text.
    function complain() external pure {
        revert("said why");
    }

    /// @notice Reverts with Panic(0x11).
    function overflow(uint256 value) external pure returns (uint256) {
        return type(uint256).max + value;
    }

    /// @notice Returns what the EVM knows of the block.
    function context() external view returns (uint256 number, uint256 time, uint256 baseFee, uint256 chainId) {
        return (block.number, block.timestamp, block.basefee, block.chainid);
    }

    /// @notice Uses up whatever gas there is.
    function burn() external pure {
        while (true) {}
    }
}
