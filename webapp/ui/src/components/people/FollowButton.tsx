import type { Viewer } from "../../queries/people";
import { useRelation } from "../../queries/relations";
import { useMe } from "../../session/session";
import { useSignInFirst } from "../../session/signInFirst";
import { Button } from "../Button";
import { nameOf } from "../Person";

interface Props {
  card: { id: string; handle: string | null; name: string | null };
  viewer: Viewer | null;
  size?: "m" | "s";
}

/** Follow somebody, or no longer; lifts a block where there is one. Nothing for oneself. */
export function FollowButton({ card, viewer, size = "s" }: Props) {
  const me = useMe();
  const signInFirst = useSignInFirst();
  const name = nameOf(card);
  const relation = useRelation(card.id, name);
  if (me === undefined || me?.profile.id === card.id) return null;
  if (viewer?.blocking) {
    return (
      <Button
        size={size}
        kind="danger"
        aria-label={`Unblock ${name}`}
        onClick={() => relation.mutate({ kind: "block", on: false })}
      >
        Unblock
      </Button>
    );
  }
  const following = viewer?.following ?? false;
  return (
    <Button
      size={size}
      kind={following ? "outline" : "primary"}
      aria-label={following ? `Following ${name}: unfollow` : `Follow ${name}`}
      title={following ? "Press to follow no longer" : undefined}
      onClick={() => (me ? relation.mutate({ kind: "follow", on: !following }) : signInFirst())}
    >
      {following ? "Following" : "Follow"}
    </Button>
  );
}
