import { Link } from "react-router";
import { tagPath } from "../lib/paths";
import { partsOf } from "../lib/richText";

/** A text as its author wrote it, with links, mentions and hashtags to follow. */
export function RichText({ text }: { text: string }) {
  let at = 0;
  return partsOf(text).map((part) => {
    const key = at;
    at += part.text.length;
    switch (part.is) {
      case "link":
        return (
          <a key={key} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {shortened(part.text)}
          </a>
        );
      case "mention":
        return (
          <Link key={key} to={`/@${part.handle}`}>
            {part.text}
          </Link>
        );
      case "tag":
        return (
          <Link key={key} to={tagPath(part.tag)}>
            {part.text}
          </Link>
        );
      default:
        return part.text;
    }
  });
}

/** A link without its scheme, and not longer than a line. */
function shortened(link: string): string {
  const bare = link.replace(/^https?:\/\//, "");
  return bare.length > 48 ? `${bare.slice(0, 45)}…` : bare;
}
