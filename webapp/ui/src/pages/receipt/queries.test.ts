import { expect, it } from "vitest";
import type { Post } from "../../api/types";
import { withSameFile } from "./queries";

const bytes = (text: string) => new TextEncoder().encode(text);

it("a file that did not change stays the same object, and is not judged anew", () => {
  const post = { id: "1" } as Post;
  const before = { post, data: bytes("one") };
  const same = withSameFile(before, { post: { ...post, id: "2" }, data: bytes("one") });
  expect(same.data).toBe(before.data);
  expect(same.post.id).toBe("2");
  const other = { post, data: bytes("two") };
  expect(withSameFile(before, other)).toBe(other);
  expect(withSameFile(undefined, other)).toBe(other);
});
