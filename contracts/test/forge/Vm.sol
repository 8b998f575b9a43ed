// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title The part of forge's cheatcodes that the tests use
interface Vm {
    function addr(uint256 key) external pure returns (address);
    function assertEq(uint256 left, uint256 right, string calldata problem) external pure;
    function assertEq(address left, address right, string calldata problem) external pure;
    function assertEq(bytes32 left, bytes32 right, string calldata problem) external pure;
    function assertEq(bytes calldata left, bytes calldata right, string calldata problem) external pure;
    function assertEq(string calldata left, string calldata right, string calldata problem) external pure;
    function assertFalse(bool condition, string calldata problem) external pure;
    function assertTrue(bool condition, string calldata problem) external pure;
    function assume(bool condition) external pure;
    function expectRevert(bytes calldata data) external;
    function expectPartialRevert(bytes4 selector) external;
    function load(address target, bytes32 slot) external view returns (bytes32);
    function prank(address sender) external;
    function roll(uint256 number) external;
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256 time) external;
}

/// @title What every test contract has
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev Forge calls only these contracts in a run of random calls.
    address[] private _targets;

    /// @notice Named by forge.
    bool public constant IS_TEST = true;

    /// @notice Asked by forge.
    function targetContracts() external view returns (address[] memory) {
        return _targets;
    }

    function _target(address handler) internal {
        _targets.push(handler);
    }
}
