/** Sign in, or link a wallet, with an EIP-4361 message under a nonce of the server's. */

import { api, take } from "../api/client";
import { askWallet } from "./asking";
import { loadWallets } from "./load";
import { readLog } from "./place";
import { type Address, walletState } from "./store";

export const STATEMENT = "Sign in to Troth.";

/** Sign in as the connected account. Raises WalletStoppedError and ProblemError. */
export async function signInWithWallet(): Promise<{ account: string }> {
  const { signature, message } = await signed(
    { title: "Sign in", about: "Your wallet shows a message that says where you sign in. It costs nothing." },
    async () => ({ nonce: (await take(api.POST("/api/v1/auth/siwe/nonce"))).nonce, statement: STATEMENT }),
  );
  return take(api.POST("/api/v1/auth/siwe", { body: { message, signature, session: "cookie" } }));
}

/** Link the connected account to the signed-in one; `password` where the sign-in is older than ten minutes. */
export async function linkWallet(password?: string): Promise<void> {
  const { signature, message } = await signed(
    {
      title: "Link this wallet",
      about: "Your wallet says that it belongs to your account here. It costs nothing.",
    },
    () => take(api.POST("/api/v1/wallets/nonce")),
  );
  await take(
    api.POST("/api/v1/wallets", { body: { message, signature, ...(password ? { password } : {}) } }),
  );
}

interface Words {
  title: string;
  about: string;
}

/** A message under a nonce that the connected account, or `only` that one, signed. Raises WalletStoppedError. */
export async function signed(
  words: Words,
  challenge: () => Promise<{ nonce: string; statement: string }>,
  only?: Address,
) {
  const [engine, { siweMessage }, log] = await Promise.all([loadWallets(), import("./message"), readLog()]);
  const author = only ?? walletState().connected?.address;
  // The account is the one that is connected when it is asked: a switch in between begins anew with the new one.
  return askWallet({ ...words, needs: author ? { author } : {} }, async (wallet) => {
    const { nonce, statement } = await challenge();
    const message = siweMessage(wallet.address, log.domain.chainId, nonce, statement);
    return { message, signature: await engine.signText(message, wallet.address) };
  });
}
