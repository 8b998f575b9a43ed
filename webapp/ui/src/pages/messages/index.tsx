import { useParams } from "react-router";
import type { Me } from "../../api/types";
import { SignInToSee } from "../../components/SignInToSee";
import { Skeleton } from "../../components/Skeleton";
import { useMe } from "../../session/session";
import { Conversation } from "./Conversation";
import { ConversationList } from "./ConversationList";
import css from "./messages.module.css";
import { NewMessage } from "./NewMessage";
import { Nothing } from "./Nothing";

/** Private messages: the list and one conversation, side by side where there is room. */
export function Component() {
  const me = useMe();
  if (me === undefined) return <Skeleton rows={6} />;
  if (me === null) return <SignInToSee title="Messages" what="your private messages" />;
  return <Messages me={me} />;
}

function Messages({ me }: { me: Me }) {
  const { conversation } = useParams();
  return (
    <div className={css.panes} data-open={conversation !== undefined}>
      <div className={css.list}>
        <ConversationList me={me} open={conversation} />
      </div>
      <div className={css.talk}>
        {conversation === undefined && <Nothing />}
        {conversation === "new" && <NewMessage me={me} />}
        {conversation !== undefined && conversation !== "new" && (
          <Conversation key={conversation} me={me} id={conversation} />
        )}
      </div>
    </div>
  );
}
