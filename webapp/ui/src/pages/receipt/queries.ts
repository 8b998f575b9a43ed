import { queryOptions } from "@tanstack/react-query";
import { api, take } from "../../api/client";
import { isCode } from "../../api/problem";
import type { Post } from "../../api/types";

/** A post and the proof of one of its versions (the newest without `content`), the file byte by byte. */
const ON_ITS_WAY_MS = 3_000;

interface Found {
  post: Post;
  data: Uint8Array;
}

export function receiptQuery(post_id: string, content: string | null) {
  return queryOptions({
    queryKey: ["post", post_id, "receipt", content],
    queryFn: async () => {
      const found = await fetchBoth(post_id, content);
      // Edited between the two answers: then they are of two versions, and nobody lied.
      return content === null && isOfTwoVersions(found) ? fetchBoth(post_id, content) : found;
    },
    // The same file stays the same object, so that it is not judged anew.
    structuralSharing: (before, now) => withSameFile(before as Found | undefined, now as Found),
    refetchInterval: ({ state: { data, error } }) =>
      isNotSealed(error) || (data && isOnItsWay(data.post)) ? ON_ITS_WAY_MS : false,
    refetchOnWindowFocus: false,
  });
}

async function fetchBoth(post_id: string, content: string | null): Promise<Found> {
  // With what its author shows of claims: each is judged as well.
  const query = { claims: true, ...(content !== null && { content }) };
  const [post, file] = await Promise.all([
    take(api.GET("/api/v1/posts/{post_id}", { params: { path: { post_id } } })),
    take(
      api.GET("/api/v1/posts/{post_id}/bundle", {
        params: { path: { post_id }, query },
        parseAs: "arrayBuffer",
      }),
    ),
  ]);
  return { post: post as unknown as Post, data: new Uint8Array(file as unknown as ArrayBuffer) };
}

function isOfTwoVersions({ post, data }: Found): boolean {
  return post.content !== null && !new TextDecoder().decode(data).includes(post.content);
}

/** Whether there is no proof only because the post has no place in the log yet. */
export function isNotSealed(error: unknown): boolean {
  return isCode(error, "not_sealed");
}

function isOnItsWay({ anchoring }: Post): boolean {
  return anchoring.state !== "final" && anchoring.state !== "halted";
}

/** The new answer, with the old file where both have the same bytes. */
export function withSameFile(before: Found | undefined, now: Found): Found {
  if (before === undefined || before.data.length !== now.data.length) return now;
  return before.data.every((byte, index) => byte === now.data[index]) ? { ...now, data: before.data } : now;
}
