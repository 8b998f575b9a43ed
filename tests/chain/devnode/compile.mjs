// Compiles Probe.sol by npm's solc and prints {abi, bytecode} as JSON.
import { readFileSync } from 'node:fs'
import solc from 'solc'

const content = readFileSync(new URL('./Probe.sol', import.meta.url), 'utf8')
const output = JSON.parse(
  solc.compile(
    JSON.stringify({
      language: 'Solidity',
      sources: { 'Probe.sol': { content } },
      settings: {
        evmVersion: 'prague',
        optimizer: { enabled: true },
        outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
      },
    }),
  ),
)
if (!output.contracts) throw new Error(JSON.stringify(output.errors))
const { abi, evm } = output.contracts['Probe.sol'].Probe
process.stdout.write(JSON.stringify({ abi, bytecode: `0x${evm.bytecode.object}` }))
