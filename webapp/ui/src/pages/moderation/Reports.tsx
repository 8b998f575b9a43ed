import { useInfiniteQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useSearchParams } from "react-router";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { type QueueState, reportsQuery } from "../../queries/moderation";
import css from "./moderation.module.css";
import { ReportedCard } from "./ReportedCard";
import { REASONS } from "./words";

/** What was reported, by subject, the oldest that is open first; the filter is in the address. */
export function Reports() {
  const [params, setParams] = useSearchParams();
  const state: QueueState = params.get("state") === "closed" ? "closed" : "open";
  const type = oneOf(["post", "account", "message", "asset"] as const, params.get("type"));
  const reason = oneOf(Object.keys(REASONS) as never[], params.get("reason"));
  const query = useInfiniteQuery(
    reportsQuery({ state, ...(type ? { type } : {}), ...(reason ? { reason } : {}) }),
  );
  const choose = (name: string) => (value: string) => {
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { replace: true });
  };
  return (
    <>
      <div className={css.filters}>
        <Select
          label="State"
          value={state}
          onChange={(value) => choose("state")(value === "open" ? "" : value)}
          options={{ open: "Open", closed: "Closed" }}
        />
        <Select
          label="About"
          value={type ?? ""}
          onChange={choose("type")}
          options={{ "": "Anything", post: "Posts", account: "People", message: "Messages", asset: "Tokens" }}
        />
        <Select
          label="Reason"
          value={reason ?? ""}
          onChange={choose("reason")}
          options={{ "": "Any reason", ...REASONS }}
        />
      </div>
      <List
        query={query}
        keyOf={(item) => `${item.type}.${item.subject}`}
        empty={
          <Empty
            icon={<ShieldCheck size={36} />}
            title={state === "open" ? "Nothing waits for you" : "Nothing was closed yet"}
            text={
              state === "open"
                ? "No report of this kind is open. Reports about yourself are seen by others."
                : "What was decided comes here."
            }
          />
        }
      >
        {(item) => <ReportedCard key={`${item.type}.${item.subject}`} item={item} />}
      </List>
    </>
  );
}

function Select({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: Record<string, string>;
  onChange: (value: string) => void;
}) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {Object.entries(options).map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

function oneOf<Word extends string>(words: readonly Word[], text: string | null): Word | undefined {
  return words.find((word) => word === text);
}
