// The protocol as a reader of its page writes it down: types, leaf encoding, contract.
import { parseAbi } from 'viem'

const NOT_BEFORE = [
  { name: 'number', type: 'uint64' },
  { name: 'hash', type: 'bytes32' },
]
const MEDIA = [
  { name: 'digest', type: 'bytes32' },
  { name: 'mime', type: 'string' },
  { name: 'alt', type: 'string' },
]
const POST = [
  { name: 'id', type: 'bytes16' },
  { name: 'author', type: 'address' },
  { name: 'audience', type: 'string' },
  { name: 'text', type: 'string' },
  { name: 'media', type: 'Media[]' },
  { name: 'replyTo', type: 'bytes32' },
  { name: 'quotes', type: 'bytes32' },
  { name: 'replaces', type: 'bytes32' },
  { name: 'notBefore', type: 'BlockRef' },
  { name: 'salt', type: 'bytes32' },
]
const DELETION = [
  { name: 'id', type: 'bytes16' },
  { name: 'author', type: 'address' },
  { name: 'replaces', type: 'bytes32' },
  { name: 'notBefore', type: 'BlockRef' },
]
const DELEGATION = [
  { name: 'id', type: 'bytes16' },
  { name: 'author', type: 'address' },
  { name: 'delegate', type: 'address' },
  { name: 'scope', type: 'string' },
  { name: 'expiresAt', type: 'uint64' },
  { name: 'notBefore', type: 'BlockRef' },
]

export const TYPES = {
  Post: { Post: POST, Media: MEDIA, BlockRef: NOT_BEFORE },
  Deletion: { Deletion: DELETION, BlockRef: NOT_BEFORE },
  Delegation: { Delegation: DELEGATION, BlockRef: NOT_BEFORE },
}
export const KINDS = { Post: 1, Deletion: 2, Delegation: 3 }
export const ZERO = `0x${'00'.repeat(32)}`

const DOMAIN = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
]
export const DOMAIN_TYPES = { EIP712Domain: DOMAIN }
export const domainOf = (where) => ({ name: 'Troth', version: '1', ...where })

const LEAF = [
  ['position', 'uint64'],
  ['author', 'address'],
  ['sequence', 'uint64'],
  ['previous', 'bytes32'],
  ['record', 'bytes16'],
  ['kind', 'uint8'],
  ['content', 'bytes32'],
  ['signature', 'bytes32'],
]
export const LEAF_ENCODING = LEAF.map(([, type]) => type)
export const leafValues = (entry) => LEAF.map(([name]) => entry[name])

export const ANCHOR_LOG = parseAbi([
  'function anchorOf(address anchorer, bytes32 root) view returns (uint64 sequence, uint64 first, uint32 count, uint64 blockTime, uint64 blockNumber)',
  'function anchoredAt(address anchorer, bytes32 leaf, bytes32[] proof) view returns (uint64 blockTime)',
  'event Anchored(address indexed anchorer, uint64 indexed sequence, bytes32 indexed root, uint64 first, uint32 count)',
])
