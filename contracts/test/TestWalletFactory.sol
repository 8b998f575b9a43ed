// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";
import {TestWallet} from "./TestWallet.sol";

/// @title Makes contract wallets at addresses known beforehand, for tests
contract TestWalletFactory {
    /// @notice Deploy the wallet of `owner`; does nothing when it is there already.
    /// @param owner The externally owned account that will sign for the wallet
    /// @param salt Tells several wallets of one owner apart
    /// @return wallet The address of the wallet
    function create(address owner, bytes32 salt) external returns (address wallet) {
        wallet = addressOf(owner, salt);
        if (wallet.code.length == 0) new TestWallet{salt: salt}(owner);
    }

    /// @notice The address that `create` deploys to.
    /// @param owner The externally owned account that will sign for the wallet
    /// @param salt Tells several wallets of one owner apart
    /// @return wallet The address of the wallet
    function addressOf(address owner, bytes32 salt) public view returns (address wallet) {
        bytes memory creation = abi.encodePacked(type(TestWallet).creationCode, abi.encode(owner));
        return Create2.computeAddress(salt, keccak256(creation));
    }
}
