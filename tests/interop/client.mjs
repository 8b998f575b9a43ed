// A client that shares no code with Troth: stock viem and @openzeppelin/merkle-tree, written from the
// protocol's page. It publishes through the API and believes only what it recomputes or reads from a node.
//
//   node client.mjs --api URL --rpc URL [--save FOLDER]     the whole session
//   node client.mjs --api URL --rpc URL --check FILE [--tamper PART]     one saved bundle
//   node client.mjs --api URL --rpc URL --check FILE --each PART,PART     what each change is answered with
//
// Prints a summary as JSON and exits 0, or says in one sentence what does not hold and exits 1.
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createPublicClient, getAddress, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { createSiweMessage } from 'viem/siwe'
import { checkBundle, holds, leafOf, same } from './check.mjs'
import { TYPES, ZERO, domainOf } from './protocol.mjs'
import { tamper } from './tamper.mjs'

const PATIENCE_MS = 120_000
const DAY_SECONDS = 86_400
const { values: options } = parseArgs({
  options: {
    api: { type: 'string' },
    rpc: { type: 'string' },
    save: { type: 'string' },
    check: { type: 'string' },
    tamper: { type: 'string' },
    each: { type: 'string' },
  },
})
const api = options.api.replace(/\/$/, '')
const node = createPublicClient({ transport: http(options.rpc) })
const wallet = privateKeyToAccount(generatePrivateKey())
const device = privateKeyToAccount(generatePrivateKey())
const author = wallet.address.toLowerCase()
let token = null

async function call(method, path, body) {
  const headers = body ? { 'Content-Type': 'application/json' } : {}
  if (token) headers.Authorization = `Bearer ${token}`
  const sent = { method, headers, body: body && JSON.stringify(body) }
  const answer = await fetch(`${api}/api/v1${path}`, sent)
  const text = await answer.text()
  holds(answer.ok, `${method} ${path} was answered with ${answer.status}: ${text}`)
  return { ...JSON.parse(text), status: answer.status }
}

async function signIn(log) {
  const { nonce } = await call('POST', '/auth/siwe/nonce')
  const { host } = new URL(api)
  const { chainId } = log.domain
  const parts = { address: getAddress(author), chainId, domain: host, nonce, uri: api }
  const message = createSiweMessage({ ...parts, version: '1', statement: 'Sign in.' })
  const signature = await wallet.signMessage({ message })
  const { access_token } = await call('POST', '/auth/siwe', { message, signature })
  token = access_token
}

async function signed(key, primaryType, fields) {
  const { domain: where, notBefore } = await call('GET', '/log')
  const message = { author, ...fields, notBefore }
  const typed = { domain: domainOf(where), types: TYPES[primaryType], primaryType, message }
  return { message, signature: await key.signTypedData(typed) }
}

const newId = () => `0x${randomUUID().replaceAll('-', '')}`
const newSalt = () => `0x${randomBytes(32).toString('hex')}`

function postFields(text, changes = {}) {
  const empty = { audience: 'public', media: [], replyTo: ZERO, quotes: ZERO, replaces: ZERO }
  return { id: newId(), text, ...empty, salt: newSalt(), ...changes }
}

async function publish(text, changes) {
  const body = await signed(device, 'Post', postFields(text, changes))
  const post = await call('POST', '/posts', body)
  same(post.status, 201, 'The status of a new post')
  same(post.text, text, 'The text of the post')
  return post
}

async function untilFinal(id) {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const { anchoring } = await call('GET', `/posts/${id}`)
    if (anchoring.state === 'final') return
    holds(anchoring.state !== 'halted', `The post was halted: ${anchoring.reason}`)
    holds(Date.now() < end, `The post is still ${anchoring.state}.`)
    await new Promise((resume) => setTimeout(resume, 200))
  }
}

async function download(id, content, name) {
  const query = content ? `?content=${content}` : ''
  const { status, ...bundle } = await call('GET', `/posts/${id}/bundle${query}`)
  if (options.save) writeFileSync(join(options.save, `${name}.json`), JSON.stringify(bundle))
  return bundle
}

function checkOrder(bundles) {
  const entries = [bundles[0].delegation.entry, ...bundles.map(({ entry }) => entry)]
  entries.forEach((entry, index) => {
    same(entry.sequence, index, "The sequence in the author's chain")
    same(entry.previous, index ? leafOf(entries[index - 1]) : ZERO, 'The leaf before')
  })
}

async function session() {
  const log = await call('GET', '/log')
  await signIn(log)
  const expiresAt = Math.floor(Date.now() / 1000) + DAY_SECONDS
  const delegate = device.address.toLowerCase()
  const allowed = { id: newId(), delegate, scope: 'post', expiresAt }
  await call('POST', '/devices', await signed(wallet, 'Delegation', allowed))

  const first = await publish('Grüße, 世界 👋 from a client that nobody here wrote.')
  const id = `0x${first.id.replaceAll('-', '')}`
  const edited = await publish('I changed my mind.', { id, replaces: first.content })
  same(edited.id, first.id, 'The id of the edited post')
  await untilFinal(first.id)
  const posted = await download(first.id, first.content, 'post')
  const edit = await download(first.id, null, 'edit')
  same(edit.message.replaces, posted.entry.content, 'What the edit replaces')

  const removal = await signed(device, 'Deletion', { id, replaces: edited.content })
  const gone = await call('DELETE', `/posts/${first.id}`, removal)
  same(gone.text, null, 'The text of a deleted post')
  await untilFinal(first.id)
  const deletion = await download(first.id, null, 'deletion')
  same(deletion.message.replaces, edited.content, 'What the deletion replaces')
  const erased = await download(first.id, first.content, 'erased')
  same(erased.message, null, 'The message of an erased version')
  same(JSON.stringify(erased.entry), JSON.stringify(posted.entry), 'The entry after erasure')

  checkOrder([posted, edit, deletion])
  const checked = []
  for (const bundle of [posted, edit, deletion, erased]) {
    checked.push(await checkBundle(bundle, log, node))
  }
  for (const { signer } of checked) same(signer, delegate, 'The signer')
  return { author, device: delegate, post: first.id, checked }
}

const said = (error) => `The check failed: ${error.shortMessage ?? error.message}`

async function complaints(text, parts, log) {
  const found = {}
  for (const part of parts) {
    const bundle = JSON.parse(text)
    tamper(bundle, part)
    found[part] = await checkBundle(bundle, log, node).then(() => null, said)
  }
  return found
}

async function main() {
  if (!options.check) return session()
  const log = await call('GET', '/log')
  const text = readFileSync(options.check, 'utf8')
  if (options.each) return complaints(text, options.each.split(','), log)
  const bundle = JSON.parse(text)
  if (options.tamper) tamper(bundle, options.tamper)
  return { checked: [await checkBundle(bundle, log, node)] }
}

try {
  console.log(JSON.stringify(await main(), null, 2))
} catch (error) {
  console.error(said(error))
  process.exitCode = 1
}
