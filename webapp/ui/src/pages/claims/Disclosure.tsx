import { Download } from "lucide-react";
import { Button } from "../../components/Button";
import type { Claim } from "../../lib/claims";
import { useShown } from "../../queries/claims";
import css from "./claims.module.css";
import { get } from "./OwnEvidence";

const PROVABLE = new Set<Claim["state"]>(["mined", "final"]);

/** Who sees the value: everybody, or whom one gives the claim file. */
export function Disclosure({ claim }: { claim: Claim }) {
  const show = useShown(claim.id);
  return (
    <section className={css.part} aria-labelledby="who">
      <h2 id="who">Who sees the value</h2>
      <label className={css.check}>
        <input
          type="checkbox"
          checked={claim.shown}
          onChange={(event) => show.mutate(event.target.checked)}
        />
        <span>
          <strong>Everybody sees it</strong>
          <small>
            {claim.shown
              ? "It stands on your badge, and your posts’ proofs can carry it."
              : "The badge says only that something of this kind is vouched for."}
          </small>
        </span>
      </label>
      {PROVABLE.has(claim.state) && (
        <>
          <p className={css.quiet}>
            Whoever you give the claim file can check it with <code>troth verify</code>: it holds value and
            salt, so give it to nobody else.
          </p>
          <div className={css.startActs}>
            <Button
              icon={<Download size={18} aria-hidden="true" />}
              onClick={() => void get(`/api/v1/claims/${claim.id}/file`, `${claim.kind}.troth-claim.json`)}
            >
              Download the claim file
            </Button>
          </div>
        </>
      )}
    </section>
  );
}
