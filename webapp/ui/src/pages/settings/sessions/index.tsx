import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas, take } from "../../../api/client";
import { sentenceOf } from "../../../api/problem";
import type { Page } from "../../../api/types";
import { notice } from "../../../app/notices";
import { Button } from "../../../components/Button";
import { List } from "../../../components/List";
import { Time } from "../../../components/Time";
import { Lead, Part, Row, Rows } from "../parts/Part";
import { useRemoval, without } from "../parts/removing";
import { Sure } from "../parts/Sure";

type Session = Schemas["Session"];

const sessionsQuery = infiniteQueryOptions({
  queryKey: ["settings", "sessions"],
  queryFn: ({ pageParam }): Promise<Page<Session>> =>
    take(api.GET("/api/v1/me/sessions", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next,
  staleTime: 0,
});

/** Where I am signed in, and ending it. */
export default function Sessions() {
  const query = useInfiniteQuery(sessionsQuery);
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const here = items.filter(({ current }) => current);
  const others = items.filter(({ current }) => !current);
  return (
    <>
      <Lead>Browsers and programs in which you signed in. One that you do not know, end at once.</Lead>
      {here.length > 0 && (
        <Part title="Here">
          <Rows>
            {here.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </Rows>
        </Part>
      )}
      {query.data && (
        <Part title="Elsewhere" act={others.length > 0 && <EndAll />}>
          {others.length > 0 ? (
            <Rows>
              {others.map((session) => (
                <SessionRow key={session.id} session={session} />
              ))}
            </Rows>
          ) : (
            <p>You are signed in nowhere else.</p>
          )}
        </Part>
      )}
      <List query={query} keyOf={({ id }) => id} empty={null}>
        {() => null}
      </List>
    </>
  );
}

const nameOf = ({ client }: Session) => client ?? "An unknown program";

function SessionRow({ session }: { session: Session }) {
  const removal = useRemoval<Session>({
    key: sessionsQuery.queryKey,
    idOf: ({ id }) => id,
    remove: ({ id }) =>
      take<unknown>(api.DELETE("/api/v1/me/sessions/{session_id}", { params: { path: { session_id: id } } })),
    done: (one) => `${nameOf(one)} is signed out.`,
    failed: "Not ended",
  });
  const name = nameOf(session);
  return (
    <Row
      title={name}
      mark={session.current && "This session"}
      acts={
        !session.current && (
          <Button size="s" aria-label={`End ${name}`} onClick={() => removal.mutate(session)}>
            End
          </Button>
        )
      }
    >
      <p>
        {session.created_at && (
          <>
            Signed in <Time at={session.created_at} />
          </>
        )}
        {session.last_used_at && (
          <>
            , last used <Time at={session.last_used_at} />
          </>
        )}
      </p>
    </Row>
  );
}

function EndAll() {
  const queries = useQueryClient();
  const [sure, setSure] = useState(false);
  const key = sessionsQuery.queryKey;
  const end = useMutation({
    mutationFn: () => take<unknown>(api.DELETE("/api/v1/me/sessions")),
    meta: { quiet: true },
    onMutate: async () => {
      setSure(false);
      await queries.cancelQueries({ queryKey: key });
      const before = queries.getQueryData(key);
      queries.setQueryData(
        key,
        without(before, ({ current }: Session) => current),
      );
      return before;
    },
    onSuccess: () => notice({ tone: "good", text: "All other sessions are ended." }),
    onError: (error, _nothing, before) => {
      queries.setQueryData(key, before);
      notice({ tone: "bad", text: `Not ended: ${sentenceOf(error)}` });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: key }),
  });
  return (
    <>
      <Button size="s" kind="danger" onClick={() => setSure(true)}>
        End all others
      </Button>
      {sure && (
        <Sure
          title="End all other sessions?"
          act="End all others"
          onDo={() => end.mutate()}
          onClose={() => setSure(false)}
        >
          <p>Wherever else you are signed in you would sign in again, and apps would ask you again.</p>
        </Sure>
      )}
    </>
  );
}
