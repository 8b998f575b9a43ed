// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title A contract wallet for tests that accepts everything once anybody has brought it up to date
contract TestUpdatableWallet is IERC1271 {
    bool public updated;

    /// @notice Bring the wallet up to date.
    function update() external {
        updated = true;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32, bytes memory) external view returns (bytes4) {
        return updated ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
