import type { HashStep } from "../proof";
import { isWrong } from "../proof";
import { Hash } from "./Hash";
import css from "./Hashes.module.css";

const NAMES: Record<HashStep["name"], { title: string; about: string }> = {
  content: { title: "Content", about: "the EIP-712 hash of the message" },
  digest: { title: "Digest", about: "what was signed, for this contract on this chain" },
  signature: { title: "Signature", about: "keccak256 of the signature’s bytes, zero if unsigned" },
  leaf: { title: "Leaf", about: "the entry’s eight fields, hashed twice" },
  root: { title: "Root", about: "where the path from the leaf leads" },
};

/** Each hash as it comes out in this browser, beside what the file states. */
export function Hashes({ steps }: { steps: HashStep[] }) {
  return (
    <dl className={css.list}>
      {steps.map((step) => (
        <div key={step.name} className={isWrong(step) ? css.wrong : undefined}>
          <dt>
            {NAMES[step.name].title} <small>{NAMES[step.name].about}</small>
          </dt>
          <dd>
            <Value step={step} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ step }: { step: HashStep }) {
  const { stated, found, name } = step;
  const what = NAMES[name].title.toLowerCase();
  if (found === null && stated === null) return <em>none: not anchored yet</em>;
  if (found === null) {
    return (
      <>
        <Hash value={stated ?? ""} name={`the ${what}`} />
        <em>only stated: the text is erased</em>
      </>
    );
  }
  return (
    <>
      <Hash value={found} name={`the ${what}`} />
      {isWrong(step) ? (
        <strong>
          The file states <code>{stated}</code>: these are NOT the same.
        </strong>
      ) : (
        <em>{stated === null ? "recomputed here" : "recomputed here, the same as in the file"}</em>
      )}
    </>
  );
}
