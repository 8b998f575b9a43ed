import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { notice } from "../../app/notices";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import type { Claim } from "../../lib/claims";
import { useEnd } from "../../queries/claims";
import forms from "../../styles/forms.module.css";
import css from "./claims.module.css";

const WAYS = {
  withdraw: {
    title: "Withdraw this claim?",
    about:
      "Where it is on the chain it is revoked there: the badge stays, greyed, with date and reason, and its value is hidden. You can ask for the same again later.",
    button: "Withdraw it",
    done: "Withdrawn.",
  },
  decline: {
    title: "Decline it for good?",
    about:
      "This server then never vouches for the same about you again, under no circumstances and for no account. Where it is on the chain it is revoked there.",
    button: "Decline it for good",
    done: "Declined: this server never makes it again.",
  },
} as const;

/** Take a claim back, or decline it for good. */
export function Ending({ claim }: { claim: Claim }) {
  const [way, setWay] = useState<keyof typeof WAYS | null>(null);
  const end = useEnd(claim.id);
  const go = (how: keyof typeof WAYS) =>
    end.mutate(how, {
      onSuccess: () => {
        notice({ tone: "good", text: WAYS[how].done });
        setWay(null);
      },
    });
  return (
    <section className={css.part} aria-labelledby="end">
      <h2 id="end">End it</h2>
      <div className={css.startActs}>
        <Button onClick={() => setWay("withdraw")}>Withdraw</Button>
        <Button kind="danger" onClick={() => setWay("decline")}>
          Decline for good
        </Button>
      </div>
      {way && (
        <Dialog
          title={WAYS[way].title}
          onClose={() => setWay(null)}
          acts={
            <>
              <Button onClick={() => setWay(null)}>Keep it</Button>
              <Button kind="danger" busy={end.isPending} onClick={() => go(way)}>
                {WAYS[way].button}
              </Button>
            </>
          }
        >
          <p>{WAYS[way].about}</p>
          {end.error && (
            <p role="alert" className={forms.problem}>
              {sentenceOf(end.error)}
            </p>
          )}
        </Dialog>
      )}
    </section>
  );
}
