// Checks a bundle with stock libraries and a node; throws Mismatch, a sentence, where it does not hold.
import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import {
  concat,
  encodeAbiParameters,
  hashDomain,
  hashStruct,
  hashTypedData,
  keccak256,
  recoverAddress,
} from 'viem'
import {
  ANCHOR_LOG,
  DOMAIN_TYPES,
  KINDS,
  LEAF_ENCODING,
  TYPES,
  ZERO,
  domainOf,
  leafValues,
} from './protocol.mjs'

export class Mismatch extends Error {}

export function same(found, expected, what) {
  const [left, right] = [found, expected].map((value) => String(value).toLowerCase())
  if (left !== right) throw new Mismatch(`${what} is ${left}, but should be ${right}.`)
}

export function holds(condition, sentence) {
  if (!condition) throw new Mismatch(sentence)
}

export function leafOf(entry) {
  const types = LEAF_ENCODING.map((type) => ({ type }))
  const values = leafValues(entry).map((value, index) =>
    LEAF_ENCODING[index] === 'uint64' ? BigInt(value) : value,
  )
  const leaf = keccak256(keccak256(encodeAbiParameters(types, values)))
  const tree = StandardMerkleTree.of([leafValues(entry)], LEAF_ENCODING)
  same(tree.root, leaf, 'The leaf of a batch of one')
  return leaf
}

// Returns who signed; works from `content` alone, so also after the text was erased.
async function signerOf({ type, message, signature, entry }, log) {
  same(entry.kind, KINDS[type], 'The kind')
  same(keccak256(signature), entry.signature, 'The hash of the signature')
  const domain = domainOf(log.domain)
  const separator = hashDomain({ domain, types: DOMAIN_TYPES })
  const digest = keccak256(concat(['0x1901', separator, entry.content]))
  if (message !== null) {
    const typed = { domain, types: TYPES[type], primaryType: type, message }
    const struct = { data: message, types: TYPES[type], primaryType: type }
    same(hashStruct(struct), entry.content, 'The hash of the message')
    same(hashTypedData(typed), digest, 'The EIP-712 digest')
    same(message.id, entry.record, "The message's id")
    same(message.author, entry.author, "The message's author")
  }
  return (await recoverAddress({ hash: digest, signature })).toLowerCase()
}

async function checkEvent({ anchor, address, fromBlock }, node) {
  const args = { anchorer: anchor.anchorer, root: anchor.root, sequence: BigInt(anchor.sequence) }
  const event = ANCHOR_LOG.find(({ type }) => type === 'event')
  const found = await node.getLogs({ address, event, args, fromBlock, toBlock: fromBlock })
  same(found.length, 1, 'The number of Anchored events')
  same(found[0].transactionHash, anchor.transaction, 'The transaction of the event')
  same(found[0].blockHash, anchor.block.hash, 'The block of the event')
  same(found[0].args.first, anchor.first, 'The first position in the event')
  same(found[0].args.count, anchor.count, 'The count in the event')
}

async function checkAnchor({ entry, proof, anchor }, log, node) {
  holds(anchor !== null, 'The bundle of a final record states no anchor.')
  const inTree = StandardMerkleTree.verify(anchor.root, LEAF_ENCODING, leafValues(entry), proof)
  holds(inTree, 'The entry and its proof do not lead to the root.')
  const inside = anchor.first <= entry.position && entry.position < anchor.first + anchor.count
  holds(inside, `Position ${entry.position} is outside of the batch.`)
  same(anchor.anchorer, log.anchorer, 'The anchorer')
  const contract = { address: log.domain.verifyingContract, abi: ANCHOR_LOG }
  const { address } = contract
  const block = await node.getBlock({ blockNumber: BigInt(anchor.block.number) })
  same(anchor.block.hash, block.hash, 'The hash of the block')
  same(anchor.block.time, block.timestamp, 'The time of the block')
  const depth = Number(await node.getBlockNumber({ cacheTime: 0 })) - anchor.block.number
  holds(depth >= log.depth, `The anchor is ${depth} blocks deep; ${log.depth} are needed.`)
  const kept = await node.readContract({
    ...contract,
    functionName: 'anchorOf',
    args: [anchor.anchorer, anchor.root],
  })
  const stated = [anchor.sequence, anchor.first, anchor.count, block.timestamp, block.number]
  same(kept.join(), stated.join(), 'What anchorOf answers')
  const time = await node.readContract({
    ...contract,
    functionName: 'anchoredAt',
    args: [anchor.anchorer, leafOf(entry), proof],
  })
  same(time, block.timestamp, 'What anchoredAt answers')
  await checkEvent({ anchor, address, fromBlock: block.number }, node)
  return Number(block.timestamp)
}

async function checkNotBefore({ number, hash }, anchoredAt, node) {
  const block = await node.getBlock({ blockNumber: BigInt(number) })
  same(hash, block.hash, 'The hash of the block that notBefore names')
  holds(block.timestamp <= anchoredAt, 'The record was anchored before its notBefore.')
  return Number(block.timestamp)
}

async function checkDelegation(delegation, bundle, log, node) {
  const { message, entry } = delegation
  same(await signerOf({ ...delegation, type: 'Delegation' }, log), entry.author, 'The wallet')
  same(entry.author, bundle.entry.author, 'The author of the Delegation')
  same(message.scope, 'post', 'The scope')
  holds(entry.sequence < bundle.entry.sequence, 'The Delegation was logged after its use.')
  const time = await checkAnchor(delegation, log, node)
  await checkNotBefore(message.notBefore, time, node)
  return message
}

// `log` is what GET /log said, taken as the reader's pins; nothing of the bundle is believed.
export async function checkBundle(bundle, log, node) {
  same(await node.getChainId(), log.domain.chainId, 'The chain id of the node')
  const first = await node.getBlock({ blockNumber: 0n })
  same(first.hash, log.genesis, 'The hash of block 0')
  same(bundle.troth, 1, 'The version')
  same(bundle.domain.chainId, log.domain.chainId, "The bundle's chain")
  same(bundle.domain.verifyingContract, log.domain.verifyingContract, "The bundle's contract")
  const signer = await signerOf(bundle, log)
  const notAfter = await checkAnchor(bundle, log, node)
  const { entry, message } = bundle
  const notBefore = message && (await checkNotBefore(message.notBefore, notAfter, node))
  if (signer !== entry.author) {
    holds(bundle.delegation !== null, `${signer} signed, and no Delegation allows it.`)
    const allowed = await checkDelegation(bundle.delegation, bundle, log, node)
    same(allowed.delegate, signer, 'The delegate')
    holds(notAfter <= allowed.expiresAt, 'The Delegation had expired when this was anchored.')
  }
  if (entry.sequence === 0) same(entry.previous, ZERO, 'The entry before the first')
  return { type: bundle.type, erased: message === null, signer, notBefore, notAfter, ...entry }
}
