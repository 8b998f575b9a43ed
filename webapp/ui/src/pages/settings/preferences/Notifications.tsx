import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { inOrder, kindWords } from "../../../lib/kinds";
import forms from "../parts/forms.module.css";
import { Loaded } from "../parts/Loaded";
import { Part, Rows } from "../parts/Part";
import { useChoosing } from "./choosing";
import { chooseNotifications, type Kinds, notificationsQuery, type Whom } from "./queries";

/** Whose doings I am told of, kind by kind. */
export function Notifications() {
  const choosing = useChoosing({
    key: notificationsQuery.queryKey,
    apply: (kinds: Kinds, change: Kinds): Kinds => ({ ...kinds, ...change }),
    send: chooseNotifications,
  });
  return (
    <Part
      title="Notifications"
      about="What you switch off is not shown, counted or sent to webhooks from then on."
    >
      <Loaded query={useQuery(notificationsQuery)} rows={4}>
        {({ value }) => (
          <Rows>
            {inOrder(Object.keys(value)).map((kind) => (
              <Kind
                key={kind}
                kind={kind}
                whom={value[kind] ?? "all"}
                onChange={(whom) => choosing.mutate({ [kind]: whom })}
              />
            ))}
          </Rows>
        )}
      </Loaded>
    </Part>
  );
}

function Kind({ kind, whom, onChange }: { kind: string; whom: Whom; onChange: (whom: Whom) => void }) {
  const id = useId();
  const { text, somebodys } = kindWords(kind);
  return (
    <li className={forms.line}>
      <label htmlFor={id}>{text}</label>
      <select id={id} value={whom} onChange={(event) => onChange(event.target.value as Whom)}>
        <option value="all">{somebodys ? "From everybody" : "On"}</option>
        {somebodys && <option value="following">From people I follow</option>}
        <option value="off">Off</option>
      </select>
    </li>
  );
}
