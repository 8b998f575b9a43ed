import { type ReactNode, useEffect, useRef } from "react";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import type { Me } from "../../api/types";
import { Avatar } from "../../components/Avatar";
import { Button } from "../../components/Button";
import { nameOf } from "../../components/Person";
import { byDay } from "../../lib/days";
import type { Line } from "../../lib/messages";
import { useNow } from "../../lib/now";
import { personPath } from "../../lib/paths";
import { Bubble } from "./Bubble";
import type { WholeConversation } from "./GroupDialog";
import css from "./TalkLines.module.css";

interface Props {
  me: Me;
  title: string;
  conversation: WholeConversation;
  lines: Line[];
  older: { hasNextPage: boolean; isFetchingNextPage: boolean; error: unknown; fetchNextPage: () => unknown };
  onAgain: (id: string) => void;
  onDiscard: (id: string) => void;
}

/** What was said, the newest at the foot; older messages come as one scrolls up, and nothing jumps by that. */
export function TalkLines({ me, title, conversation, lines, older, onAgain, onDiscard }: Props) {
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const last = lines.at(-1);
  const lastOwn = last?.account === me.profile.id ? last.id : null;
  // One's own message is what one wants to see, wherever one had scrolled to.
  useEffect(() => {
    if (lastOwn !== null) scroller.current?.scrollTo({ top: 0 });
  }, [lastOwn]);
  const isGroup = conversation.kind === "group";
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section ref={scroller} className={css.scroller} tabIndex={0} aria-label={`Messages: ${title}`}>
      <div className={css.inside}>
        <Older older={older} scroller={scroller} />
        {lines.length === 0 && <p className={css.none}>Nothing written yet. Say hello.</p>}
        {byDay(lines, (line) => timeOf(line, now), now).map(({ name, items }) => (
          <section key={`${name}.${items[0]?.id}`} aria-label={name}>
            <h2 className={css.day}>{name}</h2>
            {items.map((line) => (
              <OneLine key={line.id} line={line} own={line.account === me.profile.id} isGroup={isGroup}>
                <Bubble
                  line={line}
                  conversation={conversation.id}
                  own={line.account === me.profile.id}
                  onAgain={onAgain}
                  onDiscard={onDiscard}
                />
              </OneLine>
            ))}
          </section>
        ))}
      </div>
      <p className="visually-hidden" role="status">
        {last?.message && last.account !== me.profile.id && last.message.profile
          ? `${nameOf(last.message.profile)}: ${last.message.text ?? "deleted"}`
          : ""}
      </p>
    </section>
  );
}

function OneLine({
  line,
  own,
  isGroup,
  children,
}: {
  line: Line;
  own: boolean;
  isGroup: boolean;
  children: ReactNode;
}) {
  const card = line.message?.profile;
  return (
    <>
      {line.firstNew && (
        <p className={css.fresh}>
          <span>New</span>
        </p>
      )}
      <div className={css.line} data-own={own} data-begins={line.begins}>
        {isGroup && !own && (
          <span className={css.face}>
            {line.ends && (
              <Avatar card={card ?? { id: line.account, handle: null, name: null, avatar: null }} size="s" />
            )}
          </span>
        )}
        <div className={css.said}>
          {isGroup && !own && line.begins && (
            <p className={css.who}>
              {card ? <Link to={personPath(card)}>{nameOf(card)}</Link> : "Deleted account"}
            </p>
          )}
          {children}
        </div>
      </div>
    </>
  );
}

function Older({
  older,
  scroller,
}: {
  older: Props["older"];
  scroller: React.RefObject<HTMLDivElement | null>;
}) {
  const top = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, error } = older;
  useEffect(() => {
    if (!hasNextPage || isFetchingNextPage || error || !top.current) return;
    const watch = new IntersectionObserver(
      (seen) => {
        if (seen.some((one) => one.isIntersecting)) void fetchNextPage();
      },
      { root: scroller.current, rootMargin: "300px" },
    );
    watch.observe(top.current);
    return () => watch.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, error, scroller]);
  if (!hasNextPage) return null;
  return (
    <div ref={top} className={css.older}>
      {error && !isFetchingNextPage ? (
        <>
          <p>Older messages could not be loaded: {sentenceOf(error)}</p>
          <Button size="s" onClick={() => void fetchNextPage()}>
            Try again
          </Button>
        </>
      ) : (
        <p role="status">Loading older messages</p>
      )}
    </div>
  );
}

function timeOf({ message, outgoing }: Line, now: number): string {
  return message?.created_at ?? new Date(outgoing?.at ?? now).toISOString();
}
