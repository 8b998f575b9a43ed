import { type FormEvent, useId, useState } from "react";
import { Button } from "../components/Button";
import { Field } from "../components/Field";
import { Loud } from "./Conclusion";
import { short } from "./Hash";
import css from "./TrustForm.module.css";
import { fieldsOf, type Problems, readFields, type TrustFields } from "./trust";
import type { TrustState } from "./useTrust";

/** The node that is asked and the pins that are believed: shown, said whose they are, and to be changed. */
export function TrustForm({ state }: { state: TrustState }) {
  const { trust, suggested, differs, otherLog, waiting } = state;
  const [open, setOpen] = useState(false);
  if (waiting) return <p className={css.line}>Asking this server what it suggests …</p>;
  return (
    <section className={css.section} aria-label="What this check rests on">
      {differs && trust?.by === "server" && (
        <Loud title={`This server now suggests ${otherLog ? "another log" : "other issuers"}`} bad>
          It is not what it suggested before. Find out why before you believe it.
        </Loud>
      )}
      <div className={css.bar}>
        <Summary state={state} />
        <Button size="s" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Close" : "Change"}
        </Button>
      </div>
      {open && <Form state={state} onDone={() => setOpen(false)} />}
      {differs && suggested && (
        <Button size="s" kind="quiet" onClick={state.reset}>
          Take what this server suggests
        </Button>
      )}
    </section>
  );
}

function Summary({ state: { trust } }: { state: TrustState }) {
  if (trust === null)
    return <p className={css.line}>No node and no pins: only the file itself can be checked.</p>;
  const { pins, rpc, by } = trust;
  const whose = by === "server" ? "suggested by this server" : "your own";
  return (
    <p className={css.line}>
      Node: {rpc === "" ? <strong>none yet</strong> : <code>{rpc}</code>} · Pins:{" "}
      {pins === null ? (
        <strong>none</strong>
      ) : (
        <>
          chain {pins.chainId}, anchorer {pins.anchorer ? <code>{short(pins.anchorer)}</code> : "none"}
        </>
      )}{" "}
      · <em>{whose}</em>
    </p>
  );
}

function Form({ state, onDone }: { state: TrustState; onDone: () => void }) {
  const [fields, setFields] = useState<TrustFields>(() => fieldsOf(state.trust));
  const [problems, setProblems] = useState<Problems>({});
  const about = useId();
  const bind = (name: Exclude<keyof TrustFields, "operatorRunsChain">) => ({
    value: fields[name],
    problem: problems[name] ?? null,
    onChange: (value: string) => setFields({ ...fields, [name]: value }),
    autoComplete: "off",
    spellCheck: false,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = readFields(fields, "reader");
    setProblems(found.problems);
    if (found.trust === null) return;
    state.save(found.trust);
    onDone();
  };
  return (
    <form className={css.form} onSubmit={submit} aria-describedby={about} noValidate>
      <p id={about} className={css.about}>
        Take these from somebody you trust, not from the file. Whoever suggests them to you could suggest a
        log of their own. They stay in this browser.
      </p>
      <Field
        label="Node (JSON-RPC)"
        hint="Yours, or any that you believe. It must let web pages ask it (CORS)."
        inputMode="url"
        placeholder="https://…"
        {...bind("rpc")}
      />
      <div className={css.pair}>
        <Field label="Chain id" inputMode="numeric" {...bind("chainId")} />
        <Field
          label="Depth"
          hint="Blocks that must lie on an anchor."
          inputMode="numeric"
          {...bind("depth")}
        />
      </div>
      <Field label="Genesis: hash of block 0" {...bind("genesis")} />
      <Field label="Contract (AnchorLog)" {...bind("contract")} />
      <Field label="Anchorer" {...bind("anchorer")} />
      <Field
        label="IdentityRegistry"
        hint="Holds what issuers say of people; for claims alone."
        {...bind("registry")}
      />
      <Field
        label="Issuers whom you believe"
        hint="Addresses, with blanks between them."
        {...bind("issuers")}
      />
      <label className={css.tick}>
        <input
          type="checkbox"
          checked={fields.operatorRunsChain}
          onChange={(event) => setFields({ ...fields, operatorRunsChain: event.target.checked })}
        />
        The operator runs this chain, so its times are the operator’s word
      </label>
      <div className={css.acts}>
        {state.suggested && (
          <Button
            size="s"
            kind="quiet"
            onClick={() => {
              state.reset();
              onDone();
            }}
          >
            Use what this server suggests
          </Button>
        )}
        <Button type="submit" kind="primary" size="s">
          Check with these
        </Button>
      </div>
    </form>
  );
}
