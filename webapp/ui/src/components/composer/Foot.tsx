import { Gem, Globe, ImagePlus, Users } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import type { Draft } from "../../lib/drafts";
import { ACCEPTED } from "../../queries/upload";
import { IconButton } from "../Button";
import css from "./Composer.module.css";

const TokenPicker = lazy(async () => ({ default: (await import("../tokens/TokenPicker")).TokenPicker }));

export const MOST_CHARACTERS = 10_000;
const COUNT_FROM = 8_000;

/** Chooses files from this device. */
export function FileButton({ disabled, onFiles }: { disabled: boolean; onFiles: (files: File[]) => void }) {
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

/** Chooses a token that one holds. */
export function TokenButton({ account, draft, disabled, change }: TokenButtonProps) {
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

/** Who is to see it here. */
export function Audience({
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

/** How many characters are left, once that matters. */
export function CharacterCount({ length }: { length: number }) {
  if (length < COUNT_FROM) return <span className={css.count} />;
  const left = MOST_CHARACTERS - length;
  return (
    <span className={`${css.count} ${left < 0 ? css.over : ""}`} role="status">
      {left < 0 ? `${-left} too many` : `${left} left`}
    </span>
  );
}
