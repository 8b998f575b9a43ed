import { SendHorizontal } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { IconButton } from "../../components/Button";
import css from "./messages.module.css";

const LONGEST = 4_000;
/** What is half written, by conversation: kept as long as the page, and nowhere else, since it is private. */
const begun = new Map<string, string>();

interface Props {
  id: string;
  onSend: (text: string) => void;
  busy?: boolean;
}

/** Where a message is written: Enter sends, Shift and Enter begins a line. */
export function Writing({ id, onSend, busy }: Props) {
  const [text, setText] = useState(begun.get(id) ?? "");
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  });
  const change = (next: string) => {
    setText(next);
    if (next) begun.set(id, next);
    else begun.delete(id);
  };
  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (!text.trim() || busy) return;
    onSend(text.trim());
    change("");
    box.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    // A phone's Enter begins a line, and so does one that ends a composed character.
    const touch = matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || touch) return;
    event.preventDefault();
    send();
  };
  const left = LONGEST - text.length;
  return (
    <form className={css.writing} onSubmit={send}>
      <textarea
        ref={box}
        rows={1}
        value={text}
        maxLength={LONGEST}
        placeholder="Write a message"
        aria-label="Message"
        onChange={(event) => change(event.target.value)}
        onKeyDown={key}
      />
      {left < 200 && <span className={css.left}>{left}</span>}
      <IconButton label="Send" type="submit" disabled={!text.trim()} aria-busy={busy || undefined}>
        <SendHorizontal size={20} />
      </IconButton>
    </form>
  );
}
