import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { findDevice } from "../../../wallet/device/device";
import { keepKey } from "../../../wallet/device/vault";
import { newKey } from "../../../wallet/keys";
import { forgetAccount } from "./forgetting";

const ADA = "0x00000000000000000000000000000000000000aa";
const BOB = "0x00000000000000000000000000000000000000bb";

it("drops what was kept for the account, and nothing of another", async () => {
  for (const author of [ADA, BOB] as const) {
    const { address, sealed } = await newKey();
    await keepKey({ name: `device:${author}`, address, ...sealed });
  }
  localStorage.setItem("troth.draft.ada.new", "{}");
  localStorage.setItem("troth.export.ada", "one");
  localStorage.setItem("troth.draft.bob.new", "{}");
  localStorage.setItem("troth.theme", "dark");
  await forgetAccount(new QueryClient(), "ada", [ADA]);
  expect(Object.keys(localStorage).sort()).toEqual(["troth.draft.bob.new", "troth.theme"]);
  expect(await findDevice(ADA)).toBeUndefined();
  expect(await findDevice(BOB)).toBeDefined();
  localStorage.clear();
});
