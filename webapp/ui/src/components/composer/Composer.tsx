import { Gem, Globe, ImagePlus, Users } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { Link, useLocation } from "react-router";
import { SessionEndedError, sentenceOf } from "../../api/problem";
import type { Me, Post } from "../../api/types";
import { type Draft, newDraft, type Place } from "../../lib/drafts";
import { ACCEPTED, MOST_IMAGES, refusalOf, upload } from "../../queries/upload";
import { WalletStoppedError } from "../../wallet/asking";
import { Avatar } from "../Avatar";
import { Button, IconButton } from "../Button";
import { PendingCard } from "../post/PendingCard";
import { Quoted } from "../post/Quoted";
import { Attached } from "./Attached";
import css from "./Composer.module.css";
import { TextBox } from "./TextBox";
import { useDraft } from "./useDraft";
import { useSend } from "./useSend";

const TokenPicker = lazy(async () => ({ default: (await import("../tokens/TokenPicker")).TokenPicker }));
const AttachedTokens = lazy(async () => ({
  default: (await import("../tokens/AttachedTokens")).AttachedTokens,
}));

export const MOST_CHARACTERS = 10_000;
const COUNT_FROM = 8_000;
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
export function Composer({
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
  const { draft, change, kept } = state;
  const files = useFiles(draft, change);
  const length = [...draft.text].length;
  const held = draft.media.length + draft.tokens.length;
  const something = draft.text.trim() !== "" || held > 0 || quotes !== null;
  const may = something && length <= MOST_CHARACTERS && files.coming.length === 0;
  const { going, error, send } = useSend(me, place, state, { draft, replyTo, quotes, edits }, onDone);
  const busy = going !== undefined;
  // While it is on its way it shows as a post, and here only once more where it comes back.
  const shown = busy ? NOTHING : draft;
  const go = () => may && !busy && send();
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
        <Trouble error={busy ? null : error} kept={kept} refused={files.refused} busy={busy} />
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

function useFiles(draft: Draft, change: (part: Partial<Draft>) => void) {
  const [coming, setComing] = useState<string[]>([]);
  const [refused, setRefused] = useState<string[]>([]);
  const media = useRef(draft.media);
  media.current = draft.media;
  const take = async (file: File) => {
    setComing((names) => [...names, file.name]);
    try {
      const made = await upload(file);
      const next = [...media.current.filter((one) => one.id !== made.id), made];
      media.current = next;
      change({ media: next });
    } catch (error) {
      setRefused((all) => [...all, refusalOf(error, file.name)]);
    } finally {
      setComing((names) => names.filter((name) => name !== file.name));
    }
  };
  const add = (files: File[]) => {
    const room = MOST_IMAGES - media.current.length - draft.tokens.length - coming.length;
    setRefused(
      files.length > room ? [`A post holds at most ${MOST_IMAGES} pictures and tokens, or one video.`] : [],
    );
    for (const file of files.slice(0, Math.max(0, room))) void take(file);
  };
  return { coming, refused, add };
}

function FileButton({ disabled, onFiles }: { disabled: boolean; onFiles: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton label="Add pictures or a video" disabled={disabled} onClick={() => input.current?.click()}>
        <ImagePlus size={20} />
      </IconButton>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        accept={ACCEPTED}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}

interface TokenButtonProps {
  account: string;
  draft: Draft;
  disabled: boolean;
  change: (part: Partial<Draft>) => void;
}

function TokenButton({ account, draft, disabled, change }: TokenButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton label="Attach a token you hold" disabled={disabled} onClick={() => setOpen(true)}>
        <Gem size={20} />
      </IconButton>
      {open && (
        <Suspense fallback={null}>
          <TokenPicker
            account={account}
            chosen={draft.tokens.map(({ asset }) => asset)}
            onChoose={(token) => {
              change({ tokens: [...draft.tokens, token] });
              setOpen(false);
            }}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}

function Audience({
  value,
  disabled,
  onChange,
}: {
  value: Draft["audience"];
  disabled: boolean;
  onChange: (value: Draft["audience"]) => void;
}) {
  return (
    <label className={css.audience}>
      <span className="visually-hidden">Who sees it</span>
      {value === "public" ? <Globe size={16} aria-hidden="true" /> : <Users size={16} aria-hidden="true" />}
      <select
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value as Draft["audience"])}
      >
        <option value="public">Everybody</option>
        <option value="followers">My followers</option>
      </select>
    </label>
  );
}

function CharacterCount({ length }: { length: number }) {
  if (length < COUNT_FROM) return <span className={css.count} />;
  const left = MOST_CHARACTERS - length;
  return (
    <span className={`${css.count} ${left < 0 ? css.over : ""}`} role="status">
      {left < 0 ? `${-left} too many` : `${left} left`}
    </span>
  );
}

interface TroubleProps {
  error: unknown;
  kept: boolean;
  refused: string[];
  busy: boolean;
}

/** What went wrong, in place; the text stays as it is. */
function Trouble({ error, kept, refused, busy }: TroubleProps) {
  const { pathname, search } = useLocation();
  return (
    <div className={css.trouble} role="status">
      {busy && <p className="visually-hidden">It is on its way, and shown already.</p>}
      {refused.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {!kept && <p>This browser cannot keep drafts: publish before you close the page.</p>}
      {error instanceof SessionEndedError && (
        <p>
          Your session has ended; the text is kept.{" "}
          <Link to={`/signin?next=${encodeURIComponent(pathname + search)}`}>Sign in again</Link>
        </p>
      )}
      {error instanceof WalletStoppedError && (
        <p className={css.neutral}>Not signed, so not posted; the text is kept.</p>
      )}
      {error && !(error instanceof SessionEndedError || error instanceof WalletStoppedError) ? (
        <p>Not posted: {sentenceOf(error)}</p>
      ) : null}
    </div>
  );
}
