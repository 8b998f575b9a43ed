// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title A contract wallet for tests
/// @notice Accepts what its owner signed, unless it was told to refuse.
contract TestWallet is IERC1271 {
    /// @notice How the wallet answers.
    /// Owner: true for signatures of the owner. Refuse: false for all. Short: one byte of answer.
    /// Fail: revert. Burn: use up all gas.
    enum Mode {
        Owner,
        Refuse,
        Short,
        Fail,
        Burn
    }

    /// @notice The caller is not the owner.
    error NotOwner(address caller, address owner);

    /// @notice The wallet was told to fail.
    error ToldToFail();

    address public immutable owner;
    Mode public mode;

    /// @param owner_ The externally owned account that signs for this wallet
    constructor(address owner_) {
        owner = owner_;
    }

    /// @notice Choose how the wallet answers.
    function setMode(Mode mode_) external {
        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
        mode = mode_;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes memory signature) external view returns (bytes4) {
        if (mode == Mode.Fail) revert ToldToFail();
        if (mode == Mode.Short) {
            assembly ("memory-safe") {
                mstore(0, 0x1626ba7e00000000000000000000000000000000000000000000000000000000)
                return(0, 4)
            }
        }
        if (mode == Mode.Burn) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecover(hash, signature);
        bool accepted = mode == Mode.Owner && problem == ECDSA.RecoverError.NoError && recovered == owner;
        return accepted ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
