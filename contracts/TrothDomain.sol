// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title The EIP-712 domain of a contract of Troth
/// @dev The separator is computed anew each time. OpenZeppelin's EIP712 keeps it in immutables, so that the
/// code would be another one on every chain and could not be known by a single hash.
abstract contract TrothDomain is IERC5267 {
    /// @dev name, version, chainId, verifyingContract (ERC-5267)
    bytes1 private constant _FIELDS = 0x0f;
    string private constant _NAME = "Troth";
    string private constant _VERSION = "1";
    bytes32 private constant _TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @inheritdoc IERC5267
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (_FIELDS, _NAME, _VERSION, block.chainid, address(this), bytes32(0), new uint256[](0));
    }

    /// @dev What is signed for a message of this contract, from the hashStruct of the message.
    function _signedHash(bytes32 structHash) internal view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(_TYPE, keccak256(bytes(_NAME)), keccak256(bytes(_VERSION)), block.chainid, address(this))
        );
        return MessageHashUtils.toTypedDataHash(separator, structHash);
    }
}
