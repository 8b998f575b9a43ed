/** Ether for the demo wallet, which pays for nothing else than trying Troth out on its embedded chain. */

import {
  type Address,
  type Chain,
  createPublicClient,
  createWalletClient,
  http,
  numberToHex,
  parseEther,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

/** The embedded chain gives the keys 1 to 10 a million ether each; everybody knows them. */
const RICH = privateKeyToAccount(numberToHex(10, { size: 32 }));
const ENOUGH = parseEther("0.1");
const GIFT = parseEther("10");

/** See to it that an address can pay for what it sends. */
export async function provide(address: Address, chain: Chain, rpc: string): Promise<void> {
  const node = createPublicClient({ chain, transport: http(rpc) });
  if ((await node.getBalance({ address })) >= ENOUGH) return;
  const bank = createWalletClient({ account: RICH, chain, transport: http(rpc) });
  const hash = await bank.sendTransaction({ to: address, value: GIFT });
  await node.waitForTransactionReceipt({ hash, pollingInterval: 250 });
}
