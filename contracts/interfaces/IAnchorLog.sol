// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title The log of anchored Merkle roots
/// @notice Every address owns a namespace, a list of Merkle roots that only it can append to and that
/// nobody, itself included, can change or remove. There is no owner, no pause and no upgrade: what is
/// written stays readable for as long as the chain does.
/// @dev Invariants, for every anchorer A:
///
/// 1. Only a transaction or call from A changes the namespace of A.
/// 2. Sequences of A count from 0 without a gap, in the order of the chain.
/// 3. `first` of a root is the sum of the counts of all roots before it, so positions never overlap.
/// 4. A root that is recorded is never recorded again for A, and its record never changes.
/// 5. After `close` nothing is ever appended to A, and everything recorded stays readable.
/// 6. A call that reverts leaves no trace: sending the same batch twice, or from a worker that is
///    behind, cannot harm the log.
interface IAnchorLog {
    /// @notice A batch was appended to the namespace of `anchorer`.
    /// @param anchorer The address whose namespace it is, the sender of the call
    /// @param sequence The number of the batch in this namespace, from 0
    /// @param root The root of the StandardMerkleTree over the entries of the batch
    /// @param first The position of the first entry of the batch in this namespace
    /// @param count The number of entries in the batch
    event Anchored(
        address indexed anchorer, uint64 indexed sequence, bytes32 indexed root, uint64 first, uint32 count
    );

    /// @notice The namespace of `anchorer` was ended for good.
    /// @param anchorer The address whose namespace it is, the sender of the call
    /// @param sequence The number of batches that it holds
    /// @param first The number of entries that it holds
    event Closed(address indexed anchorer, uint64 sequence, uint64 first);

    /// @notice The root is zero, which means "none" everywhere else.
    error ZeroRoot();

    /// @notice A batch has at least one entry.
    error ZeroCount();

    /// @notice The caller's namespace holds this root already.
    /// @param root The root that was given
    /// @param sequence The batch under which it is recorded
    error RootAlreadyAnchored(bytes32 root, uint64 sequence);

    /// @notice The caller closed its namespace.
    /// @param anchorer The caller
    error NamespaceClosed(address anchorer);

    /// @notice The batch is not the next one of the caller's namespace.
    /// @param given The sequence that was given
    /// @param expected The only sequence that would be accepted now
    error WrongSequence(uint64 given, uint64 expected);

    /// @notice Positions are 64 bits wide, and this batch does not fit in what is left of them.
    /// @param first The position at which the batch would begin
    /// @param count The number of entries that was given
    error PositionsExhausted(uint64 first, uint32 count);

    /// @notice Append a batch to the caller's namespace.
    /// @dev Checked in this order, so that a repeated call learns that its root is already there:
    /// ZeroRoot, ZeroCount, RootAlreadyAnchored, NamespaceClosed, WrongSequence, PositionsExhausted.
    /// @param sequence The next sequence of the namespace, as `next` returns it
    /// @param root The Merkle root: not zero and new in this namespace
    /// @param count The number of entries under the root, at least 1
    function anchor(uint64 sequence, bytes32 root, uint32 count) external;

    /// @notice End the caller's namespace for good. Everything in it stays readable.
    /// @dev Reverts with NamespaceClosed when it is closed already. No trust passes to any other address.
    function close() external;

    /// @notice What is recorded of a root; zeros when the namespace does not hold it.
    /// @param anchorer The address whose namespace is read
    /// @param root The Merkle root
    /// @return sequence The number of the batch, from 0
    /// @return first The position of its first entry
    /// @return count The number of its entries, zero only for an unknown root
    /// @return blockTime The time of the block that recorded it, in seconds since 1970
    /// @return blockNumber The number of the block that recorded it
    function anchorOf(address anchorer, bytes32 root)
        external
        view
        returns (uint64 sequence, uint64 first, uint32 count, uint64 blockTime, uint64 blockNumber);

    /// @notice When the entry behind `leaf` was anchored by `anchorer`.
    /// @dev Callers compute the leaf from the eight fields of the entry: a 32-byte value of unknown origin
    /// could be an inner node of the tree.
    /// @param anchorer The address whose namespace is read
    /// @param leaf The double hash of the entry
    /// @param proof The sibling hashes from the leaf up to the root; empty for a batch of one
    /// @return blockTime The time of the block that recorded the root, in seconds since 1970; 0 if the
    /// proof leads to no root of this namespace
    function anchoredAt(address anchorer, bytes32 leaf, bytes32[] calldata proof)
        external
        view
        returns (uint64 blockTime);

    /// @notice Where the namespace of `anchorer` goes on.
    /// @param anchorer The address whose namespace is read
    /// @return sequence The next sequence, which is the number of batches it holds
    /// @return first The next position, which is the number of entries it holds
    function next(address anchorer) external view returns (uint64 sequence, uint64 first);
}
