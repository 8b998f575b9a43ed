// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Measures what a call costs the contract that makes it
contract GasProbe {
    /// @notice The call that was to be measured failed.
    error CallFailed(address target, bytes data);

    /// @notice Gas used by one static call, from the call to its return, its cold storage included.
    /// @dev The target's account is made warm beforehand. The few units that reading `gas()` itself costs
    /// are left in the figure.
    /// @param target The contract to call
    /// @param data The calldata of the call
    /// @return used The gas used
    function measure(address target, bytes calldata data) external view returns (uint256 used) {
        bytes memory copy = data;
        if (target.code.length == 0) revert CallFailed(target, data);
        bool answered;
        assembly ("memory-safe") {
            let before := gas()
            answered := staticcall(gas(), target, add(copy, 0x20), mload(copy), 0, 0)
            used := sub(before, gas())
        }
        if (!answered) revert CallFailed(target, data);
    }
}
