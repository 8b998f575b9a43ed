import { Clock, Search, X } from "lucide-react";
import { Link } from "react-router";
import { Button, IconButton } from "../../components/Button";
import { Empty } from "../../components/Empty";
import css from "./search.module.css";

interface Props {
  recent: string[];
  /** One, or all of them. */
  onForget: (query?: string) => void;
}

/** Before anything is asked: what was asked lately. */
export function Recent({ recent, onForget }: Props) {
  if (recent.length === 0) {
    return (
      <Empty
        icon={<Search size={36} />}
        title="Find people, posts and hashtags"
        text="Type a name, a handle or some words. Your searches are kept in this browser alone."
      />
    );
  }
  return (
    <section aria-labelledby="recent">
      <header className={css.recentHead}>
        <h2 id="recent">Lately</h2>
        <Button kind="quiet" size="s" onClick={() => onForget()}>
          Forget all
        </Button>
      </header>
      <ul className={`plain ${css.recent}`}>
        {recent.map((query) => (
          <li key={query}>
            <Link to={`/search?${new URLSearchParams({ q: query })}`}>
              <Clock aria-hidden="true" />
              <span dir="auto">{query}</span>
            </Link>
            <IconButton label={`Forget “${query}”`} onClick={() => onForget(query)}>
              <X size={18} />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
