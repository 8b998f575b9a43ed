// Changes one part of a bundle, so that the checks can be seen to fail.

const other = (hex) => hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0')

const CHANGES = {
  text: (bundle) => (bundle.message.text += '!'),
  salt: (bundle) => (bundle.message.salt = other(bundle.message.salt)),
  notBefore: (bundle) => (bundle.message.notBefore.hash = other(bundle.message.notBefore.hash)),
  signature: (bundle) => (bundle.signature = other(bundle.signature)),
  position: (bundle) => (bundle.entry.position += 1),
  previous: (bundle) => (bundle.entry.previous = other(bundle.entry.previous)),
  proof: (bundle) => bundle.proof.push(bundle.entry.content),
  sibling: (bundle) => (bundle.proof[0] = other(bundle.proof[0])),
  anchor: (bundle) => (bundle.anchor.block.time += 1),
  anchorer: (bundle) => (bundle.anchor.anchorer = other(bundle.anchor.anchorer)),
  block: (bundle) => (bundle.anchor.block.hash = other(bundle.anchor.block.hash)),
  transaction: (bundle) => (bundle.anchor.transaction = other(bundle.anchor.transaction)),
  count: (bundle) => (bundle.anchor.count += 1),
  delegation: (bundle) => (bundle.delegation.message.expiresAt += 1),
  noDelegation: (bundle) => (bundle.delegation = null),
  contract: (bundle) => (bundle.domain.verifyingContract = other(bundle.domain.verifyingContract)),
}

export function tamper(bundle, part) {
  if (!(part in CHANGES)) throw new Error(`${part} is no part that can be changed.`)
  CHANGES[part](bundle)
}
