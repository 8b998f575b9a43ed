import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "../../components/Button";
import css from "./search.module.css";

const WAIT_MS = 350;

interface Props {
  asked: string;
  onAsk: (query: string) => void;
  /** Somebody meant it: they pressed Enter. */
  onKeep: (query: string) => void;
}

/** What is searched for; looked up a moment after the last key. */
export function SearchBox({ asked, onAsk, onKeep }: Props) {
  const [text, setText] = useState(asked);
  const sent = useRef(asked);
  const input = useRef<HTMLInputElement>(null);
  // The address changed by itself: the back button, or a search chosen from the list.
  useEffect(() => {
    if (asked !== sent.current) setText(asked);
    sent.current = asked;
  }, [asked]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current) return;
    const wait = setTimeout(() => {
      sent.current = wanted;
      onAsk(wanted);
    }, WAIT_MS);
    return () => clearTimeout(wait);
  }, [text, onAsk]);
  return (
    <search className={css.search}>
      <form
        className={css.box}
        onSubmit={(event) => {
          event.preventDefault();
          sent.current = text.trim();
          onAsk(text.trim());
          onKeep(text);
        }}
      >
        <Search size={20} aria-hidden="true" />
        <input
          ref={input}
          type="search"
          value={text}
          maxLength={200}
          placeholder="People, posts, hashtags"
          aria-label="Search for"
          autoComplete="off"
          enterKeyHint="search"
          onChange={(event) => setText(event.target.value)}
        />
        {text && (
          <IconButton
            label="Clear the search"
            onClick={() => {
              setText("");
              input.current?.focus();
            }}
          >
            <X size={18} />
          </IconButton>
        )}
      </form>
    </search>
  );
}
