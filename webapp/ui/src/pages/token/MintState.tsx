import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "react-router";
import { sentenceOf } from "../../api/problem";
import { Button, ButtonLink } from "../../components/Button";
import { Steps } from "../../components/Steps";
import { Time } from "../../components/Time";
import { forgetSent, type SentNote, useSent } from "../../lib/sent";
import { mintSteps } from "../../lib/tokens";
import { type Outcome, useOutcome } from "../../queries/sent";
import { type Mint, mintsQuery, withdrawMint } from "../../queries/tokens";
import forms from "../../styles/forms.module.css";
import { WalletStoppedError } from "../../wallet/asking";
import { mintOneself, permit } from "../../wallet/tokens";
import css from "./token.module.css";

const WITHDRAWABLE = new Set(["saved", "expired", "halted"]);

/** How far one's own mint is, and what it waits for. */
export function MintState({ mint }: { mint: Mint }) {
  const note = useSent(`mint:${mint.id}`);
  const outcome = useOutcome(note);
  const sent = note && outcome !== "reverted" ? note : null;
  const { progress, by } = mint;
  return (
    <section className={css.part} aria-labelledby="mint">
      <h2 id="mint">{progress.state === "final" ? "How it was made" : "Being made"}</h2>
      <Steps
        label="State of the mint"
        steps={mintSteps(progress, by, sent && new Date(sent.at).toISOString())}
        reason={progress.state === "final" ? null : progress.reason}
      />
      <Acts mint={mint} note={note} outcome={outcome} />
    </section>
  );
}

function Acts({ mint, note, outcome }: { mint: Mint; note: SentNote | null; outcome: Outcome | null }) {
  const queries = useQueryClient();
  const { state } = mint.progress;
  const go = useMutation({
    mutationFn: async () => {
      if (mint.by === "wallet") {
        forgetSent(`mint:${mint.id}`);
        await mintOneself(queries, mint);
      } else await permit(queries, mint);
    },
    meta: { quiet: true },
  });
  const withdraw = useMutation({
    mutationFn: () => withdrawMint(mint.id),
    onSuccess: async () => {
      forgetSent(`mint:${mint.id}`);
      await queries.invalidateQueries({ queryKey: mintsQuery().queryKey });
    },
  });
  if (!WITHDRAWABLE.has(state)) return null;
  const waits = state === "saved" && note !== null && outcome !== "reverted";
  return (
    <>
      {state === "saved" && note !== null && <Sent note={note} outcome={outcome} />}
      {state === "saved" && note === null && mint.by === "permission" && mint.deadline && (
        <p className={css.quiet}>
          The permission can be signed until <Time at={new Date(mint.deadline * 1000).toISOString()} />; then
          begin again.
        </p>
      )}
      {go.error && (
        <p role="status" className={go.error instanceof WalletStoppedError ? css.quiet : forms.problem}>
          {sentenceOf(go.error)}
        </p>
      )}
      <div className={css.acts}>
        {state === "saved" && (
          <Button kind={waits ? "outline" : "primary"} busy={go.isPending} onClick={() => go.mutate()}>
            {mint.by === "permission"
              ? "Sign the permission"
              : waits
                ? "Send it again"
                : "Send it with my wallet"}
          </Button>
        )}
        {state === "expired" && (
          <ButtonLink to="/tokens/new" kind="primary">
            Begin again
          </ButtonLink>
        )}
        {!waits && (
          <Button kind="danger" busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
            Withdraw it
          </Button>
        )}
      </div>
    </>
  );
}

function Sent({ note, outcome }: { note: SentNote; outcome: Outcome | null }) {
  if (outcome === "reverted") {
    return (
      <p role="alert" className={forms.problem}>
        The chain refused what your wallet sent: there is no token, and the gas is spent. You can try again.
      </p>
    );
  }
  return (
    <p role="status" className={css.quiet}>
      Your wallet sent it <Time at={new Date(note.at).toISOString()} />
      {outcome === "done"
        ? ". It is in a block; the page reads it now."
        : ". It waits for a block; where it stays away for long, look into your wallet."}{" "}
      <Link to="/">You can leave this page.</Link>
    </p>
  );
}
