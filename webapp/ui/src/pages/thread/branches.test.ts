import { describe, expect, it } from "vitest";
import type { Post } from "../../api/types";
import { branchesOf } from "./branches";

const post = (id: string, parent: string | null) => ({ id, parent }) as Post;
const shown = (items: Post[], fresh: string[] = []) =>
  branchesOf("root", items, fresh).map(
    ({ post: { id }, depth, goesOn }) => `${id}${depth}${goesOn ? "+" : ""}`,
  );

describe("branchesOf", () => {
  it("puts what answers an answer right below it, oldest first", () => {
    const items = [post("a", "root"), post("b", "root"), post("a1", "a"), post("a2", "a"), post("b1", "b")];
    expect(shown(items)).toEqual(["a0+", "a11", "a21", "b0+", "b11"]);
  });

  it("goes no further in than there is room for", () => {
    const items = [post("a", "root"), post("b", "a"), post("c", "b"), post("d", "c"), post("e", "d")];
    expect(shown(items)).toEqual(["a0+", "b1+", "c2+", "d2+", "e2"]);
  });

  it("puts what one just wrote first among its like, the newest first, and each answer once", () => {
    const items = [post("a", "root"), post("b", "root"), post("a1", "a"), post("a2", "a"), post("c", "root")];
    expect(shown([...items, post("b", "root")], ["c", "b", "a2"])).toEqual(["c0", "b0", "a0+", "a21", "a11"]);
  });

  it("loses nothing whose parent is hidden", () => {
    expect(shown([post("x", "hidden"), post("y", null)])).toEqual(["x0", "y0"]);
  });
});
