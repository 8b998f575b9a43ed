import { UserRound } from "lucide-react";
import css from "./Avatar.module.css";

interface Props {
  card: { id: string; handle: string | null; name: string | null; avatar: string | null };
  size?: "xs" | "s" | "m" | "l" | "xl";
}

/** Somebody's picture; without one, their initial on a tone that is always theirs. */
export function Avatar({ card, size = "m" }: Props) {
  if (card.avatar) {
    const detail = size === "xl" || size === "l" ? "large" : "small";
    return (
      <img
        className={`${css.avatar} ${css[size]}`}
        src={`/api/v1/media/${card.avatar}/thumbnail?size=${detail}`}
        alt=""
        loading="lazy"
      />
    );
  }
  const initial = [...(card.name ?? card.handle ?? "")][0]?.toUpperCase();
  return (
    <span className={`${css.avatar} ${css[size]} ${css[toneOf(card.id)]}`} aria-hidden="true">
      {initial ?? <UserRound />}
    </span>
  );
}

/** One of six tones, by the random end of an id. */
function toneOf(id: string): string {
  return `tone${(Number.parseInt(id.slice(-4), 16) || 0) % 6}`;
}
