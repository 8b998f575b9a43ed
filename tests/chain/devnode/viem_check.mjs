// Stock viem against the embedded chain: node viem_check.mjs URL PROBE.json. Exits 0 if all holds.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import {
  BaseError,
  ContractFunctionRevertedError,
  InsufficientFundsError,
  NonceTooLowError,
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  encodeFunctionData,
  getAddress,
  http,
  parseEther,
  parseEventLogs,
  parseGwei,
} from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const [url, probeFile] = process.argv.slice(2)
const { abi, bytecode } = JSON.parse(readFileSync(probeFile, 'utf8'))
const chain = defineChain({
  id: 131277322940537,
  name: 'Troth embedded chain',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [url] } },
})
const options = { chain, transport: http(url, { retryCount: 0 }), pollingInterval: 50 }
const client = createPublicClient(options)
const test = createTestClient({ ...options, mode: 'ganache' })
const key = (number) => `0x${number.toString(16).padStart(64, '0')}`
const alice = privateKeyToAccount(key(1))
const bob = privateKeyToAccount(key(2))
const wallet = createWalletClient({ ...options, account: alice })
const other = createWalletClient({ ...options, account: bob })

async function rejects(promise, kind, check = () => {}) {
  try {
    await promise
  } catch (error) {
    assert(error instanceof BaseError, `not viem's error: ${error}`)
    const found = error.walk((cause) => cause instanceof kind)
    assert(found instanceof kind, `expected ${kind.name}: ${error}`)
    check(found)
    return
  }
  assert.fail(`expected ${kind.name}, nothing was thrown`)
}

// Chain facts
assert.equal(await client.getChainId(), chain.id)
const start = await client.getBlockNumber()
assert((await client.getBalance({ address: alice.address })) > parseEther('1000'))

// Blocks as they are watched, by polling
const watched = []
const unwatch = client.watchBlocks({
  includeTransactions: true,
  emitMissed: true,
  onBlock: (block) => watched.push(block),
  onError: (error) => assert.fail(error),
})
const events = []
const unwatchEvent = client.watchContractEvent({
  abi,
  eventName: 'Kept',
  onLogs: (logs) => events.push(...logs),
  onError: (error) => assert.fail(error),
})
const seenHashes = []
const unwatchPending = client.watchPendingTransactions({
  onTransactions: (hashes) => seenHashes.push(...hashes),
  onError: (error) => assert.fail(error),
})
await new Promise((resolve) => setTimeout(resolve, 300))

// Deploying, reading, writing
const deployment = await wallet.deployContract({ abi, bytecode })
const created = await client.waitForTransactionReceipt({ hash: deployment })
assert.equal(created.status, 'success')
assert.equal(created.type, 'eip1559')
const address = getAddress(created.contractAddress)
assert((await client.getCode({ address })).length > 100)
const probe = { address, abi }

async function keep(from, number, text) {
  const args = [number, number * 2n, text]
  const { request } = await client.simulateContract({
    ...probe, functionName: 'keep', args, account: from.account,
  })
  const hash = await from.writeContract(request)
  const receipt = await client.waitForTransactionReceipt({ hash })
  assert.equal(receipt.status, 'success')
  return receipt
}
const first = await keep(wallet, 1n, 'one')
const second = await keep(other, 2n, 'two')
const third = await keep(wallet, 3n, 'three')
assert.equal(await client.readContract({ ...probe, functionName: 'values', args: [2n] }), 4n)
assert.equal(
  await client.readContract({
    ...probe, functionName: 'values', args: [2n], blockNumber: first.blockNumber,
  }),
  0n,
  'the state at a past block',
)
assert.equal(second.from, bob.address.toLowerCase())
assert.equal(await client.getTransactionCount({ address: alice.address }), 3)
assert.equal(await client.getTransactionCount({ address: alice.address, blockTag: 'pending' }), 3)
const word = await client.getStorageAt({ address, slot: '0x1' })
assert.equal(BigInt(word), (await client.getBlock({ blockNumber: created.blockNumber })).timestamp)

// Deployless reads: creation code that is run and never mined
const deployless = await client.readContract({ abi, code: bytecode, functionName: 'context' })
assert.equal(deployless[3], BigInt(chain.id))

// Errors that a contract names
for (const call of [
  () => client.readContract({ ...probe, functionName: 'refuse', args: [7n], account: bob }),
  () => client.simulateContract({ ...probe, functionName: 'refuse', args: [7n], account: bob }),
  () => client.estimateContractGas({ ...probe, functionName: 'refuse', args: [7n], account: bob }),
  () => other.writeContract({ ...probe, functionName: 'refuse', args: [7n] }),
]) {
  await rejects(call(), ContractFunctionRevertedError, ({ data }) => {
    assert.equal(data.errorName, 'Refused')
    assert.deepEqual(data.args, [bob.address, 7n])
  })
}
await rejects(
  client.readContract({ ...probe, functionName: 'complain' }),
  ContractFunctionRevertedError,
  ({ reason }) => assert.equal(reason, 'said why'),
)
await rejects(
  client.readContract({ ...probe, functionName: 'overflow', args: [1n] }),
  ContractFunctionRevertedError,
  ({ data }) => assert.deepEqual(data.args, [17n]),
)
// A revert that is sent all the same is mined with status 0
const failing = await wallet.sendTransaction({
  to: address, gas: 100_000n, data: encodeFunctionData({ abi, functionName: 'complain' }),
})
assert.equal((await client.waitForTransactionReceipt({ hash: failing })).status, 'reverted')

