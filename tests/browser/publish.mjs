// Somebody who publishes with stock viem through the API, so that pages have signed records to show.
import { randomBytes, randomUUID } from "node:crypto";
import { getAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { domainOf, TYPES, ZERO } from "../interop/protocol.mjs";
import { URL_ } from "./kit.mjs";

const PATIENCE_MS = 60_000;
const hex = (bytes) => `0x${randomBytes(bytes).toString("hex")}`;

async function call(path, { token, method = "GET", body } = {}) {
  const headers = {
    ...(body && { "Content-Type": "application/json" }),
    ...(token && { Authorization: `Bearer ${token}` }),
  };
  const answer = await fetch(`${URL_}/api/v1${path}`, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

export async function author() {
  const wallet = privateKeyToAccount(generatePrivateKey());
  const { domain } = await call("/log");
  const { nonce } = await call("/auth/siwe/nonce", { method: "POST" });
  const parts = {
    address: getAddress(wallet.address),
    chainId: domain.chainId,
    domain: new URL(URL_).host,
    nonce,
    uri: URL_,
  };
  const message = createSiweMessage({ ...parts, version: "1", statement: "Sign in." });
  const signature = await wallet.signMessage({ message });
  const { access_token: token } = await call("/auth/siwe", { method: "POST", body: { message, signature } });

  const signed = async (primaryType, fields) => {
    const { domain: where, notBefore } = await call("/log");
    const record = { id: hex(16), author: wallet.address.toLowerCase(), ...fields, notBefore };
    const typed = { domain: domainOf(where), types: TYPES[primaryType], primaryType, message: record };
    return { message: record, signature: await wallet.signTypedData(typed) };
  };
  const untilFinal = async (id) => {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const post = await call(`/posts/${id}`);
      if (post.anchoring.state === "final") return post;
      if (Date.now() > end) throw new Error(`The post is still ${post.anchoring.state}.`);
      await new Promise((resume) => setTimeout(resume, 100));
    }
  };
  return {
    address: wallet.address.toLowerCase(),
    untilFinal,
    bundleWithClaims: (id) => call(`/posts/${id}/bundle?claims=true`),
    bundle: (id, content) => call(`/posts/${id}/bundle${content ? `?content=${content}` : ""}`),
    async publish(text, changes = {}) {
      const fields = {
        audience: "public",
        text,
        media: [],
        replyTo: ZERO,
        quotes: ZERO,
        replaces: ZERO,
        salt: hex(32),
        ...changes,
      };
      const id = `0x${randomUUID().replaceAll("-", "")}`;
      return call("/posts", { token, method: "POST", body: await signed("Post", { id, ...fields }) });
    },
    // A claim of this person's handle that is on the chain; the file by which it is shown to others.
    async claim(handle) {
      await call("/me", { token, method: "PATCH", body: { handle } });
      const { id } = await call("/claims", { token, method: "POST", body: { kind: "handle" } });
      const end = Date.now() + PATIENCE_MS;
      while ((await call(`/claims/${id}`, { token })).final_at === null) {
        if (Date.now() > end) throw new Error("The claim is not final yet.");
        await new Promise((resume) => setTimeout(resume, 200));
      }
      return call(`/claims/${id}/file`, { token });
    },
    async remove(post) {
      const id = `0x${post.id.replaceAll("-", "")}`;
      const body = await signed("Deletion", { id, replaces: post.content });
      return call(`/posts/${post.id}`, { token, method: "DELETE", body });
    },
  };
}
