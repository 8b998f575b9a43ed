import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { MailX } from "lucide-react";
import { useEffect, useState } from "react";
import { isCode, sentenceOf } from "../../api/problem";
import type { Me } from "../../api/types";
import { Button, ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { nameOf } from "../../components/Person";
import { Skeleton } from "../../components/Skeleton";
import { firstUnread, linesOf, titleOf } from "../../lib/messages";
import {
  conversationQuery,
  markTalkRead,
  newerQuery,
  takeNewer,
  takeSent,
  talkQuery,
} from "../../queries/messages";
import { outbox, useOutgoing } from "../../queries/outbox";
import { Closed } from "./Closed";
import { ConversationHead } from "./ConversationHead";
import css from "./messages.module.css";
import { TalkLines } from "./TalkLines";
import { Writing } from "./Writing";

/** One conversation, live. */
export function Conversation({ me, id }: { me: Me; id: string }) {
  const queries = useQueryClient();
  const { data: conversation, error } = useQuery(conversationQuery(id));
  const query = useInfiniteQuery(talkQuery(id));
  const account = me.profile.id;
  const outgoing = useOutgoing(account, id);
  const messages = query.data?.pages.flatMap((page) => page.items);
  const newer = useQuery(newerQuery(id, query.data?.pages[0]?.newest)).data;
  useEffect(() => {
    if (newer) takeNewer(queries, id, newer);
  }, [newer, id, queries]);
  const [firstNew, setFirstNew] = useState<string | null | undefined>(undefined);
  if (firstNew === undefined && conversation && messages)
    setFirstNew(firstUnread(messages, conversation.unread, account));
  useRead(id, conversation?.unread ?? 0, messages?.[0]?.id);
  if (!conversation && error) return <Failed error={error} />;
  if (!conversation || !messages) {
    return query.error && conversation ? (
      <Failed error={query.error} onAgain={() => void query.refetch()} />
    ) : (
      <>
        <PageTitle title="Messages" back="/messages" />
        <Skeleton rows={5} />
      </>
    );
  }
  const arrived = (message: Parameters<typeof takeSent>[1]) => takeSent(queries, message);
  return (
    <>
      <ConversationHead me={me} conversation={conversation} />
      <TalkLines
        me={me}
        title={titleOf(conversation, nameOf)}
        conversation={conversation}
        lines={linesOf(messages, outgoing, account, firstNew ?? null)}
        older={query}
        onAgain={(one) => outbox.again(one, arrived)}
        onDiscard={(one) => outbox.discard(one, arrived)}
      />
      <Closed conversation={conversation}>
        <Writing key={id} id={id} onSend={(text) => outbox.add(account, id, text, arrived)} />
      </Closed>
    </>
  );
}

/** What is on the screen counts as read, up to the newest. */
function useRead(id: string, unread: number, newest: string | undefined): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (!newest || unread === 0) return;
    const read = () => {
      // Where it fails the count stays, and the next look tries again.
      if (document.visibilityState === "visible") markTalkRead(queries, id, newest).catch(() => undefined);
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [queries, id, newest, unread]);
}

function Failed({ error, onAgain }: { error: unknown; onAgain?: () => void }) {
  const absent = isCode(error, "conversation_not_found", "not_found");
  return (
    <>
      <PageTitle title="Messages" back="/messages" />
      <div className={css.failed}>
        <Empty
          icon={<MailX size={36} />}
          title={absent ? "There is no such conversation" : "The conversation could not be loaded"}
          text={absent ? "You may have left it, or it is not yours." : sentenceOf(error)}
        >
          {onAgain && <Button onClick={onAgain}>Try again</Button>}
          <ButtonLink to="/messages">All messages</ButtonLink>
        </Empty>
      </div>
    </>
  );
}
