/** What the settings ask a wallet for: a fresh sign-in, and deleting the account. */

import { api, take } from "../api/client";
import { STATEMENT, signed } from "./signin";
import { type Address, walletState } from "./store";

/**
 * Sign in anew to the same account, for what needs a fresh sign-in; the session before ends. `authors` are the account's
 * wallets: no other may sign. Raises WalletStoppedError and ProblemError.
 */
export async function signInAgain(authors: readonly Address[]): Promise<void> {
  const { items } = await take(api.GET("/api/v1/me/sessions"));
  const connected = walletState().connected?.address;
  const author = authors.find((one) => one === connected) ?? authors[0];
  const { signature, message } = await signed(
    {
      title: "Sign in again",
      about: "This needs a fresh sign-in: one message of your wallet, free of charge.",
    },
    async () => ({ nonce: (await take(api.POST("/api/v1/auth/siwe/nonce"))).nonce, statement: STATEMENT }),
    author,
  );
  await take(api.POST("/api/v1/auth/siwe", { body: { message, signature, session: "cookie" } }));
  const before = items.find((one) => one.current)?.id;
  if (before === undefined) return;
  await take(api.DELETE("/api/v1/me/sessions/{session_id}", { params: { path: { session_id: before } } }));
}

/** What deletes the signed-in account: a message that one of its wallets, `author`, signs. */
export function signedDeletion(author: Address): Promise<{ message: string; signature: Address }> {
  return signed(
    {
      title: "Delete your account",
      about: "Your wallet shows a message that deletes your account here, for good. It costs nothing.",
    },
    () => take(api.POST("/api/v1/me/deletion/nonce")),
    author,
  );
}
