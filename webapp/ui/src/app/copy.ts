import { notice } from "./notices";

/** Copy the link to a path of this site, and say so; where the browser does not allow it the link is shown instead. */
export function copyLink(path: string): Promise<void> {
  const { href } = new URL(path, location.origin);
  return copyText(href, "The link is copied.", `The link: ${href}`);
}

/** Copy a text and say `done`; `instead` where the browser does not allow it. */
export async function copyText(text: string, done: string, instead: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notice({ tone: "good", text: done });
  } catch {
    // Refused, or a page without https, where browsers have no clipboard.
    notice({ tone: "neutral", text: `This browser does not let pages copy. ${instead}` });
  }
}
