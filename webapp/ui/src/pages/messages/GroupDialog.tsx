import { Crown, UserMinus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { isCode, sentenceOf } from "../../api/problem";
import type { Me } from "../../api/types";
import { Button, IconButton } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { nameOf } from "../../components/Person";
import { PersonRow } from "../../components/people/PersonRow";
import { type GroupAct, useGroupAct } from "../../queries/groups";
import type { Conversation, Seen } from "../../queries/messages";
import css from "./messages.module.css";
import { PickPeople } from "./PickPeople";

export type WholeConversation = Conversation & { members: Seen[]; etag: string | null };

interface Props {
  me: Me;
  conversation: WholeConversation;
  onClose: () => void;
}

/** Who is in a group; its owner names it, adds, removes, and hands it over. */
export function GroupDialog({ me, conversation, onClose }: Props) {
  const { members, owner, etag } = conversation;
  const act = useGroupAct(conversation.id);
  const [problem, setProblem] = useState<string | null>(null);
  const mine = owner === me.profile.id;
  const dare = (one: GroupAct) => {
    setProblem(null);
    act.mutate(one, { onError: (error) => setProblem(wordsOf(error)) });
  };
  return (
    <Dialog title={mine ? "Your group" : "The group"} onClose={onClose} wide>
      {mine && (
        <Name
          key={conversation.title}
          title={conversation.title ?? ""}
          busy={act.isPending}
          onRename={(title) => dare({ is: "rename", title: title || null, etag })}
        />
      )}
      {problem && (
        <p role="alert" className={css.bad}>
          {problem}
        </p>
      )}
      {mine && (
        <PickPeople
          label="Add somebody"
          without={members.map((one) => one.id)}
          onPick={(card) => dare({ is: "add", account: card.id })}
        />
      )}
      <section aria-labelledby="members">
        <h3 id="members">{members.length === 1 ? "1 member" : `${members.length} members`}</h3>
        <div className={css.members}>
          {members.map((one) => (
            <PersonRow key={one.id} card={one} text={one.id === owner ? "Owner" : null} onOpen={onClose}>
              {mine && one.id !== owner && (
                <>
                  <IconButton
                    label={`Hand the group over to ${nameOf(one)}`}
                    onClick={() => dare({ is: "hand over", owner: one.id, etag })}
                  >
                    <Crown size={18} />
                  </IconButton>
                  <IconButton
                    label={`Remove ${nameOf(one)}`}
                    onClick={() => dare({ is: "remove", account: one.id })}
                  >
                    <UserMinus size={18} />
                  </IconButton>
                </>
              )}
            </PersonRow>
          ))}
        </div>
      </section>
    </Dialog>
  );
}

function Name({
  title,
  busy,
  onRename,
}: {
  title: string;
  busy: boolean;
  onRename: (title: string) => void;
}) {
  const [text, setText] = useState(title);
  const send = (event: FormEvent) => {
    event.preventDefault();
    onRename(text.trim());
  };
  return (
    <form className={css.rename} onSubmit={send}>
      <Field label="Name of the group" value={text} maxLength={100} onChange={setText} />
      <Button type="submit" busy={busy} disabled={text.trim() === title}>
        Rename
      </Button>
    </form>
  );
}

function wordsOf(error: unknown): string {
  if (isCode(error, "changed_meanwhile"))
    return "The group changed meanwhile; it was read anew. Look, and try again.";
  if (isCode(error, "recipient_unavailable")) return "This person cannot be added.";
  return sentenceOf(error);
}
