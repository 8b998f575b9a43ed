import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../../components/Button";
import { Loaded } from "../parts/Loaded";
import { Part, Rows } from "../parts/Part";
import { NewWebhookDialog } from "./NewWebhookDialog";
import { webhooksQuery } from "./queries";
import { WebhookRow } from "./WebhookRow";

/** Webhooks: one's own, and those that apps made. */
export function Webhooks() {
  const [making, setMaking] = useState(false);
  return (
    <Part
      title="Webhooks"
      about="What you are told is sent to a server of yours as well, signed, and again until it is taken."
      act={
        <Button size="s" icon={<Plus size={16} aria-hidden="true" />} onClick={() => setMaking(true)}>
          Add a webhook
        </Button>
      }
    >
      <Loaded query={useQuery(webhooksQuery)} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p>There is none. It needs the https address at which your server listens.</p>
          ) : (
            <Rows>
              {items.map((webhook) => (
                <WebhookRow key={webhook.id} webhook={webhook} />
              ))}
            </Rows>
          )
        }
      </Loaded>
      {making && <NewWebhookDialog onClose={() => setMaking(false)} />}
    </Part>
  );
}
