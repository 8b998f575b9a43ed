// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IAnchorLog} from "./interfaces/IAnchorLog.sol";

/// @title The log of anchored Merkle roots, without an owner
/// @notice See IAnchorLog for what each function promises.
/// @dev No constructor argument and no immutable: the code, and with CREATE2 the address, is the same on
/// every chain.
///
/// Words are packed by hand, lowest bits first, because the compiler writes a struct to storage field by
/// field, which costs 2,800 gas more per batch:
///
///     a root       first 64 | sequence 64 | count 32 | block time 48 | block number 48
///     a namespace  first 64 | sequence 64 | closed 1
///
/// Seconds and block numbers fit 48 bits for millions of years. The lower 128 bits of both words are laid
/// out alike, so a root's word starts as its namespace's.
contract AnchorLog is IAnchorLog {
    uint256 private constant _SEQUENCE = 64;
    uint256 private constant _COUNT = 128;
    uint256 private constant _TIME = 160;
    uint256 private constant _NUMBER = 208;
    uint256 private constant _CLOSED = 1 << 128;

    mapping(address anchorer => mapping(bytes32 root => uint256)) private _anchors;
    mapping(address anchorer => uint256) private _namespaces;

    /// @inheritdoc IAnchorLog
    function anchor(uint64 sequence, bytes32 root, uint32 count) external {
        if (root == bytes32(0)) revert ZeroRoot();
        if (count == 0) revert ZeroCount();

        mapping(bytes32 root => uint256) storage anchors = _anchors[msg.sender];
        uint256 known = anchors[root];
        if (known != 0) revert RootAlreadyAnchored(root, uint64(known >> _SEQUENCE));

        uint256 namespace = _namespaces[msg.sender];
        uint64 first = uint64(namespace);
        uint64 expected = uint64(namespace >> _SEQUENCE);
        if (namespace & _CLOSED != 0) revert NamespaceClosed(msg.sender);
        if (sequence != expected) revert WrongSequence(sequence, expected);
        if (first > type(uint64).max - count) revert PositionsExhausted(first, count);

        // No field overflows into the next: positions were just checked, and 2^64 batches cannot be sent.
        unchecked {
            _namespaces[msg.sender] = namespace + (1 << _SEQUENCE) + count;
        }
        anchors[root] =
            namespace | uint256(count) << _COUNT | block.timestamp << _TIME | block.number << _NUMBER;
        emit Anchored(msg.sender, sequence, root, first, count);
    }

    /// @inheritdoc IAnchorLog
    function close() external {
        uint256 namespace = _namespaces[msg.sender];
        if (namespace & _CLOSED != 0) revert NamespaceClosed(msg.sender);
        _namespaces[msg.sender] = namespace | _CLOSED;
        emit Closed(msg.sender, uint64(namespace >> _SEQUENCE), uint64(namespace));
    }

    /// @inheritdoc IAnchorLog
    function anchorOf(address anchorer, bytes32 root)
        external
        view
        returns (uint64 sequence, uint64 first, uint32 count, uint64 blockTime, uint64 blockNumber)
    {
        uint256 word = _anchors[anchorer][root];
        return (
            uint64(word >> _SEQUENCE),
            uint64(word),
            uint32(word >> _COUNT),
            uint48(word >> _TIME),
            uint48(word >> _NUMBER)
        );
    }

    /// @inheritdoc IAnchorLog
    function anchoredAt(address anchorer, bytes32 leaf, bytes32[] calldata proof)
        external
        view
        returns (uint64 blockTime)
    {
        bytes32 root = MerkleProof.processProofCalldata(proof, leaf);
        return uint48(_anchors[anchorer][root] >> _TIME);
    }

    /// @inheritdoc IAnchorLog
    function next(address anchorer) external view returns (uint64 sequence, uint64 first) {
        uint256 namespace = _namespaces[anchorer];
        return (uint64(namespace >> _SEQUENCE), uint64(namespace));
    }
}
