import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Button } from "../../components/Button";
import { Time } from "../../components/Time";
import { forgetSent, type SentNote } from "../../lib/sent";
import { useOutcome } from "../../queries/sent";
import { type Asset, tokensMoved } from "../../queries/tokens";
import { shortAddress } from "../../wallet/names";
import css from "./token.module.css";

/** A transfer that one's wallet sent and that no block shows yet; one that came to nothing says so. */
export function OnItsWay({ asset, sent }: { asset: Asset; sent: SentNote | null }) {
  const queries = useQueryClient();
  const outcome = useOutcome(sent);
  useEffect(() => {
    if (outcome === "done") void tokensMoved(queries);
  }, [outcome, queries]);
  if (sent === null) return null;
  const forget = () => forgetSent(`transfer:${asset.token_id}`);
  if (outcome === "reverted") {
    return (
      <div className={css.failed} role="alert">
        <p>The chain refused the transfer: nothing moved, and the token is still yours. The gas is spent.</p>
        <Button size="s" onClick={forget}>
          All right
        </Button>
      </div>
    );
  }
  return (
    <div className={css.onItsWay} role="status">
      <p>
        On its way to <strong>{sent.to ? shortAddress(sent.to) : "its receiver"}</strong>, sent{" "}
        <Time at={new Date(sent.at).toISOString()} />.{" "}
        {outcome === "done" ? "It is in a block; the page reads it now." : "It waits for a block."}
      </p>
      {outcome !== "done" && (
        <Button size="s" kind="quiet" onClick={forget}>
          Stop waiting
        </Button>
      )}
    </div>
  );
}
