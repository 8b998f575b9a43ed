import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { isCode, ProblemError, sentenceOf } from "../../../api/problem";
import { Button } from "../../../components/Button";
import { Field } from "../../../components/Field";
import { Area } from "../parts/fields";
import { Loaded } from "../parts/Loaded";
import { Problem } from "../parts/Part";
import { isChanged, MOST_BIO } from "./form";
import { Links } from "./Links";
import { Picture } from "./Picture";
import css from "./profile.module.css";
import { ownProfileQuery, type Revised, useProfileForm } from "./useProfile";

/** What everybody sees of me. */
export default function Profile() {
  return (
    <Loaded query={useQuery(ownProfileQuery)} rows={4}>
      {(found) => <ProfileForm found={found} />}
    </Loaded>
  );
}

function ProfileForm({ found }: { found: Revised }) {
  const { base, form, change, save, conflict, takeTheirs } = useProfileForm(found);
  const { profile } = found.me;
  const card = { id: profile.id, handle: profile.handle, name: form.name || null, avatar: form.avatar };
  const changed = isChanged(base, form);
  const said = placed(save.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (changed) save.mutate({ over: false });
  };
  return (
    <form className={css.form} onSubmit={send}>
      <Picture card={card} onChange={(avatar) => change({ avatar })} />
      {base.handle ? (
        <dl className={css.handle}>
          <dt>Handle</dt>
          <dd>@{base.handle}</dd>
          <dd>It was chosen once and stays: others know you by it.</dd>
        </dl>
      ) : (
        <Field
          label="Handle"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={form.handle}
          onChange={(handle) => change({ handle })}
          problem={said.handle}
          hint="3 to 30 of a to z, 0 to 9 and _. It is chosen once."
        />
      )}
      <Field
        label="Name"
        autoComplete="name"
        value={form.name}
        onChange={(name) => change({ name })}
        problem={said.name}
        hint="At most 60 characters"
      />
      <Area
        label="Bio"
        most={MOST_BIO}
        value={form.bio}
        onChange={(bio) => change({ bio })}
        problem={said.bio}
      />
      <Links links={form.links} onChange={(links) => change({ links })} problem={said.links} />
      {conflict && (
        <div className={css.conflict} role="alert">
          <p>
            Your profile was changed elsewhere since you opened it here. What you wrote is still in the form.
          </p>
          <div className={css.pictureActs}>
            <Button size="s" kind="primary" busy={save.isPending} onClick={() => save.mutate({ over: true })}>
              Save what I changed
            </Button>
            <Button size="s" onClick={() => void takeTheirs()}>
              Show what is there now
            </Button>
          </div>
        </div>
      )}
      <div className={css.foot}>
        <Button kind="primary" type="submit" busy={save.isPending} disabled={!changed}>
          Save
        </Button>
        <Problem text={said.other} />
      </div>
    </form>
  );
}

type Field_ = "handle" | "name" | "bio" | "links" | "other";

/** Put a refusal beside what it is about. */
function placed(error: unknown): Record<Field_, string | null> {
  const none = { handle: null, name: null, bio: null, links: null, other: null };
  if (error === null || isCode(error, "stale")) return none;
  if (!(error instanceof ProblemError)) return { ...none, other: sentenceOf(error) };
  const field = error.code.startsWith("handle_") ? "handle" : error.fields[0]?.field;
  if (field === "handle" || field === "name" || field === "bio" || field === "links")
    return { ...none, [field]: sentenceOf(error) };
  return { ...none, other: sentenceOf(error) };
}
