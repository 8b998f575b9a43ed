import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useId, useLayoutEffect, useRef, useState } from "react";
import { api, take } from "../../api/client";
import { Avatar } from "../Avatar";
import { completed, type Wanted, wantedAt } from "./completing";
import css from "./TextBox.module.css";

interface Props {
  value: string;
  onChange: (text: string) => void;
  onSend: () => void;
  onPaste: (files: File[]) => void;
  label: string;
  placeholder: string;
  box: RefObject<HTMLTextAreaElement | null>;
  autoFocus?: boolean;
  /** It is on its way: what would be typed now would go nowhere. */
  readOnly: boolean;
}

interface Choice {
  value: string;
  card?: { id: string; handle: string | null; name: string | null; avatar: string | null };
  note: string;
}

/** Where a text is written: it grows with it, and completes mentions and hashtags in a list below. */
export function TextBox({
  value,
  onChange,
  onSend,
  onPaste,
  label,
  placeholder,
  box,
  autoFocus,
  readOnly,
}: Props) {
  const id = useId();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [at, setAt] = useState(0);
  const caret = useRef<number | null>(null);
  const choices = useChoices(wanted);
  const open = !readOnly && wanted !== null && choices.length > 0;
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = "auto";
    // Where it is hidden, as beside a phone's list, it has no height to go by.
    if (area.scrollHeight > 0) area.style.height = `${area.scrollHeight}px`;
    if (caret.current !== null) area.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });
  const look = () => {
    const area = box.current;
    setWanted(
      area && area.selectionStart === area.selectionEnd ? wantedAt(area.value, area.selectionStart) : null,
    );
    setAt(0);
  };
  const choose = (choice: Choice | undefined) => {
    if (readOnly || !choice || !wanted || !box.current) return;
    const done = completed(value, box.current.selectionStart, wanted, choice.value);
    caret.current = done.caret;
    setWanted(null);
    onChange(done.text);
    box.current.focus();
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      setWanted(null);
      onSend();
      return;
    }
    if (!open) return;
    const act = {
      ArrowDown: () => setAt((at + 1) % choices.length),
      ArrowUp: () => setAt((at - 1 + choices.length) % choices.length),
      Enter: () => choose(choices[at]),
      Tab: () => choose(choices[at]),
      Escape: () => setWanted(null),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    <div className={css.root}>
      <textarea
        ref={box}
        className={css.area}
        rows={2}
        value={value}
        placeholder={placeholder}
        readOnly={readOnly}
        aria-label={label}
        aria-haspopup="listbox"
        aria-autocomplete="list"
        aria-controls={open ? id : undefined}
        aria-activedescendant={open ? `${id}-${at}` : undefined}
        // biome-ignore lint/a11y/noAutofocus: only where somebody asked to write
        autoFocus={autoFocus}
        onChange={(event) => {
          onChange(event.target.value);
          look();
        }}
        onKeyDown={key}
        onClick={look}
        onBlur={() => setWanted(null)}
        onPaste={(event) => {
          const files = [...event.clipboardData.files];
          if (files.length === 0) return;
          event.preventDefault();
          onPaste(files);
        }}
      />
      {open && (
        <div id={id} role="listbox" aria-label="Completions" className={css.list} tabIndex={-1}>
          {choices.map((choice, index) => (
            <div
              key={choice.value}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className={css.choice}
              // The list closes when the box loses the focus: the choice comes before that.
              onPointerDown={(event) => {
                event.preventDefault();
                choose(choice);
              }}
            >
              {choice.card && <Avatar card={choice.card} size="xs" />}
              <strong>
                {wanted.kind === "mention" ? "@" : "#"}
                {choice.value}
              </strong>
              <span>{choice.note}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** Whom or what the begun word may become. */
function useChoices(wanted: Wanted | null): Choice[] {
  const { data } = useQuery({
    queryKey: ["completions", wanted?.kind, wanted?.begun.toLowerCase()],
    queryFn: () => (wanted?.kind === "mention" ? people(wanted.begun) : tags(wanted?.begun ?? "")),
    enabled: wanted !== null,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  return wanted === null ? [] : (data ?? []);
}

async function people(q: string): Promise<Choice[]> {
  const found = await take(api.GET("/api/v1/search/people", { params: { query: { q, limit: 6 } } }));
  return found.items.flatMap(({ profile }) =>
    profile.handle ? [{ value: profile.handle, card: profile, note: profile.name ?? "" }] : [],
  );
}

async function tags(q: string): Promise<Choice[]> {
  const found = await take(api.GET("/api/v1/search/tags", { params: { query: { q, limit: 6 } } }));
  return found.items.map(({ tag, posts }) => ({
    value: tag,
    note: posts === 1 ? "1 post" : `${posts} posts`,
  }));
}
