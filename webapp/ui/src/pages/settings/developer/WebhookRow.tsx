import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "../../../api/client";
import { Button } from "../../../components/Button";
import { Time } from "../../../components/Time";
import { inOrder, KINDS_IN_ORDER, kindWords } from "../../../lib/kinds";
import { Loaded } from "../parts/Loaded";
import { Row } from "../parts/Part";
import { useRemoval } from "../parts/removing";
import { Sure } from "../parts/Sure";
import css from "./developer.module.css";
import { deliveriesQuery, deliveryWords, type Webhook, webhooksQuery } from "./queries";

/** One webhook: where it leads, what is sent, whether it works, and a message to try it out. */
export function WebhookRow({ webhook }: { webhook: Webhook }) {
  const queries = useQueryClient();
  const [sure, setSure] = useState(false);
  const [open, setOpen] = useState(false);
  const params = { path: { webhook_id: webhook.id } };
  const removal = useRemoval<Webhook>({
    key: webhooksQuery.queryKey,
    idOf: ({ id }) => id,
    remove: () => take<unknown>(api.DELETE("/api/v1/webhooks/{webhook_id}", { params })),
    done: () => "The webhook is deleted.",
    failed: "Not deleted",
  });
  const test = useMutation({
    mutationFn: () => take(api.POST("/api/v1/webhooks/{webhook_id}/test", { params })),
    onSuccess: async () => {
      setOpen(true);
      await queries.invalidateQueries({ queryKey: deliveriesQuery(webhook.id).queryKey });
      await queries.invalidateQueries({ queryKey: webhooksQuery.queryKey });
    },
  });
  const { host } = new URL(webhook.url);
  return (
    <Row
      title={webhook.url}
      mark={webhook.client_id !== null && "Made by an app"}
      acts={
        <>
          <Button size="s" busy={test.isPending} aria-label={`Test ${host}`} onClick={() => test.mutate()}>
            Test
          </Button>
          <Button size="s" aria-label={`Delete ${host}`} onClick={() => setSure(true)}>
            Delete
          </Button>
        </>
      }
    >
      <p>{kindsOf(webhook.kinds)}</p>
      <State webhook={webhook} />
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)} className={css.more}>
        <summary>Newest messages</summary>
        {open && <Messages id={webhook.id} />}
      </details>
      {sure && (
        <Sure
          title="Delete this webhook?"
          act="Delete"
          onClose={() => setSure(false)}
          onDo={() => {
            setSure(false);
            removal.mutate(webhook);
          }}
        >
          <p>Nothing more is sent to {host}, and what was not delivered yet is dropped.</p>
        </Sure>
      )}
    </Row>
  );
}

function kindsOf(kinds: readonly string[]): string {
  if (kinds.length >= KINDS_IN_ORDER.length) return "Sends all that you are told";
  const left = KINDS_IN_ORDER.filter((kind) => !kinds.includes(kind));
  const few = left.length < kinds.length;
  const words = inOrder(few ? left : kinds).map((kind) => lowerFirst(kindWords(kind).text));
  return `${few ? "Sends all that you are told but" : "Sends"} ${words.join(", ")}`;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function State({ webhook }: { webhook: Webhook }) {
  if (webhook.disabled_at !== null) {
    return (
      <p className={css.bad}>
        Switched off <Time at={webhook.disabled_at} />: {webhook.disabled_reason} A test switches it on again.
      </p>
    );
  }
  if (webhook.failing_since === null) return null;
  return (
    <p className={css.bad}>
      Nothing has got through since <Time at={webhook.failing_since} />; it is tried again and again.
    </p>
  );
}

function Messages({ id }: { id: string }) {
  return (
    <Loaded query={useQuery(deliveriesQuery(id))} rows={1}>
      {({ items }) =>
        items.length === 0 ? (
          <p>Nothing was sent yet.</p>
        ) : (
          <ul className={`plain ${css.messages}`} aria-live="polite">
            {items.map((one) => {
              const { text, good } = deliveryWords(one);
              return (
                <li key={one.id}>
                  <span>
                    {one.kind === "test" ? "Test" : kindWords(one.kind).text}
                    {one.created_at && (
                      <>
                        , <Time at={one.created_at} />
                      </>
                    )}
                  </span>
                  <span className={good === null ? undefined : good ? css.good : css.bad}>{text}</span>
                </li>
              );
            })}
          </ul>
        )
      }
    </Loaded>
  );
}
