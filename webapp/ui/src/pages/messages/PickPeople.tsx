import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useDeferredValue, useId, useState } from "react";
import { api, take } from "../../api/client";
import { Avatar } from "../../components/Avatar";
import { nameOf } from "../../components/Person";
import type { Found } from "../../queries/search";
import css from "./PickPeople.module.css";

type Picked = Found["profile"];

interface Props {
  label: string;
  /** Ids that are not offered. */
  without: string[];
  onPick: (card: Picked) => void;
  autoFocus?: boolean;
}

/** Find somebody by name or handle: a combobox, with arrows, Enter and Escape. */
export function PickPeople({ label, without, onPick, autoFocus }: Props) {
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const q = useDeferredValue(text.trim().replace(/^@/, ""));
  const { data, isFetching } = useQuery({
    queryKey: ["pick", q],
    queryFn: async ({ signal }) => {
      const query = { q, limit: 8 };
      return (await take(api.GET("/api/v1/search/people", { params: { query }, signal }))).items;
    },
    enabled: q !== "",
    placeholderData: (before) => before,
  });
  const choices = q === "" ? [] : (data ?? []).filter((one) => !without.includes(one.account));
  const open = choices.length > 0;
  const pick = (one: Found | undefined) => {
    if (!one) return;
    setText("");
    onPick(one.profile);
  };
  const key = (event: KeyboardEvent) => {
    if (!open) return;
    const act = {
      ArrowDown: () => setAt((at + 1) % choices.length),
      ArrowUp: () => setAt((at - 1 + choices.length) % choices.length),
      Enter: () => pick(choices[at]),
      Escape: () => setText(""),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    <div className={css.root}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={css.input}
        value={text}
        placeholder="Name or handle"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: only where somebody asked to write
        autoFocus={autoFocus}
        role="combobox"
        aria-expanded={open}
        aria-autocomplete="list"
        aria-controls={open ? `${id}-list` : undefined}
        aria-activedescendant={open ? `${id}-${at}` : undefined}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={key}
      />
      {open && (
        <div id={`${id}-list`} role="listbox" aria-label="People" className={css.list} tabIndex={-1}>
          {choices.map((one, index) => (
            <div
              key={one.account}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className={css.choice}
              onPointerDown={(event) => {
                event.preventDefault();
                pick(one);
              }}
            >
              <Avatar card={one.profile} size="s" />
              <strong>{nameOf(one.profile)}</strong>
              {one.profile.name && one.profile.handle && <span>@{one.profile.handle}</span>}
            </div>
          ))}
        </div>
      )}
      <p className={css.said} role="status">
        {q !== "" && !open && !isFetching && data ? "Nobody found by that name." : ""}
      </p>
    </div>
  );
}
