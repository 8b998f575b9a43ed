import type { ReactNode } from "react";
import { Button } from "../../components/Button";
import { nameOf } from "../../components/Person";
import type { Conversation } from "../../queries/messages";
import { useRelation } from "../../queries/relations";
import css from "./messages.module.css";

/** Where one writes; or why one cannot, and what would change that. */
export function Closed({
  conversation,
  children,
}: {
  conversation: Pick<Conversation, "kind" | "other">;
  children: ReactNode;
}) {
  const { kind, other } = conversation;
  if (kind === "group") return children;
  if (!other)
    return <p className={css.closed}>This account is deleted; nothing can be written to it any more.</p>;
  return other.viewer.blocking ? <Blocked other={other} /> : children;
}

function Blocked({ other }: { other: NonNullable<Conversation["other"]> }) {
  const { mutate } = useRelation(other.id, nameOf(other));
  return (
    <div className={css.closed}>
      <p>You block {nameOf(other)}. To write to each other, lift the block.</p>
      <Button size="s" onClick={() => mutate({ kind: "block", on: false })}>
        Unblock
      </Button>
    </div>
  );
}
