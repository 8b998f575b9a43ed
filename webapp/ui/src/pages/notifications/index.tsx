import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Bell, CheckCheck } from "lucide-react";
import { useEffect, useRef } from "react";
import { useSearchParams } from "react-router";
import { sentenceOf } from "../../api/problem";
import type { Me } from "../../api/types";
import { notice } from "../../app/notices";
import { Button, ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { PageTitle } from "../../components/PageTitle";
import { SignInToSee } from "../../components/SignInToSee";
import { Skeleton } from "../../components/Skeleton";
import { Tabs } from "../../components/Tabs";
import { useNow } from "../../lib/now";
import { unreadQuery } from "../../live/useLive";
import { markRead, notificationsQuery } from "../../queries/notifications";
import { useMe } from "../../session/session";
import { beginnings, FILTERS, type Filter } from "./grouping";
import { NotificationRow } from "./NotificationRow";
import css from "./notifications.module.css";

/** What one was told, by days. What came since the last time is marked for as long as one is here. */
export function Component() {
  const me = useMe();
  if (me === undefined) return <Skeleton rows={6} />;
  if (me === null) return <SignInToSee title="Notifications" what="what others did with your posts" />;
  return <Notifications me={me} />;
}

function Notifications({ me }: { me: Me }) {
  const [params] = useSearchParams();
  const filter = filterOf(params.get("show"));
  const query = useInfiniteQuery(notificationsQuery(FILTERS[filter].kinds));
  const queries = useQueryClient();
  const { data: unread } = useQuery(unreadQuery);
  const now = useNow();
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const newest = items[0]?.id;
  const fresh = useFresh(items);
  const read = (id: string) =>
    markRead(queries, id).catch((error: unknown) => notice({ tone: "bad", text: sentenceOf(error) }));
  useReadWhenSeen(filter === "all" && unread?.unread ? newest : null, read);
  const days = beginnings(items, now);
  return (
    <>
      <PageTitle title="Notifications">
        {filter !== "all" && !!unread?.unread && (
          <Button
            size="s"
            kind="quiet"
            icon={<CheckCheck size={16} aria-hidden="true" />}
            onClick={() => void read(unread.newest ?? "0")}
          >
            Mark all read
          </Button>
        )}
      </PageTitle>
      <Tabs
        label="Show"
        replace
        tabs={(Object.keys(FILTERS) as Filter[]).map((name) => ({
          to: name === "all" ? "/notifications" : `/notifications?show=${name}`,
          text: FILTERS[name].text,
          now: name === filter,
        }))}
      />
      <List query={query} keyOf={(item) => String(item.id)} empty={<Nothing filter={filter} />}>
        {(item) => (
          <div key={item.id}>
            {days.has(String(item.id)) && <h2 className={css.day}>{days.get(String(item.id))}</h2>}
            <NotificationRow item={item} me={me} fresh={fresh.has(String(item.id))} />
          </div>
        )}
      </List>
    </>
  );
}

/** What was unread when it was first seen here: it stays marked though it counts as read by then. */
function useFresh(items: { id: string | null; read: boolean }[]): Set<string> {
  const fresh = useRef(new Set<string>());
  for (const { id, read } of items) if (!read && id !== null) fresh.current.add(id);
  return fresh.current;
}

const SEEN_MS = 1_500;

/** Mark all up to the newest as read once it was on the screen for a moment. */
function useReadWhenSeen(newest: string | null | undefined, read: (id: string) => void): void {
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    if (!newest) return;
    let wait: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(wait);
      if (document.visibilityState === "visible") wait = setTimeout(() => latest.current(newest), SEEN_MS);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(wait);
      document.removeEventListener("visibilitychange", look);
    };
  }, [newest]);
}

function Nothing({ filter }: { filter: Filter }) {
  if (filter !== "all")
    return (
      <Empty icon={<Bell size={36} />} title="Nothing of this kind yet" text="Everything else is under All.">
        <ButtonLink to="/notifications">Show all</ButtonLink>
      </Empty>
    );
  return (
    <Empty
      icon={<Bell size={36} />}
      title="Nothing to tell you yet"
      text="Here you are told who follows, likes and answers you, and when your posts are anchored."
    >
      <ButtonLink to="/posts/new" kind="primary">
        Write a post
      </ButtonLink>
      <ButtonLink to="/search?in=people">Find people</ButtonLink>
    </Empty>
  );
}

const filterOf = (text: string | null): Filter =>
  text !== null && Object.hasOwn(FILTERS, text) ? (text as Filter) : "all";
