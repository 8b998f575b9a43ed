import { useQuery, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useRef, useState } from "react";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { isCode, sentenceOf } from "../../api/problem";
import type { Me } from "../../api/types";
import { Avatar } from "../../components/Avatar";
import { Button, IconButton } from "../../components/Button";
import { Field } from "../../components/Field";
import { PageTitle } from "../../components/PageTitle";
import { nameOf } from "../../components/Person";
import { uuid7 } from "../../lib/uuid7";
import { makeGroup } from "../../queries/groups";
import { conversationsQuery, takeSent } from "../../queries/messages";
import { writeTo } from "../../queries/outbox";
import { personQuery } from "../../queries/people";
import css from "./messages.module.css";
import { PickPeople } from "./PickPeople";
import { Writing } from "./Writing";

type Card = { id: string; handle: string | null; name: string | null; avatar: string | null };

/** To whom: one person and the first words, or several and a group. `?to=ID` begins with somebody. */
export function NewMessage({ me }: { me: Me }) {
  const [params] = useSearchParams();
  const to = params.get("to") ?? "";
  const { data: first } = useQuery({ ...personQuery(to), enabled: to !== "" });
  const [added, setAdded] = useState<Card[]>([]);
  const [dropped, setDropped] = useState(false);
  const people = [...(first && !dropped ? [first] : []), ...added];
  const [only] = people;
  const known = useKnown(people.length === 1 ? only?.id : undefined);
  if (known) return <Navigate to={`/messages/${known}`} replace />;
  const drop = (id: string) => {
    if (id === first?.id) setDropped(true);
    setAdded(added.filter((one) => one.id !== id));
  };
  return (
    <>
      <PageTitle title="New message" back="/messages" />
      <div className={css.make}>
        {people.length > 0 && (
          <ul className={`plain ${css.picked}`} aria-label="To">
            {people.map((one) => (
              <li key={one.id}>
                <Avatar card={one} size="xs" />
                <bdi>{nameOf(one)}</bdi>
                <IconButton label={`Leave ${nameOf(one)} out`} onClick={() => drop(one.id)}>
                  <X size={16} />
                </IconButton>
              </li>
            ))}
          </ul>
        )}
        <PickPeople
          label={people.length === 0 ? "To" : "Add more people for a group"}
          without={[me.profile.id, ...people.map((one) => one.id)]}
          onPick={(card) => setAdded([...added, card])}
          autoFocus={to === ""}
        />
        {people.length > 1 && <MakeGroup members={people.map((one) => one.id)} />}
      </div>
      {people.length === 1 && only && <FirstWords key={only.id} to={only} />}
    </>
  );
}

/** The conversation that one has with somebody already, where it is known here. */
function useKnown(person: string | undefined): string | undefined {
  const queries = useQueryClient();
  if (person === undefined) return undefined;
  const lists = queries.getQueryData(conversationsQuery.queryKey);
  return lists?.pages
    .flatMap((page) => page.items)
    .find((one) => one.kind === "direct" && one.other?.id === person)?.id;
}

function FirstWords({ to }: { to: Card }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [failed, setFailed] = useState<{ text: string; problem: string } | null>(null);
  const [busy, setBusy] = useState(false);
  // The same words again are the same message, whatever became of the first try.
  const ids = useRef(new Map<string, string>());
  const send = async (text: string) => {
    setBusy(true);
    setFailed(null);
    const id = ids.current.get(text) ?? uuid7();
    ids.current.set(text, id);
    try {
      const message = await writeTo(to.id, text, id);
      takeSent(queries, message);
      navigate(`/messages/${message.conversation}`, { replace: true });
    } catch (error) {
      const problem = isCode(error, "recipient_unavailable")
        ? `${nameOf(to)} cannot be written to. They may accept messages of people they follow only.`
        : sentenceOf(error);
      setFailed({ text, problem });
      setBusy(false);
    }
  };
  return (
    <div className={css.first}>
      {failed && (
        <div className={css.firstFailed} role="alert">
          <p>{failed.text}</p>
          <p className={css.bad}>Not sent. {failed.problem}</p>
          <Button size="s" onClick={() => void send(failed.text)}>
            Try again
          </Button>
        </div>
      )}
      <Writing id={`to:${to.id}`} busy={busy} onSend={(text) => void send(text)} />
    </div>
  );
}

function MakeGroup({ members }: { members: string[] }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [title, setTitle] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const make = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const id = await makeGroup(members, title.trim() || null);
      void queries.invalidateQueries({ queryKey: conversationsQuery.queryKey });
      navigate(`/messages/${id}`, { replace: true });
    } catch (error) {
      setProblem(
        isCode(error, "recipient_unavailable")
          ? "One of these people cannot be added to a group of yours. Leave them out, and try again."
          : sentenceOf(error),
      );
      setBusy(false);
    }
  };
  return (
    <form
      className={css.group}
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <Field
        label="Name of the group"
        hint="You can leave it out, and change it later."
        value={title}
        maxLength={100}
        onChange={setTitle}
      />
      {problem && (
        <p role="alert" className={css.bad}>
          {problem}
        </p>
      )}
      <Button kind="primary" type="submit" busy={busy}>
        Make the group
      </Button>
    </form>
  );
}
