// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title A signature check by eth_call, without deploying anything
/// @notice Send the creation code with its arguments as an eth_call without `to`: the answer is one byte,
/// 0x01 when the contract wallet accepts the signature and 0x00 when it does not. Follows ERC-6492 for
/// wallets that are counterfactual and ERC-1271 for those that are deployed. Signatures by externally
/// owned accounts are recovered by the caller and never reach this code.
/// @dev A wrapped signature that cannot be decoded reverts.
contract SignatureCheck {
    /// @dev The suffix that marks a wrapped signature (ERC-6492).
    bytes32 private constant WRAPPED = 0x6492649264926492649264926492649264926492649264926492649264926492;

    /// @param signer The wallet
    /// @param digest The hash that was signed
    /// @param signature The signature, wrapped or not
    constructor(address signer, bytes32 digest, bytes memory signature) {
        bool valid = _isWrapped(signature) ? _checkWrapped(signer, digest, signature) : _accepts(signer, digest, signature);
        assembly ("memory-safe") {
            mstore8(0, valid)
            return(0, 1)
        }
    }

    /// @dev An address without code accepts nothing, so the factory is called to deploy the wallet; and a
    /// wallet that is there and refuses gets the second chance that ERC-6492 gives it, after the same call.
    function _checkWrapped(address signer, bytes32 digest, bytes memory signature) private returns (bool) {
        (address factory, bytes memory factoryCall, bytes memory inner) =
            abi.decode(_withoutSuffix(signature), (address, bytes, bytes));
        if (_accepts(signer, digest, inner)) return true;
        (bool called,) = factory.call(factoryCall);
        return called && _accepts(signer, digest, inner);
    }

    /// @dev ERC-1271. Copies one word of the answer at most, so that a hostile wallet cannot exhaust memory.
    function _accepts(address signer, bytes32 digest, bytes memory signature) private view returns (bool accepted) {
        bytes memory data = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        assembly ("memory-safe") {
            mstore(0, 0)
            let answered := staticcall(gas(), signer, add(data, 0x20), mload(data), 0, 0x20)
            accepted := and(and(answered, gt(returndatasize(), 0x1f)), eq(mload(0), magic))
        }
    }

    function _isWrapped(bytes memory signature) private pure returns (bool) {
        uint256 length = signature.length;
        if (length < 32) return false;
        bytes32 suffix;
        assembly ("memory-safe") {
            suffix := mload(add(signature, length))
        }
        return suffix == WRAPPED;
    }

    /// @dev Shortens the array in place: the suffix is not read again.
    function _withoutSuffix(bytes memory signature) private pure returns (bytes memory) {
        assembly ("memory-safe") {
            mstore(signature, sub(mload(signature), 32))
        }
        return signature;
    }
}
