import { infiniteQueryOptions, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas, take } from "../../../api/client";
import type { Page } from "../../../api/types";
import { Button } from "../../../components/Button";
import { List } from "../../../components/List";
import { nameOf } from "../../../components/Person";
import { PersonRow } from "../../../components/people/PersonRow";
import { useRelation } from "../../../queries/relations";
import { Part } from "../parts/Part";

type Listed = Schemas["ListedPerson"];
type Kind = "mute" | "block";

const listQuery = (kind: Kind) =>
  infiniteQueryOptions({
    queryKey: ["settings", kind],
    queryFn: ({ pageParam }): Promise<Page<Listed>> => {
      const params = { query: pageParam ? { cursor: pageParam } : {} };
      return take(
        kind === "mute" ? api.GET("/api/v1/me/mutes", { params }) : api.GET("/api/v1/me/blocks", { params }),
      );
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  });

/** Whom I muted and blocked. */
export default function People() {
  return (
    <>
      <Part
        title="Muted"
        about="What they do is left out of what you read, and out of notifications. Nobody is told."
      >
        <Listing kind="mute" empty="You muted nobody. You find it in the menu of a profile or of a post." />
      </Part>
      <Part
        title="Blocked"
        about="Neither of you sees the other, and none follows the other. Nobody is told."
      >
        <Listing kind="block" empty="You blocked nobody. You find it in the menu of a profile." />
      </Part>
    </>
  );
}

function Listing({ kind, empty }: { kind: Kind; empty: string }) {
  const query = useInfiniteQuery(listQuery(kind));
  return (
    <div>
      <List query={query} keyOf={({ account }) => account} empty={<p>{empty}</p>}>
        {(person) => <Entry key={person.account} person={person} kind={kind} />}
      </List>
    </div>
  );
}

/** Somebody in the list; once it is taken back they stay for a moment, so that it can be done again. */
function Entry({ person, kind }: { person: Listed; kind: Kind }) {
  const card = person.profile;
  const name = nameOf(card);
  const relation = useRelation(person.account, name);
  const queries = useQueryClient();
  const [on, setOn] = useState(true);
  const words = { mute: ["Mute", "Unmute"], block: ["Block", "Unblock"] }[kind];
  const word = words[on ? 1 : 0] ?? "";
  const turn = () => {
    setOn(!on);
    relation.mutate(
      { kind, on: !on },
      {
        onError: () => setOn(on),
        onSuccess: () =>
          void queries.invalidateQueries({ queryKey: ["settings", kind], refetchType: "none" }),
      },
    );
  };
  return (
    <PersonRow card={card}>
      <Button size="s" aria-label={`${word} ${name}`} onClick={turn}>
        {word}
      </Button>
    </PersonRow>
  );
}
