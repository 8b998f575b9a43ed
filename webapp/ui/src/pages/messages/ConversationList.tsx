import { useInfiniteQuery } from "@tanstack/react-query";
import { MessageSquarePlus, MessagesSquare } from "lucide-react";
import { Link } from "react-router";
import type { Me } from "../../api/types";
import { ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { PageTitle } from "../../components/PageTitle";
import { nameOf } from "../../components/Person";
import { Time } from "../../components/Time";
import { titleOf } from "../../lib/messages";
import { type Conversation, conversationsQuery } from "../../queries/messages";
import { Face } from "./Face";
import css from "./messages.module.css";

/** One's conversations, newest activity first. The heading of the page stands here while none is open. */
export function ConversationList({ me, open }: { me: Me; open: string | undefined }) {
  const query = useInfiniteQuery(conversationsQuery);
  const begin = (
    <Link to="/messages/new" className={css.begin} aria-label="New message" title="New message">
      <MessageSquarePlus size={20} aria-hidden="true" />
    </Link>
  );
  return (
    <>
      {open === undefined ? (
        <PageTitle title="Messages">{begin}</PageTitle>
      ) : (
        <div className={css.listHead}>
          <h2>Messages</h2>
          {begin}
        </div>
      )}
      <List query={query} keyOf={(one) => one.id} empty={<NoneYet />}>
        {(one) => <Row key={one.id} one={one} me={me} now={one.id === open} />}
      </List>
    </>
  );
}

function Row({ one, me, now }: { one: Conversation; me: Me; now: boolean }) {
  const at = one.last_message?.created_at ?? one.active_at;
  return (
    <article className={css.row} data-unread={one.unread > 0}>
      <Face conversation={one} />
      <div className={css.rowWords}>
        <p className={css.rowHead}>
          <Link to={`/messages/${one.id}`} aria-current={now ? "page" : undefined}>
            <bdi>{titleOf(one, nameOf)}</bdi>
          </Link>
          {at && <Time at={at} className={css.rowTime} />}
        </p>
        <p className={css.rowText}>
          <span dir="auto">{lastWords(one, me)}</span>
          {one.unread > 0 && (
            <span className={css.unread}>
              {one.unread > 99 ? "99+" : one.unread}
              <span className="visually-hidden"> unread</span>
            </span>
          )}
        </p>
      </div>
    </article>
  );
}

function lastWords({ last_message: last, kind }: Conversation, me: Me): string {
  if (!last) return "Nothing written yet";
  if (last.text === null) return "A message was deleted";
  if (last.account === me.profile.id) return `You: ${last.text}`;
  return kind === "group" && last.profile ? `${nameOf(last.profile)}: ${last.text}` : last.text;
}

function NoneYet() {
  return (
    <Empty
      icon={<MessagesSquare size={36} />}
      title="No messages yet"
      text="Write to one person, or make a group."
    >
      <ButtonLink to="/messages/new" kind="primary">
        Write a message
      </ButtonLink>
    </Empty>
  );
}
