import { lazy, Suspense, useRef } from "react";
import type { Me, Post } from "../../api/types";
import { type Draft, isNothing, newDraft, type Place } from "../../lib/drafts";
import { pending } from "../../queries/pending";
import { MOST_IMAGES } from "../../queries/upload";
import { Avatar } from "../Avatar";
import { Button } from "../Button";
import { PendingCard } from "../post/PendingCard";
import { Quoted } from "../post/Quoted";
import { Attached } from "./Attached";
import css from "./Composer.module.css";
import { Audience, CharacterCount, FileButton, MOST_CHARACTERS, TokenButton } from "./Foot";
import { TextBox } from "./TextBox";
import { Trouble } from "./Trouble";
import { useDraft } from "./useDraft";
import { useFiles } from "./useFiles";
import { useFocusBack } from "./useFocusBack";
import { useSend } from "./useSend";

const AttachedTokens = lazy(async () => ({
  default: (await import("../tokens/AttachedTokens")).AttachedTokens,
}));

const NOTHING: Draft = newDraft();

interface Props {
  me: Me;
  place: Place;
  replyTo?: Post | null;
  quotes?: Post | null;
  edits?: Post | null;
  start?: Partial<Draft>;
  autoFocus?: boolean;
  /** On a page of its own, with no list that would show what is on its way: it is shown below. */
  alone?: boolean;
  onDone?: (post: Post) => void;
}

/** Where posts are written, answered, quoted and edited. What is written stays, whatever happens. */
export function Composer(props: Props) {
  return <Writing key={`${props.me.profile.id} ${props.place}`} {...props} />;
}

function Writing({
  me,
  place,
  replyTo = null,
  quotes = null,
  edits = null,
  start,
  autoFocus,
  alone = false,
  onDone,
}: Props) {
  const box = useRef<HTMLTextAreaElement>(null);
  const state = useDraft(me.profile.id, place, start);
  const { draft, kept } = state;
  // What comes late, as from a dialog that was open, changes nothing of what is on its way.
  const change = (part: Partial<Draft>) => {
    if (!pending.at(me.profile.id, place)) state.change(part);
  };
  const files = useFiles(draft, change);
  const length = [...draft.text].length;
  const held = draft.media.length + draft.tokens.length;
  const something = draft.text.trim() !== "" || held > 0 || quotes !== null;
  const may = something && length <= MOST_CHARACTERS && files.coming.length === 0;
  const { going, error, send, takeBack } = useSend(me, place, state, { replyTo, quotes, edits }, onDone);
  const busy = going !== undefined;
  // While it is on its way it shows as a post, and here only once more where it comes back.
  const shown = busy ? NOTHING : draft;
  const remember = useFocusBack(box, busy);
  const go = () => {
    if (!may || busy) return;
    remember();
    send();
  };
  const words = wordsOf(replyTo, edits);
  const form = (
    <section className={css.composer} aria-label={words.label}>
      <Avatar card={me.profile} />
      <div className={css.body}>
        <TextBox
          box={box}
          value={shown.text}
          onChange={(text) => change({ text })}
          onSend={go}
          onPaste={(pasted) => !busy && files.add(pasted)}
          label={words.label}
          placeholder={words.placeholder}
          autoFocus={autoFocus}
          readOnly={busy}
        />
        <Attached media={shown.media} coming={files.coming} onChange={(media) => change({ media })} />
        {shown.tokens.length > 0 && (
          <Suspense fallback={null}>
            <AttachedTokens tokens={shown.tokens} onChange={(tokens) => change({ tokens })} />
          </Suspense>
        )}
        {quotes && !busy && <Quoted id={quotes.id} content={quotes.content} />}
        <Trouble
          error={busy ? null : error}
          deed={edits ? "saved" : "posted"}
          kept={kept}
          refused={files.refused}
          stage={going?.stage}
          onTakeBack={isNothing(draft) ? takeBack : undefined}
        />
        <div className={css.foot}>
          <FileButton disabled={busy} onFiles={files.add} />
          <TokenButton
            account={me.profile.id}
            draft={draft}
            disabled={busy || held >= MOST_IMAGES}
            change={change}
          />
          <Audience value={draft.audience} disabled={busy} onChange={(audience) => change({ audience })} />
          <CharacterCount length={busy ? 0 : length} />
          <Button kind="primary" size="s" disabled={!may} busy={busy} onClick={go}>
            {words.button}
          </Button>
        </div>
      </div>
    </section>
  );
  return (
    <>
      {form}
      {alone && going && <PendingCard post={going} />}
    </>
  );
}

function wordsOf(replyTo: Post | null, edits: Post | null) {
  if (edits) return { label: "Edit your post", placeholder: "", button: "Save" };
  if (replyTo) return { label: "Write an answer", placeholder: "Answer", button: "Answer" };
  return { label: "Write a post", placeholder: "What do you want to put your name to?", button: "Post" };
}
