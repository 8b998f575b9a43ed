import { MessagesSquare } from "lucide-react";
import { ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";

/** The room of a conversation while none is open; on a phone it is not shown. */
export function Nothing() {
  return (
    <Empty
      icon={<MessagesSquare size={36} />}
      title="Choose a conversation"
      text="Messages are kept encrypted, only their members read them, and nothing of them ever touches the chain."
    >
      <ButtonLink to="/messages/new">New message</ButtonLink>
    </Empty>
  );
}
