import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { isCode, ProblemError, SessionEndedError, sentenceOf } from "../../api/problem";
import { notice } from "../../app/notices";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { tokenPath } from "../../lib/paths";
import { useKept } from "../../lib/useKept";
import { beginMint, putMint } from "../../queries/tokens";
import forms from "../../styles/forms.module.css";
import { WalletStoppedError } from "../../wallet/asking";
import { shortAddress } from "../../wallet/names";
import { mintOneself, permit } from "../../wallet/tokens";
import { Attributes } from "./Attributes";
import { Files } from "./Files";
import { EMPTY, type MintForm, MOST, problemsOf, wishOf } from "./form";
import css from "./mint.module.css";
import { Way } from "./Way";

/** The form; once it is sent the token's own page shows how far it is. */
export function Making({ account, wallets }: { account: string; wallets: string[] }) {
  const id = useId();
  const { form, change, forget } = useKept<MintForm>(`troth.mint.${account}`, EMPTY);
  const [tried, setTried] = useState(false);
  const [coming, setComing] = useState(false);
  const make = useMake(forget);
  const problems = tried ? problemsOf(form) : {};
  const go = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problemsOf(form)).length > 0) {
      // The first field that is wrong, once it says so.
      setTimeout(() => document.querySelector<HTMLElement>(`#${CSS.escape(id)} [aria-invalid]`)?.focus());
    } else if (!coming && !make.isPending) make.mutate(form);
  };
  return (
    <form id={id} className={forms.form} onSubmit={go} noValidate>
      <Files form={form} change={change} problem={problems.image} onComing={setComing} />
      <Field
        label="Name"
        value={form.name}
        maxLength={MOST.name}
        onChange={(name) => change({ name })}
        problem={problems.name ?? null}
        required
      />
      <div className={forms.field}>
        <label htmlFor={`${id}-text`}>Description (optional)</label>
        <textarea
          id={`${id}-text`}
          rows={4}
          maxLength={MOST.description}
          value={form.description}
          onChange={(event) => change({ description: event.target.value })}
        />
      </div>
      <Field
        label="Royalty in percent (optional)"
        inputMode="decimal"
        value={form.royalty}
        onChange={(royalty) => change({ royalty })}
        problem={problems.royalty ?? null}
        placeholder="0"
        hint="Your part of each later sale. Markets are told (ERC-2981); nobody can make them pay it."
      />
      <details className={css.more} open={form.attributes.length > 0 || form.link !== "" || undefined}>
        <summary>Attributes and a link</summary>
        <div className={css.inside}>
          <Attributes rows={form.attributes} onChange={(attributes) => change({ attributes })} />
          <Field
            label="Link (optional)"
            type="url"
            value={form.link}
            maxLength={MOST.link}
            onChange={(link) => change({ link })}
            problem={problems.link ?? null}
            placeholder="https://"
          />
        </div>
      </details>
      <Way by={form.by} onChange={(by) => change({ by })} />
      {wallets.length > 1 && (
        <div className={forms.field}>
          <label htmlFor={`${id}-wallet`}>Made by which of your wallets</label>
          <select
            id={`${id}-wallet`}
            value={form.creator || wallets[0]}
            onChange={(event) => change({ creator: event.target.value })}
          >
            {wallets.map((one) => (
              <option key={one} value={one}>
                {shortAddress(one)}
              </option>
            ))}
          </select>
        </div>
      )}
      <p className={css.forever}>
        Picture and text are public from now on, and their hashes are on the chain for good. Deleting your
        account erases both here; the token stays.
      </p>
      <Trouble error={make.error} />
      <div className={forms.acts}>
        <Button kind="quiet" onClick={forget} disabled={make.isPending}>
          Begin anew
        </Button>
        <Button type="submit" kind="primary" busy={make.isPending || coming}>
          {form.by === "permission" ? "Make it, free of charge" : "Make it with my wallet"}
        </Button>
      </div>
    </form>
  );
}

/** Begin the mint, then ask the wallet; from there on the token's own page goes on, also where the wallet refused. */
function useMake(forget: () => void) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (form: MintForm) => {
      const mint = await beginMint(wishOf(form));
      putMint(queries, mint);
      try {
        await (form.by === "permission" ? permit(queries, mint) : mintOneself(queries, mint));
      } catch (error) {
        const words =
          error instanceof WalletStoppedError ? "Not signed yet; it waits for you here." : sentenceOf(error);
        notice({ tone: error instanceof WalletStoppedError ? "neutral" : "bad", text: words });
      }
      return mint;
    },
    meta: { quiet: true },
    onSuccess: async (mint) => {
      forget();
      await navigate(tokenPath(mint.token_id));
    },
  });
}

function Trouble({ error }: { error: unknown }) {
  const { pathname } = useLocation();
  if (!error) return null;
  if (error instanceof SessionEndedError) {
    return (
      <p role="alert" className={forms.problem}>
        Your session has ended; what you wrote is kept.{" "}
        <Link to={`/signin?next=${encodeURIComponent(pathname)}`}>Sign in again</Link>
      </p>
    );
  }
  const number = isCode(error, "already_minted") ? /\d{5,78}/.exec(sentenceOf(error))?.[0] : undefined;
  return (
    <div role="alert" className={forms.problem}>
      <p>Not made: {sentenceOf(error)}</p>
      {number && (
        <p>
          <Link to={tokenPath(number)}>See the token that is there</Link>
        </p>
      )}
      {error instanceof ProblemError && error.fields.length > 0 && (
        <ul>
          {error.fields.map(({ field, problem }) => (
            <li key={field}>
              {field}: {problem}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
