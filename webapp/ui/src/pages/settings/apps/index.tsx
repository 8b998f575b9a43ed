import { infiniteQueryOptions, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Boxes } from "lucide-react";
import { useState } from "react";
import { api, type Schemas, take } from "../../../api/client";
import type { Page } from "../../../api/types";
import { Button } from "../../../components/Button";
import { Empty } from "../../../components/Empty";
import { List } from "../../../components/List";
import { Time } from "../../../components/Time";
import { scopeWords } from "../../../lib/scopes";
import { Lead, Row, Rows } from "../parts/Part";
import { useRemoval } from "../parts/removing";
import { Sure } from "../parts/Sure";
import css from "./apps.module.css";

type Consent = Schemas["Consent"];

const consentsQuery = infiniteQueryOptions({
  queryKey: ["settings", "consents"],
  queryFn: ({ pageParam }): Promise<Page<Consent>> =>
    take(api.GET("/api/v1/oauth/consents", { params: { query: pageParam ? { cursor: pageParam } : {} } })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next,
});

/** Apps of others that may act for me, and taking it back. */
export default function Apps() {
  const query = useInfiniteQuery(consentsQuery);
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <Lead>
        None of them can reach your wallets, devices, sessions or settings: that is never given to an app.
      </Lead>
      {items.length > 0 && (
        <div className={css.list}>
          <Rows>
            {items.map((consent) => (
              <ConsentRow key={consent.id} consent={consent} />
            ))}
          </Rows>
        </div>
      )}
      <List
        query={query}
        keyOf={({ id }) => id}
        empty={
          <Empty
            icon={<Boxes size={36} />}
            title="You allowed no app"
            text="An app or bot of somebody else that wants to act for you sends you here first. You read what it asks for, and allow or refuse it."
          />
        }
      >
        {() => null}
      </List>
    </>
  );
}

function ConsentRow({ consent }: { consent: Consent }) {
  const queries = useQueryClient();
  const [sure, setSure] = useState(false);
  const removal = useRemoval<Consent>({
    key: consentsQuery.queryKey,
    idOf: ({ id }) => id,
    remove: async ({ id }) => {
      const params = { path: { consent_id: id } };
      await take<unknown>(api.DELETE("/api/v1/oauth/consents/{consent_id}", { params }));
      await queries.invalidateQueries({ queryKey: ["settings", "webhooks"] });
    },
    done: ({ name }) => `${name} may do nothing for you any more.`,
    failed: "Still allowed",
  });
  return (
    <Row
      title={<bdi>{consent.name}</bdi>}
      acts={
        <Button size="s" aria-label={`Take back what ${consent.name} may do`} onClick={() => setSure(true)}>
          Take back
        </Button>
      }
    >
      {consent.created_at && (
        <p>
          Allowed <Time at={consent.created_at} />. It may:
        </p>
      )}
      <ul className={css.scopes}>
        {(consent.scopes ?? []).map(String).map((scope) => (
          <li key={scope}>{scopeWords(scope).text}</li>
        ))}
      </ul>
      {sure && (
        <Sure
          title={`Take back what ${consent.name} may do?`}
          act="Take back"
          onClose={() => setSure(false)}
          onDo={() => {
            setSure(false);
            removal.mutate(consent);
          }}
        >
          <p>
            It is signed out at once and its webhooks end. What it did in your name stays. To use it again you
            would allow it anew.
          </p>
        </Sure>
      )}
    </Row>
  );
}