// Logs, in every form
const range = { address, fromBlock: start, toBlock: 'latest' }
const texts = (logs) => parseEventLogs({ abi, logs }).map(({ args }) => args.text)
const event = abi.find((item) => item.type === 'event' && item.name === 'Kept')
assert.deepEqual(texts(await client.getLogs(range)), ['one', 'two', 'three'])
assert.deepEqual(texts(await client.getLogs({ ...range, address: [address, bob.address] })), ['one', 'two', 'three'])
assert.deepEqual(texts(await client.getLogs({ ...range, event, args: { who: bob.address } })), ['two'])
assert.deepEqual(texts(await client.getLogs({ ...range, event, args: { key: [1n, 3n] } })), ['one', 'three'])
assert.deepEqual(texts(await client.getLogs({ ...range, events: [event] })), ['one', 'two', 'three'])
assert.deepEqual(texts(await client.getLogs({ blockHash: second.blockHash })), ['two'])
assert.deepEqual(texts(await client.getLogs({ address, fromBlock: second.blockNumber, toBlock: second.blockNumber })), ['two'])
assert.deepEqual(await client.getLogs({ ...range, address: bob.address }), [])
const [log] = await client.getLogs({ blockHash: third.blockHash })
assert.equal(log.transactionHash, third.transactionHash)
assert.equal(log.removed, false)
assert.deepEqual((await client.getContractEvents({ ...probe, fromBlock: start, strict: true })).length, 3)

// Blocks and transactions
const whole = await client.getBlock({ blockHash: second.blockHash, includeTransactions: true })
assert.equal(whole.transactions[0].hash, second.transactionHash)
assert.equal(whole.transactions[0].type, 'eip1559')
assert.equal(whole.transactions[0].from, bob.address.toLowerCase())
for (const blockTag of ['latest', 'safe', 'finalized', 'earliest', 'pending']) {
  assert(await client.getBlock({ blockTag }))
}
assert.equal(await client.getBlockTransactionCount({ blockHash: second.blockHash }), 1)
const transaction = await client.getTransaction({ hash: second.transactionHash })
assert.equal(transaction.blockHash, second.blockHash)
assert.equal((await client.getTransaction({ blockHash: second.blockHash, index: 0 })).hash, transaction.hash)
assert.equal(await client.getTransactionConfirmations({ hash: failing }), 1n)

// Fees
const fees = await client.estimateFeesPerGas()
assert(fees.maxFeePerGas > fees.maxPriorityFeePerGas)
assert((await client.getGasPrice()) > 0n)
const history = await client.getFeeHistory({ blockCount: 3, rewardPercentiles: [10, 50] })
assert.equal(history.baseFeePerGas.length, 4)
assert.equal(history.reward.length, 3)
assert(history.reward[0].every((tip) => tip > 0n))
assert.equal(await client.estimateGas({ account: alice, to: bob.address, value: 1n }), 21_000n)

// Transactions of other types
for (const fee of [
  { type: 'legacy' },
  { type: 'eip2930', accessList: [{ address, storageKeys: [key(0)] }] },
  { type: 'eip1559', maxFeePerGas: parseGwei('3'), maxPriorityFeePerGas: parseGwei('1') },
]) {
  const hash = await wallet.sendTransaction({ to: address, data: encodeFunctionData({ abi, functionName: 'many', args: [2n] }), ...fee })
  const receipt = await client.waitForTransactionReceipt({ hash })
  assert.equal(receipt.type, fee.type)
  assert.deepEqual(receipt.logs.map(({ logIndex }) => logIndex), [0, 1])
}

// Refusals by name
await rejects(wallet.sendTransaction({ to: bob.address, nonce: 0, gas: 21_000n }), NonceTooLowError)
const poor = createWalletClient({ ...options, account: privateKeyToAccount(generatePrivateKey()) })
await rejects(poor.sendTransaction({ to: bob.address, value: 1n }), InsufficientFundsError)
await rejects(poor.sendTransaction({ to: bob.address, value: 1n, gas: 21_000n }), InsufficientFundsError)

// Unlocked accounts, as test set-ups use them
const unlocked = createWalletClient({ ...options, account: key(0).slice(0, 2) + (await test.request({ method: 'eth_accounts' }))[2].slice(2) })
const gift = await unlocked.sendTransaction({ to: poor.account.address, value: parseEther('1') })
await client.waitForTransactionReceipt({ hash: gift })
assert.equal(await client.getBalance({ address: poor.account.address }), parseEther('1'))

// What was watched; before the chain is turned back, which a watcher cannot foresee
const newest = await client.getBlock()
for (let i = 0; i < 100 && !watched.some(({ hash }) => hash === newest.hash); i += 1) {
  await new Promise((resolve) => setTimeout(resolve, 50))
}
unwatch()
unwatchEvent()
unwatchPending()
const numbers = watched.map(({ number }) => number)
assert(numbers.includes(second.blockNumber))
assert(watched.some(({ transactions }) => transactions.some(({ hash }) => hash === second.transactionHash)))
assert(events.some(({ args }) => args.text === 'two'), 'watched events')
assert(seenHashes.includes(second.transactionHash), 'watched transactions')

// The development clock and snapshots
const id = await test.snapshot()
const before = await client.getBlock()
await test.setNextBlockTimestamp({ timestamp: before.timestamp + 1000n })
await test.mine({ blocks: 2 })
const after = await client.getBlock()
assert.equal(after.number, before.number + 2n)
assert(after.timestamp > before.timestamp + 1000n)
await test.revert({ id })
assert.equal((await client.getBlock()).hash, before.hash)

process.stdout.write('viem: all holds\n')
