import type { Post } from "../../api/types";
import type { Bundle } from "../../proof";

/** How a proof contradicts the post that it was given for: then it proves something else. */
export function mismatches(bundle: Bundle, post: Post, content: string | null): string[] {
  const { entry, message } = bundle;
  const problems: string[] = [];
  if (entry.record !== `0x${post.id.replaceAll("-", "")}`) {
    problems.push("This is the proof of another record than the post at this address.");
  }
  if (post.author && entry.author !== post.author.toLowerCase()) {
    problems.push(`The post is shown as by ${post.author}, and the proof is of ${entry.author}.`);
  }
  if (content !== null && entry.content !== content) {
    problems.push("This is the proof of another version than the one that was asked for.");
  }
  const newest = content === null || content === post.content;
  if (newest && bundle.kind === 1 && message !== null && post.text !== null && message.text !== post.text) {
    problems.push("This server shows another text for this post than the one that was signed.");
  }
  return problems;
}
