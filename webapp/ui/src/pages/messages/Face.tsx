import { Users } from "lucide-react";
import { Avatar } from "../../components/Avatar";
import type { Conversation } from "../../queries/messages";
import css from "./messages.module.css";

/** The picture of a conversation: the other person's, or a sign for a group. */
export function Face({ conversation }: { conversation: Pick<Conversation, "kind" | "other" | "id"> }) {
  if (conversation.kind === "direct" && conversation.other) return <Avatar card={conversation.other} />;
  return (
    <span className={css.face} aria-hidden="true">
      <Users size={20} />
    </span>
  );
}
